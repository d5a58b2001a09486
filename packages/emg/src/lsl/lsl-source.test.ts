import { steadyWallClock } from '@efferent/core';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { EmgFrame, EmgLink } from '../emg-source.ts';
import { settingsFrom } from '../emg-source-kind.ts';
import { lslNowS } from './lsl-clock.ts';
import { lslKind } from './lsl-kind.ts';
import { LslOutlet } from './outlet.ts';
import { findEmgStream } from './stream-choice.ts';
import type { LslStreamDescription } from './stream-info.ts';

const { signal } = new AbortController();
const rateHz = 1000;
const channel = (type: string, unit: string) => ({ label: '', unit, type });
const waitFor = { timeout: 5000, interval: 5 };

function arm(name: string, overrides: Partial<LslStreamDescription> = {}): LslStreamDescription {
  return {
    name,
    type: 'EMG',
    channelCount: 3,
    channelFormat: 'float32',
    nominalRateHz: rateHz,
    sourceId: `${name} #1`,
    channels: [channel('EMG', 'microvolts'), channel('AUX', ''), channel('emg', 'mV')],
    ...overrides,
  };
}

/** Opens a source of the stream and keeps what it says. */
async function listen(name: string, unit = '') {
  const links: EmgLink[] = [];
  const frames: EmgFrame[] = [];
  const source = await lslKind.open(settingsFrom('lsl', lslKind, { stream: name, unit }), {
    clock: steadyWallClock,
    steadyClock: steadyWallClock,
    every: (periodNs, callback) => {
      const timer = setInterval(callback, Number(periodNs) / 1e6);
      return { cancel: () => clearInterval(timer) };
    },
    onLink: (link) => links.push(link),
    signal,
  });
  onTestFinished(() => source.stop());
  await source.start((frame) => frames.push({ ...frame, samplesUv: frame.samplesUv.slice() }));
  const states = () => links.map(({ state }) => state);
  const connectedTimes = async (times: number) =>
    vi.waitFor(() => expect(states().filter((state) => state === 'connected')).toHaveLength(times), waitFor);
  return { source, links, frames, states, connectedTimes };
}

/** Samples counted from `from`, as `[microvolt, aux, millivolt]`. */
function ramp(from: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => [from + i, 99, (from + i) / 1000]).flat();
}

const unique = (name: string) => `${name}-${process.pid}`;

test('the EMG channels of a stream come as frames in microvolt, stamped on the clock of who asked', async () => {
  const name = unique('source');
  const outlet = await LslOutlet.open(arm(name));
  onTestFinished(() => outlet.close());
  const { source, frames, connectedTimes } = await listen(name);
  expect(source.description).toEqual({
    id: `lsl-${name}-1`,
    sampleRateHz: rateHz,
    channelCount: 2,
    frameSamples: 25,
  });
  await connectedTimes(1);
  const measuredS = lslNowS() - 0.1;
  const measuredNs = steadyWallClock.nowNs() - 100_000_000n;
  outlet.push(ramp(0, 40), measuredS);
  outlet.push(ramp(40, 20), measuredS + 0.04);
  await vi.waitFor(() => expect(frames).toHaveLength(2), waitFor);
  expect(frames.map(({ firstSample }) => firstSample)).toEqual([0, 25]);
  frames.forEach(({ samplesUv, stampNs }, frame) => {
    for (const [i, value] of samplesUv.entries())
      expect(value).toBeCloseTo(frame * 25 + Math.floor(i / 2), 3);
    expect(Math.abs(Number(stampNs - measuredNs) / 1e6 - frame * 25)).toBeLessThan(5);
  });
});

test('a frame that lost samples is left out, and the loss shows as a jump', async () => {
  const name = unique('loss');
  const outlet = await LslOutlet.open(arm(name));
  onTestFinished(() => outlet.close());
  const { frames, connectedTimes } = await listen(name);
  await connectedTimes(1);
  const startS = lslNowS() - 0.3;
  outlet.push(ramp(0, 60), startS);
  outlet.push(ramp(200, 50), startS + 0.2);
  await vi.waitFor(() => expect(frames).toHaveLength(4), waitFor);
  expect(frames.map(({ firstSample, samplesUv }) => [firstSample, samplesUv[0]])).toEqual([
    [0, 0],
    [25, 25],
    [200, 200],
    [225, 225],
  ]);
});

test('a sender that starts anew is found again, and what was missed is lost', async () => {
  const name = unique('again');
  const first = await LslOutlet.open(arm(name));
  const { frames, links, connectedTimes, states } = await listen(name);
  await connectedTimes(1);
  first.push(ramp(0, 25), lslNowS());
  await vi.waitFor(() => expect(frames).toHaveLength(1), waitFor);
  await first.close();
  await vi.waitFor(() => expect(states()).toContain('reconnecting'), waitFor);
  expect(links.at(-1)?.reason).toContain('closed the connection');
  const second = await LslOutlet.open(arm(name));
  onTestFinished(() => second.close());
  await connectedTimes(2);
  second.push(ramp(0, 25), lslNowS());
  await vi.waitFor(() => expect(frames).toHaveLength(2), waitFor);
  expect(frames[1]?.firstSample).toBeGreaterThan(25 + 100);
});

test('a stream that falls silent says so, and that it came back', async () => {
  const name = unique('silent');
  const outlet = await LslOutlet.open(arm(name));
  onTestFinished(() => outlet.close());
  const { connectedTimes, states } = await listen(name);
  await vi.waitFor(() => expect(states()).toContain('silent'), waitFor);
  outlet.push(ramp(0, 1), lslNowS());
  await connectedTimes(2);
  expect(states()).toEqual(['connecting', 'connected', 'silent', 'connected']);
});

test('stamps of another clock are refused: nothing from the future moves a robot', async () => {
  const name = unique('unix');
  const outlet = await LslOutlet.open(arm(name));
  onTestFinished(() => outlet.close());
  const { links, frames, connectedTimes, states } = await listen(name);
  await connectedTimes(1);
  outlet.push(ramp(0, 25), Date.now() / 1000);
  await vi.waitFor(() => expect(states()).toContain('reconnecting'), waitFor);
  expect(links.at(-1)?.reason).toContain("its sender must use LSL's local_clock()");
  await connectedTimes(2);
  const before = steadyWallClock.nowNs();
  outlet.push(ramp(0, 25), lslNowS() + 5);
  await vi.waitFor(() => expect(frames).toHaveLength(1), waitFor);
  expect(frames[0]?.stampNs).toBeLessThanOrEqual(steadyWallClock.nowNs() - 25_000_000n);
  expect(frames[0]?.stampNs).toBeGreaterThan(before - 1_000_000_000n);
});

test('without declared units and kinds every channel has the unit that the user gives', async () => {
  const name = unique('plain');
  const outlet = await LslOutlet.open(arm(name, { channels: [], channelFormat: 'int16', sourceId: '' }));
  onTestFinished(() => outlet.close());
  const { source, frames, connectedTimes } = await listen(name, 'mV');
  expect(source.description).toMatchObject({ id: `lsl-${name}`, channelCount: 3 });
  await connectedTimes(1);
  outlet.push(Array(75).fill(2), lslNowS());
  await vi.waitFor(() => expect(frames).toHaveLength(1), waitFor);
  expect(frames[0]?.samplesUv[0]).toBe(2000);
});

test('a name that two streams have is not guessed', async () => {
  const name = unique('twin');
  const outlets = [await LslOutlet.open(arm(name)), await LslOutlet.open(arm(name))];
  onTestFinished(async () => void (await Promise.all(outlets.map((outlet) => outlet.close()))));
  await expect(listen(name)).rejects.toThrow(/2 streams match/);
});

test('a machine to look on is named by its address', async () => {
  const settings = settingsFrom('lsl', lslKind, { peers: '127.0.0.2, my-pc' });
  const context = {
    clock: steadyWallClock,
    steadyClock: steadyWallClock,
    every: () => ({ cancel: () => undefined }),
    onLink: () => undefined,
    signal,
  };
  await expect(lslKind.open(settings, context)).rejects.toThrow('peers: got "my-pc"');
});

test('a stream that is not there is answered with those that are', async () => {
  const outlet = await LslOutlet.open(arm(unique('there')));
  onTestFinished(() => outlet.close());
  const options = { peers: [], timeoutMs: 50, signal };
  const search = findEmgStream({ name: 'nobody' }, '', options);
  await expect(search).rejects.toThrow(`no stream with name "nobody"`);
  await expect(search).rejects.toThrow(unique('there'));
});
