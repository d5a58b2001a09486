import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Rng } from '@efferent/core';
import { createContext } from '@efferent/ros';
import { figure, latencyFigures, makeReport, type Report, type SuiteOptions } from './figure.ts';
import { runDdsperf } from './ros/ddsperf.ts';
import { measureRclnodejs } from './ros/rclnodejs.ts';
import { measureRoundTrips } from './ros/round-trips.ts';
import { measureThroughput } from './ros/throughput.ts';

const durationS = 5;
const program = new URL('ros/load-process.ts', import.meta.url).pathname;

/**
 * Measures messages of 1 kB between two processes over DDS, beside Cyclone DDS's own `ddsperf` on the same machine.
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
  const node = await context.createNode('measure', { namespace: '/bench' });
  options.onProgress(`round trips of 1 kB, ${durationS} s`);
  const roundTripsUs = await measureRoundTrips(node, durationS * 1000);
  options.onProgress(`received messages of 1 kB, ${durationS} s`);
  const throughput = await measureThroughput(node, durationS * 1000);
  child.kill('SIGKILL');
  await context.shutdown();
  options.onProgress(`ddsperf, twice ${durationS} s`);
  const ddsperf = await runDdsperf(domainId + 101, durationS);
  const ownLatency = latencyFigures('round-trip', roundTripsUs, 'us');
  const [p50, p99] = ownLatency.map(({ value }) => value) as [number, number];
  options.onProgress(`round trips of 1 kB over rclnodejs, ${durationS} s`);
  const rclnodejs = await measureRclnodejs(domainId + 101, durationS, p50);
  const figures = [
    ...ownLatency,
    figure('received-rate', throughput.receivedPerSecond, '1/s', { n: throughput.received }),
    figure('received-lost', throughput.lost, '1', { target: ['<=', 0], n: throughput.received }),
    figure('ddsperf-round-trip-p50', ddsperf.p50Us, 'us', { n: ddsperf.roundTrips }),
    figure('ddsperf-round-trip-p99', ddsperf.p99Us, 'us', { n: ddsperf.roundTrips }),
    figure('ddsperf-received-rate', ddsperf.receivedPerSecond, '1/s', { n: ddsperf.received }),
    figure('round-trip-p50-over-ddsperf', p50 / ddsperf.p50Us, '1'),
    figure('round-trip-p99-over-ddsperf', p99 / ddsperf.p99Us, '1'),
    figure('received-rate-over-ddsperf', throughput.receivedPerSecond / ddsperf.receivedPerSecond, '1'),
    ...rclnodejs.figures,
  ];
  return makeReport('ros', options.seed, figures, {
    messageBytes: 1024,
    durationS,
    middleware: 'cyclonedds',
    rclnodejs: rclnodejs.note,
  });
}
