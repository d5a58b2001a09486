import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describeError, MiddlewareError } from '@efferent/core';
import { chooseMiddleware } from '@efferent/ros';
import { type Figure, figure, latencyFigures } from '../figure.ts';

const loadProgram = new URL('load-process.ts', import.meta.url).pathname;
const measuringProgram = new URL('round-trip-process.ts', import.meta.url).pathname;
/** What both processes need beside the measurement itself, ms. */
const startLimitMs = 30_000;

export interface RclnodejsMeasurement {
  readonly figures: readonly Figure[];
  /** Middleware below it, or why it was not measured. */
  readonly note: string;
}

/**
 * Measures round trips of 1 kB over rclnodejs, where a ROS 2 is sourced and rclnodejs prepared.
 *
 * @param ownP50Us - of the same round trip over `cyclonedds`
 * @throws {@link MiddlewareError} when it is ready and yet does not answer
 */
export async function measureRclnodejs(
  domainId: number,
  durationS: number,
  ownP50Us: number,
): Promise<RclnodejsMeasurement> {
  try {
    await chooseMiddleware('rclnodejs', process.env);
  } catch (error) {
    return { figures: [], note: describeError(error) };
  }
  const start = (program: string, ...words: readonly string[]) =>
    spawn(process.execPath, [program, 'rclnodejs', ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ROS_DOMAIN_ID: String(domainId) },
      timeout: durationS * 1000 + startLimitMs,
    });
  const load = start(loadProgram);
  try {
    await once(load.stdout, 'data');
    const roundTripsUs = await outputOf(start(measuringProgram, String(durationS * 1000)));
    const figures = latencyFigures('rclnodejs-round-trip', Float64Array.from(roundTripsUs), 'us');
    const ratio = figure('round-trip-p50-over-rclnodejs', ownP50Us / figures[0]!.value, '1', {
      target: ['<=', 0.55],
    });
    return { figures: [...figures, ratio], note: process.env.RMW_IMPLEMENTATION ?? "ROS 2's default" };
  } finally {
    load.kill('SIGKILL');
  }
}

async function outputOf(child: ChildProcess): Promise<number[]> {
  let text = '';
  child.stdout!.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const [code] = await once(child, 'close');
  if (code === 0) return JSON.parse(text) as number[];
  throw new MiddlewareError({
    code: 'measurement-failed',
    message: `the process that measures rclnodejs ended with code ${code}`,
  });
}
