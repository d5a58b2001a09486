import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { Rng } from '@efferent/core';
import { receiveBufferLimit, wantedReceiveBufferBytes } from '@efferent/cyclonedds';
import { createContext, type RosNode } from '@efferent/ros';
import { type Figure, figure, latencyFigures, makeReport, type Report, type SuiteOptions } from './figure.ts';
import { measureCodec } from './ros/codec-rates.ts';
import { type DdsperfResult, runDdsperf } from './ros/ddsperf.ts';
import { joinCode, measureNodeStart } from './ros/node-start.ts';
import { measureRclnodejs } from './ros/rclnodejs.ts';
import { measureRoundTrips } from './ros/round-trips.ts';
import { measureImages, measureKeepLast, measureThroughput, type Throughput } from './ros/throughput.ts';

const durationS = 5;
const program = new URL('ros/load-process.ts', import.meta.url).pathname;

/**
 * Measures messages between two processes over DDS, beside Cyclone DDS's own `ddsperf` on the same machine; how fast
 * messages are read and written; and how soon a node is heard and what memory it takes.
 *
 * @throws {@link MiddlewareError} without Cyclone DDS, {@link HardwareError} without `ddsperf`
 */
export async function benchRos(options: SuiteOptions): Promise<Report> {
  // A domain of its own: another graph on this machine would take part.
  const domainId = 1 + new Rng(options.seed + process.pid).integer(100);
  const before = process.env.ROS_DOMAIN_ID;
  process.env.ROS_DOMAIN_ID = String(domainId);
  const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    return await measure(options, domainId, child);
  } finally {
    child.kill('SIGKILL');
    if (before === undefined) delete process.env.ROS_DOMAIN_ID;
    else process.env.ROS_DOMAIN_ID = before;
  }
}

async function measure(options: SuiteOptions, domainId: number, child: ChildProcess): Promise<Report> {
  const context = await createContext({ middleware: 'cyclonedds' });
  try {
    const node = await context.createNode('measure', { namespace: '/bench' });
    return await measureWith(node, options, domainId, child);
  } finally {
    await context.shutdown();
  }
}

async function measureWith(
  node: RosNode,
  options: SuiteOptions,
  domainId: number,
  child: ChildProcess,
): Promise<Report> {
  options.onProgress(`round trips of 1 kB, ${durationS} s`);
  const roundTripsUs = await measureRoundTrips(node, durationS * 1000);
  options.onProgress(`ddsperf, three times ${durationS} s`);
  const ddsperf = await runDdsperf(domainId + 101, durationS);
  options.onProgress(`round trips of 1 kB over rclnodejs, ${durationS} s`);
  const ownP50Us = latencyFigures('round-trip', roundTripsUs, 'us')[0]!.value;
  const rclnodejs = await measureRclnodejs(domainId + 101, durationS, ownP50Us);
  options.onProgress(`received messages of 1 kB, ${durationS} s`);
  const flood = await measureThroughput(node, durationS * 1000);
  options.onProgress('received messages of 1 kB with keep-last');
  const keepLast = await measureKeepLast(node, 1500);
  options.onProgress(`received images of 1 MB, ${durationS} s`);
  const images = await measureImages(node, durationS * 1000);
  child.kill('SIGKILL');
  options.onProgress('starts of a node');
  joinCode();
  const warm = await measureNodeStart(node, 'warm');
  const cold = await measureNodeStart(node, 'cold');
  const sources = await measureNodeStart(node, 'sources');
  options.onProgress('reading and writing messages');
  const codec = measureCodec();
  const figures = [
    ...latencyRows(roundTripsUs, ddsperf),
    ...rclnodejs.figures,
    ...throughputRows(flood, keepLast, images, ddsperf),
    figure('joint-state-encode-rate', codec.encodePerSecond, '1/s', { target: ['>=', 3_000_000] }),
    figure('joint-state-decode-rate', codec.decodePerSecond, '1/s', { target: ['>=', 1_000_000] }),
    figure('node-start-warm', warm.firstMessageMs, 'ms', { target: ['<=', 150], n: warm.n }),
    figure('node-start-cold', cold.firstMessageMs, 'ms', { n: cold.n }),
    figure('node-start-sources', sources.firstMessageMs, 'ms', { n: sources.n }),
    figure('idle-node-memory-warm', warm.residentMb, 'MB', { target: ['<=', 65], n: warm.n }),
    figure('idle-node-memory-cold', cold.residentMb, 'MB', { n: cold.n }),
    figure('idle-node-memory-sources', sources.residentMb, 'MB', { n: sources.n }),
  ];
  return makeReport('ros', options.seed, figures, {
    messageBytes: 1024,
    imageBytes: 1_048_576,
    durationS,
    middleware: 'cyclonedds',
    rclnodejs: rclnodejs.note,
    receiveBufferLimitBytes: receiveBufferLimit(),
    loadAverage: loadavg(),
  });
}

function latencyRows(roundTripsUs: Float64Array, ddsperf: DdsperfResult): Figure[] {
  const own = latencyFigures('round-trip', roundTripsUs, 'us');
  const [p50, p99] = own.map(({ value }) => value) as [number, number];
  return [
    ...own,
    figure('ddsperf-round-trip-p50', ddsperf.p50Us, 'us', { n: ddsperf.roundTrips }),
    figure('ddsperf-round-trip-p99', ddsperf.p99Us, 'us', { n: ddsperf.roundTrips }),
    figure('round-trip-p50-over-ddsperf', p50 / ddsperf.p50Us, '1', { target: ['<=', 3.3] }),
    figure('round-trip-p99-over-ddsperf', p99 / ddsperf.p99Us, '1', { target: ['<=', 5] }),
  ];
}

function throughputRows(
  flood: Throughput,
  keepLast: Throughput,
  images: Awaited<ReturnType<typeof measureImages>>,
  ddsperf: DdsperfResult,
): Figure[] {
  const nothing = ['<=', 0] as const;
  const imageRate = (images.receivedPerSecond * 1_048_576) / 1e6;
  const ddsperfImageRate = (ddsperf.imagesPerSecond * 1_048_576) / 1e6;
  // Where the kernel allows less, pictures are spaced out so that receivers lose none.
  const isLargeBuffer = receiveBufferLimit() >= wantedReceiveBufferBytes;
  return [
    figure('received-rate', flood.receivedPerSecond, '1/s', { target: ['>=', 200_000], n: flood.received }),
    figure('received-lost', flood.lost, '1', { target: nothing, n: flood.received }),
    figure('ddsperf-received-rate', ddsperf.receivedPerSecond, '1/s', { n: ddsperf.received }),
    figure('received-rate-over-ddsperf', flood.receivedPerSecond / ddsperf.receivedPerSecond, '1'),
    figure('keep-last-lossless-rate', keepLast.receivedPerSecond, '1/s', {
      target: ['>=', 80_000],
      n: keepLast.received,
    }),
    figure('image-rate', imageRate, 'MB/s', {
      ...(isLargeBuffer && { target: ['>=', 2000] as const }),
      n: images.received,
    }),
    figure('ddsperf-image-rate', ddsperfImageRate, 'MB/s'),
    figure('image-rate-over-ddsperf', imageRate / ddsperfImageRate, '1'),
    figure('image-lost', images.lost, '1', { target: nothing, n: images.received }),
    figure('image-copied', images.copied, '1', { target: nothing, n: images.received }),
  ];
}
