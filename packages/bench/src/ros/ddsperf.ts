import { spawn } from 'node:child_process';
import { describeError, HardwareError } from '@efferent/core';
import { cycloneConfiguration } from '@efferent/cyclonedds';

/** What Cyclone DDS's own program in C measures on the same machine. */
export interface DdsperfResult {
  /** Round trip of 1024 bytes: medians and 99th percentiles of each second, us. */
  readonly p50Us: number;
  readonly p99Us: number;
  readonly roundTrips: number;
  /** Messages of 1024 bytes received in a second, lossless, 1/s. */
  readonly receivedPerSecond: number;
  readonly received: number;
  /** Messages of 1 MB received in a second, lossless, 1/s. */
  readonly imagesPerSecond: number;
}

/**
 * Runs `ddsperf` of the system package cyclonedds-tools with two processes, first for latency, then for throughput of 1 kB and of 1 MB.
 *
 * @param domainId - a DDS domain that nobody else uses
 * @param durationS - of each of the three
 * @throws {@link HardwareError} code `ddsperf-failed` when it is not installed or prints nothing usable
 */
export async function runDdsperf(domainId: number, durationS: number): Promise<DdsperfResult> {
  const pings = await runPair(domainId, durationS, ['pong'], ['ping', 'size', '1k']);
  const roundTrips = parseRoundTrips(pings.active);
  const pour = async (size: string) => {
    const publish = ['-k', 'all', 'pub', 'size', size];
    return parseRates((await runPair(domainId, durationS, ['-k', 'all', 'sub'], publish)).passive);
  };
  const rates = await pour('1k');
  const images = await pour('1M');
  if (roundTrips === undefined || rates === undefined || images === undefined)
    throw failed('it printed no measurement');
  return { ...roundTrips, ...rates, imagesPerSecond: images.receivedPerSecond };
}

/** Reads `50% 28.7us … 99% 1896.9us … cnt 4907` of every second; the first one is warming up. */
export function parseRoundTrips(
  output: string,
): Pick<DdsperfResult, 'p50Us' | 'p99Us' | 'roundTrips'> | undefined {
  const seconds = [...output.matchAll(/ 50% ([\d.]+)us.* 99% ([\d.]+)us.* cnt (\d+)/g)].slice(1);
  if (seconds.length === 0) return undefined;
  const roundTrips = seconds.reduce((sum, [, , , count]) => sum + Number(count), 0);
  const mean = (group: 1 | 2) =>
    seconds.reduce((sum, match) => sum + Number(match[group]) * Number(match[3]), 0) / roundTrips;
  return { p50Us: mean(1), p99Us: mean(2), roundTrips };
}

/** Reads `delta 148591 lost 0 rate 148.47 kS/s` of every second; the first one is warming up. */
export function parseRates(
  output: string,
): Pick<DdsperfResult, 'receivedPerSecond' | 'received'> | undefined {
  const seconds = [...output.matchAll(/delta (\d+) lost \d+ rate ([\d.]+) kS\/s/g)].slice(1);
  if (seconds.length === 0) return undefined;
  const received = seconds.reduce((sum, [, delta]) => sum + Number(delta), 0);
  return {
    receivedPerSecond: (1000 * seconds.reduce((sum, [, , rate]) => sum + Number(rate), 0)) / seconds.length,
    received,
  };
}

async function runPair(
  domainId: number,
  durationS: number,
  passive: readonly string[],
  active: readonly string[],
): Promise<{ passive: string; active: string }> {
  const common = (seconds: number) => ['-i', String(domainId), '-D', String(seconds)];
  const outputs = await Promise.all([
    run([...common(durationS + 2), ...passive]),
    run([...common(durationS + 1), ...active]),
  ]);
  return { passive: outputs[0], active: outputs[1] };
}

function run(argv: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      CYCLONEDDS_URI: process.env.CYCLONEDDS_URI ?? cycloneConfiguration(process.env),
    };
    const child = spawn('ddsperf', argv, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', (error) => reject(failed(describeError(error))));
    child.on('close', () => resolve(output));
  });
}

function failed(reason: string): HardwareError {
  return new HardwareError({
    code: 'ddsperf-failed',
    message: `ddsperf gave no figures: ${reason}; it comes with the system package cyclonedds-tools`,
  });
}
