import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { HardwareError } from '@efferent/core';
import { calibrateInWorker, defaultProtocol, gestureNames, startEmulatedDevice } from '@efferent/emg';
import { figure, makeReport, type Report, type SuiteOptions } from '../figure.ts';
import { slope } from '../soak-suite.ts';

export interface DeviceSoakOptions extends SuiteOptions {
  readonly minutes: number;
}

/** What the measured process says, again and again. */
export interface DeviceSoakSample {
  readonly atS: number;
  readonly rssMB: number;
  readonly heapMB: number;
  readonly externalMB: number;
  /** Samples that came, and that the device's counter says were lost, since the start. */
  readonly samples: number;
  readonly lost: number;
  readonly decisions: number;
  /** Times that the link fell silent or broke. */
  readonly silences: number;
}

const sampleRateHz = 4000;
/** Code is compiled, pools fill: does not count, share of the run. */
const warmUpShare = 0.25;
/** Growth over half an hour that is taken as flat; ours, a tenth of what the process needs. */
const mostGrowthMB = 8;
/** How often the person does something else, s. */
const gestureS = 2;
const graceS = 60;

/**
 * Half an hour of 64 electrodes at 4 kHz: a virtual person in an emulated Sessantaquattro+ in this process, our source and the decoder
 * in another one, TCP between them, packets split at any byte. Counts lost samples and looks at the memory.
 *
 * @throws {@link HardwareError} code `soak-failed` when the measured process ends early
 */
export async function benchDeviceSoak(options: DeviceSoakOptions): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-soak-'));
  const port = await freePort();
  try {
    const calibration = join(folder, 'person.json');
    options.onProgress(`person ${options.seed} is calibrated`);
    const person = { personSeed: options.seed, sampleRateHz };
    const protocol = { ...defaultProtocol, repetitions: 2, holdS: 1 };
    await calibrateInWorker({ person, protocol, file: calibration, decoder: undefined, isAgain: false });
    const program = join(import.meta.dirname, 'devices/soak-process.ts');
    const words = [program, String(port), calibration, String(sampleRateHz)];
    const measured = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      return await watch(measured, port, options);
    } finally {
      measured.kill('SIGKILL');
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function watch(measured: ChildProcess, port: number, options: DeviceSoakOptions): Promise<Report> {
  const durationS = options.minutes * 60;
  const samples: DeviceSoakSample[] = [];
  let device: Awaited<ReturnType<typeof startEmulatedDevice>> | undefined;
  let gestures: ReturnType<typeof setInterval> | undefined;
  const limit = setTimeout(() => measured.kill('SIGKILL'), 1000 * (durationS + graceS));
  try {
    for await (const line of createInterface({ input: measured.stdout as NodeJS.ReadableStream })) {
      if (line === 'ready') {
        const emulated = {
          device: 'sessantaquattro',
          host: '127.0.0.1',
          port,
          person: options.seed,
        } as const;
        device = await startEmulatedDevice({ ...emulated, fault: 'split', onEvent: () => undefined });
        gestures = keepBusy(device);
        continue;
      }
      const sample = JSON.parse(line) as DeviceSoakSample;
      samples.push(sample);
      options.onEpisode({ ...sample });
      const { atS, lost, rssMB, heapMB } = sample;
      options.onProgress(
        `${atS.toFixed(0)} of ${durationS} s · ${lost} samples lost · ${rssMB.toFixed(0)} MB, heap ${heapMB.toFixed(1)} MB`,
      );
      if (atS >= durationS) return reportOf(options, samples);
    }
  } finally {
    clearTimeout(limit);
    clearInterval(gestures);
    await device?.stop();
  }
  throw new HardwareError({
    code: 'soak-failed',
    message: `the measured process ended after ${samples.at(-1)?.atS ?? 0} of ${durationS} s (exit code ${measured.exitCode}, signal ${measured.signalCode})`,
  });
}

/** Every gesture in turn, so that the model runs. */
function keepBusy(device: Awaited<ReturnType<typeof startEmulatedDevice>>) {
  let turn = 0;
  return setInterval(() => {
    device.perform(gestureNames[turn % gestureNames.length] ?? 'rest', 0.45);
    turn += 1;
  }, 1000 * gestureS);
}

function reportOf(options: DeviceSoakOptions, all: readonly DeviceSoakSample[]): Report {
  const last = all.at(-1) as DeviceSoakSample;
  const settled = all.filter(({ atS }) => atS >= warmUpShare * last.atS);
  const n = settled.length;
  const growth = (key: 'rssMB' | 'heapMB' | 'externalMB') =>
    slope(settled.map((each) => [each.atS, each[key]] as const)) * last.atS;
  const flat = { target: ['<=', mostGrowthMB] as const, n };
  const expected = last.atS * sampleRateHz;
  return makeReport(
    'emg',
    options.seed,
    [
      figure('samples-lost', last.lost, '1', { target: ['<=', 0], n: last.samples }),
      figure('samples-received-share', last.samples / expected, '1', { n: last.samples }),
      figure('link-silences', last.silences, '1'),
      figure('decisions-per-second', last.decisions / last.atS, '1/s', { n: last.decisions }),
      figure('rss-growth', growth('rssMB'), 'MB', flat),
      figure('heap-growth', growth('heapMB'), 'MB', flat),
      figure('external-growth', growth('externalMB'), 'MB', flat),
      figure('rss-at-end', last.rssMB, 'MB'),
    ],
    { suite: 'soak', minutes: options.minutes, channels: 64, sampleRateHz, warmUpShare, over: all },
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
