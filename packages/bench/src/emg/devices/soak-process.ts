import { steadyWallClock, systemWallClock } from '@efferent/core';
import {
  type EmgFrame,
  GestureDecoder,
  loadCalibration,
  loadEmgSourceKind,
  settingsFrom,
  wallTicker,
} from '@efferent/emg';

/**
 * The process that the soak measures: our source of a Sessantaquattro+ and the decoder behind it. Its memory is read as it is:
 * asking for a collection stops the process for longer than the link waits.
 * `soak-process.ts TCP_PORT CALIBRATION RATE_HZ`
 */
const [port, file = '', rateHz] = process.argv.slice(2);
/** Of {@link DeviceSoakSample}, s. */
const sampleS = 10;

const kind = await loadEmgSourceKind('sessantaquattro');
const settings = settingsFrom('sessantaquattro', kind, {
  port: Number(port),
  sample_rate_hz: Number(rateHz),
});
const source = await kind.open(settings, {
  clock: systemWallClock,
  steadyClock: steadyWallClock,
  every: wallTicker,
  onLink: ({ state, reason }) => {
    if (state === 'silent' || state === 'reconnecting') silences += 1;
    process.stderr.write(`${state}: ${reason}\n`);
  },
  signal: new AbortController().signal,
});
let silences = 0;
let samples = 0;
let lost = 0;
let next: number | undefined;
let decisions = 0;
const { calibration, model } = await loadCalibration(file);
const decoder = new GestureDecoder(
  calibration,
  model,
  (work) => work(),
  () => {
    decisions += 1;
  },
);
const startMs = performance.now();
await source.start((frame: EmgFrame) => {
  const count = frame.samplesUv.length / frame.channelCount;
  lost += frame.firstSample - (next ?? frame.firstSample);
  next = frame.firstSample + count;
  samples += count;
  void decoder.push(frame).decoded;
});
process.stdout.write('ready\n');
setInterval(() => {
  const { rss, heapUsed, external } = process.memoryUsage();
  const line = {
    atS: (performance.now() - startMs) / 1000,
    rssMB: rss / 1e6,
    heapMB: heapUsed / 1e6,
    externalMB: external / 1e6,
    samples,
    lost,
    decisions,
    silences,
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}, sampleS * 1000);
