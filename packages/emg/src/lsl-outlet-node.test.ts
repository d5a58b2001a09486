import { immediateJobRunner } from '@efferent/core';
import { createInprocContext, qosProfiles, stampFromNs } from '@efferent/ros';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { LslValues } from './lsl/channel-format.ts';
import { findStreams } from './lsl/discovery.ts';
import { fetchFullInfo, LslInlet } from './lsl/inlet.ts';
import { lslNowS } from './lsl/lsl-clock.ts';
import { lslOutletNode } from './lsl-outlet-node.ts';

const waitFor = { timeout: 5000, interval: 5 };
const source = `sleeve-${process.pid}`;
const names = ['rest', 'grip'];

/** Reads a stream once it is served, until the test ends. */
async function read(
  wanted: { readonly name: string; readonly sourceId?: string },
  isOurs: (labels: string[]) => boolean,
) {
  const info = await vi.waitFor(async () => {
    const found = await findStreams(wanted, { timeoutMs: 1000, lingerMs: 50 });
    const full = await Promise.all(found.map((each) => fetchFullInfo(each, 1000)));
    const ours = full.find(({ channels }) => isOurs(channels.map(({ label }) => label)));
    if (ours === undefined) throw new Error(`no ${wanted.name}`);
    return ours;
  }, waitFor);
  const samples: { stampS: number | undefined; values: LslValues }[] = [];
  const inlet = await LslInlet.open(info, {
    bufferSamples: 100,
    timeoutMs: 2000,
    signal: new AbortController().signal,
    onSample: (stampS, values) => samples.push({ stampS, values: values.slice() }),
    onClosed: () => undefined,
  });
  onTestFinished(() => inlet.close());
  return { info, samples };
}

/** Starts the outlet on a graph of its own, with somebody who publishes gestures. */
async function startOutlet() {
  const context = createInprocContext({ logSink: () => undefined });
  onTestFinished(() => context.shutdown());
  const running = await lslOutletNode.start(await context.createNode('lsl_outlet'), {
    jobs: immediateJobRunner,
    workspaceFolders: [],
  });
  onTestFinished(() => running.stop());
  const graph = await context.createNode('graph');
  const gestures = graph.createPublisher(
    'efferent_interfaces/msg/Gesture',
    '/emg/gesture',
    qosProfiles.default,
  );
  return { graph, gestures };
}

test('frames and gestures of the graph are LSL streams, stamped when they were measured', async () => {
  const { graph, gestures } = await startOutlet();
  const frames = graph.createPublisher(
    'efferent_interfaces/msg/EmgFrame',
    '/emg/frames',
    qosProfiles.sensorData,
  );
  const header = (agoMs: number) => ({
    stamp: stampFromNs(graph.clock.nowNs() - BigInt(agoMs) * 1_000_000n),
    frame_id: 'emg_sleeve',
  });
  const publishFrame = () =>
    frames.publish({
      header: header(25),
      source,
      sample_rate_hz: 2000,
      channel_count: 2,
      first_sample: 0n,
      samples_uv: Float32Array.of(1, -2, 3, -4),
    });
  // Probabilities that name this test's process tell its stream from another's.
  const classes = [...names, source];
  const publishGesture = (gesture: string, rejected: boolean) =>
    gestures.publish({
      header: header(10),
      gesture,
      rejected,
      confidence: 0.5,
      effort: 0.25,
      names: classes,
      probabilities: Float32Array.of(0.25, 0.75, 0),
    });
  publishFrame();
  publishGesture('rest', false);

  const emg = await read({ name: 'efferent-emg', sourceId: `efferent-emg-${source}` }, () => true);
  expect(emg.info).toMatchObject({ type: 'EMG', nominalRateHz: 2000, channelFormat: 'float32' });
  expect(emg.info.channels[1]).toEqual({ label: 'e1', unit: 'microvolts', type: 'EMG' });
  publishFrame();
  await vi.waitFor(() => expect(emg.samples).toHaveLength(2), waitFor);
  expect(emg.samples.map(({ values }) => [...values])).toEqual([
    [1, -2],
    [3, -4],
  ]);
  expect(lslNowS() - (emg.samples[0]?.stampS ?? 0)).toBeGreaterThanOrEqual(0.025);

  const decisions = await read({ name: 'efferent-gesture' }, (labels) => labels.includes(source));
  expect(decisions.info.channels.map(({ label }) => label)).toEqual([
    ...classes,
    'confidence',
    'effort',
    'rejected',
  ]);
  publishGesture('grip', true);
  await vi.waitFor(() => expect(decisions.samples).toHaveLength(1), waitFor);
  expect([...(decisions.samples[0]?.values ?? [])]).toEqual([0.25, 0.75, 0, 0.5, 0.25, 1]);
});

test('a gesture is a marker when it begins', async () => {
  const { gestures } = await startOutlet();
  const begin = (gesture: string) =>
    gestures.publish({ gesture, names, probabilities: Float32Array.of(1, 0) });
  begin('rest');
  const markers = await read({ name: 'efferent-gesture-markers' }, () => true);
  for (const gesture of ['grip', 'grip', 'rest', 'rest', 'open']) begin(gesture);
  await vi.waitFor(() => expect(markers.samples).toHaveLength(3), waitFor);
  expect(markers.samples.flatMap(({ values }) => [...values])).toEqual(['grip', 'rest', 'open']);
});
