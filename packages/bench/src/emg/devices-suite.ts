import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError, Rng, steadyWallClock } from '@efferent/core';
import { SessantaquattroEmulator, wallTicker, wireFaults } from '@efferent/emg';
import {
  type Figure,
  figure,
  latencyFigures,
  makeReport,
  type Report,
  type SuiteOptions,
} from '../figure.ts';
import { NumberedSupply } from './devices/numbered-supply.ts';
import { Receiver, type ReceiverName } from './devices/receiver.ts';

/** How packets come out of the emulated device. */
const wires = ['whole', 'split'] as const;
type Wire = (typeof wires)[number];

/** Samples come for so long, then the device is unplugged, and it calls again by itself, s. */
const streamS = 20;
const afterUnplugS = 6;
/** Python on a busy machine takes long to import LibEMG, s. */
const startS = 120;
/** A row that comes later than this is lost, s. */
const lastRowsS = 1;

interface Reading {
  readonly lostShare: number;
  readonly broken: number;
  readonly latenciesMs: readonly number[];
  /** From the unplugging to the first sample after it, s; undefined when none came. */
  readonly backAfterS: number | undefined;
  readonly hasEnded: boolean;
  readonly said: string;
}

/**
 * One emulated Sessantaquattro+ of 64 electrodes at 2 kHz, read by LibEMG's own streamer and by our source, each in a process of its
 * own: with whole packets, and with packets split at any byte.
 *
 * @throws {@link ConfigurationError} code `no-libemg`
 */
export async function benchDevices(options: SuiteOptions): Promise<Report> {
  const figures: Figure[] = [];
  const details: Record<string, unknown> = {};
  for (const receiver of ['libemg', 'efferent'] as const) {
    for (const wire of wires) {
      const { latenciesMs, ...reading } = await read(receiver, wire, options.seed);
      options.onProgress(`${receiver}, ${wire} packets: ${(100 * reading.lostShare).toFixed(2)} % lost`);
      const isOurs = receiver === 'efferent';
      const name = (what: string) => `${receiver}-${wire}-${what}`;
      figures.push(
        figure(name('samples-lost'), reading.lostShare, '1', isOurs ? { target: ['<=', 0] } : {}),
        figure(name('broken-rows'), reading.broken, '1', isOurs ? { target: ['<=', 0] } : {}),
        ...(latenciesMs.length === 0 ? [] : latencyFigures(name('latency'), latenciesMs, 'ms')),
        figure(
          name('came-back'),
          reading.backAfterS === undefined ? 0 : 1,
          '1',
          isOurs ? { target: ['>=', 1] } : {},
        ),
        ...(reading.backAfterS === undefined
          ? []
          : [figure(name('back-after-unplug'), reading.backAfterS, 's')]),
      );
      details[`${receiver}-${wire}`] = reading;
    }
  }
  return makeReport('emg', options.seed, figures, { suite: 'devices', streamS, ...details });
}

async function read(name: ReceiverName, wire: Wire, seed: number): Promise<Reading> {
  const supply = new NumberedSupply();
  const receiver = await Receiver.start(name);
  const emulator = new SessantaquattroEmulator({
    clock: steadyWallClock,
    every: wallTicker,
    createSupply: () => supply,
    onEvent: () => undefined,
    ...(wire === 'split' ? { fault: wireFaults.split(new Rng(seed)) } : {}),
  });
  try {
    emulator.start('127.0.0.1', receiver.port);
    await until(() => emulator.isSending || receiver.hasEnded, startS);
    if (!emulator.isSending) throw cannotRun(name, receiver.said);
    await sleep(1000 * streamS);
    const sent = supply.sentMs.length;
    const unpluggedMs = performance.now();
    await sleep(1000 * lastRowsS);
    const before = receiver.rows.filter(({ row }) => row < sent);
    emulator.hangUp();
    const hungUpMs = performance.now();
    await sleep(1000 * afterUnplugS);
    const expected = Math.round((2000 * (unpluggedMs - (supply.sentMs[0] as number))) / 1000);
    const firstBack = receiver.rows.find(({ atMs }) => atMs > hungUpMs + 100);
    return {
      lostShare: 1 - Math.min(1, new Set(before.map(({ row }) => row)).size / Math.max(sent, expected - 250)),
      broken: receiver.brokenCount,
      latenciesMs: before.map(({ row, atMs }) => atMs - (supply.sentMs[row] as number)),
      backAfterS: firstBack === undefined ? undefined : (firstBack.atMs - hungUpMs) / 1000,
      hasEnded: receiver.hasEnded,
      said: receiver.said.trim().split('\n').slice(-3).join(' | '),
    };
  } finally {
    await emulator.stop();
    await receiver.stop();
  }
}

async function until(isMet: () => boolean, seconds: number): Promise<void> {
  const endMs = performance.now() + 1000 * seconds;
  while (!isMet() && performance.now() < endMs) await sleep(20);
}

function cannotRun(name: ReceiverName, said: string): ConfigurationError {
  const last = said.trim().split('\n').at(-1) ?? '';
  return new ConfigurationError({
    code: name === 'libemg' ? 'no-libemg' : 'no-source',
    message:
      name === 'libemg'
        ? `LibEMG's streamer did not take the device: ${last}; expected a Python with it: pip install -r packages/bench/python/requirements.txt, EFFERENT_PYTHON=<that python>, and port 45454 free`
        : `the source did not take the device: ${last}; expected port 45454 free`,
  });
}
