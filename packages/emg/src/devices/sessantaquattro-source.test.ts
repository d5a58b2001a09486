import { once } from 'node:events';
import { connect } from 'node:net';
import { Rng } from '@efferent/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { settingsFrom } from '../emg-source-kind.ts';
import { DeviceRig, tellingSupply, tellingUv } from './device-rig.ts';
import { SessantaquattroEmulator } from './sessantaquattro-emulator.ts';
import { sessantaquattroKind } from './sessantaquattro-kind.ts';
import type { SessantaquattroSource } from './sessantaquattro-source.ts';
import { type WireFault, wireFaults } from './wire-faults.ts';

/** Over real TCP on loopback; time is the rig's. */
let rig: DeviceRig;
let source: SessantaquattroSource;
let emulator: SessantaquattroEmulator;
let events: string[];

async function start(given: Record<string, string | number> = {}, fault?: WireFault): Promise<void> {
  const settings = settingsFrom('sessantaquattro', sessantaquattroKind, { port: 0, ...given });
  source = (await sessantaquattroKind.open(settings, rig.context)) as SessantaquattroSource;
  await source.start(rig.onFrame);
  emulator = new SessantaquattroEmulator({
    clock: rig.clock,
    // Packets are sent by hand; only calls are repeated.
    every: (periodNs, callback) =>
      periodNs === 62_500_000n ? { cancel: () => undefined } : rig.every(periodNs, callback),
    createSupply: () => tellingSupply(64),
    onEvent: (event) => {
      events.push(event);
      rig.notice();
    },
    ...(fault === undefined ? {} : { fault }),
  });
  emulator.start('127.0.0.1', source.port);
  await rig.until(() => emulator.isSending);
}

/** Sends packets of a sixteenth of a second, the time of the rig going with them. */
async function send(packets: number, isLast = () => true): Promise<void> {
  for (let i = 0; i < packets; i++) {
    const before = rig.frames.length;
    rig.pass(0.0625);
    emulator.send(125);
    if (i < packets - 1 || isLast()) await rig.until(() => rig.frames.length >= before + 5);
  }
}

beforeEach(() => {
  rig = new DeviceRig();
  events = [];
});

afterEach(async () => {
  await source.stop();
  await emulator.stop();
});

test.each([
  [16, 8, 0.2861],
  [16, 4, 0.5722],
  [24, 8, 0.0715],
  [24, 2, 0.2861],
])('%i bits at gain %i: what the electrodes see arrives, to half a bit', async (bits, gain, bitUv) => {
  await start({ bits, gain });
  expect(rig.links.at(-1)).toMatchObject({ state: 'connecting' });
  await send(4);
  expect(rig.links.at(-1)).toEqual({ state: 'connected', reason: 'Sessantaquattro+ at 127.0.0.1' });
  expect(rig.indices()).toEqual(Array.from({ length: 500 }, (_, i) => i));
  for (const channel of [0, 1, 63]) {
    const errors = rig.channel(channel).map((uv, index) => Math.abs(uv - tellingUv(index, channel)));
    expect(Math.max(...errors)).toBeLessThanOrEqual(bitUv * 0.5001);
  }
});

test('frames are stamped by the device’s clock and never in the future', async () => {
  await start();
  await send(3);
  const [first] = rig.frames;
  for (const { stampNs, firstSample } of rig.frames) {
    expect(stampNs - first!.stampNs).toBe(BigInt(firstSample) * 500_000n);
    expect(stampNs + 12_500_000n).toBeLessThanOrEqual(rig.clock.nowNs());
  }
});

test('the device is told to stop, and hangs up', async () => {
  await start();
  await send(1);
  await source.stop();
  expect(events.slice(-2)).toEqual(['control bytes 58 41: sends', 'control bytes 58 40: stops']);
  expect(rig.links.at(-1)?.state).toBe('connected');
});

test('silence is told after 120 ms, and a link that stays silent is given up after 2 s', async () => {
  await start();
  await send(1);
  rig.pass(0.1);
  expect(rig.links.at(-1)?.state).toBe('connected');
  rig.pass(0.04);
  expect(rig.links.at(-1)).toEqual({
    state: 'silent',
    reason: 'Sessantaquattro+ at 127.0.0.1: no samples for 120 ms',
  });
  await send(1);
  expect(rig.links.at(-1)?.state).toBe('connected');
  const since = rig.links.length;
  rig.pass(2.1);
  expect((await rig.link('reconnecting', since)).reason).toMatch(/nothing came for 2 s/);
});

test('a device that was switched off is taken again, and the time between is lost samples', async () => {
  await start();
  await send(2);
  const since = rig.links.length;
  emulator.hangUp();
  expect((await rig.link('reconnecting', since)).reason).toMatch(/it closed the connection/);
  rig.pass(1);
  await rig.until(() => emulator.isSending);
  await send(1);
  expect(rig.links.at(-1)?.state).toBe('connected');
  const indices = rig.indices();
  expect(indices.slice(0, 250)).toEqual(Array.from({ length: 250 }, (_, i) => i));
  expect(indices[250]).toBe(250 + 2000);
});

test('a second device is refused while one delivers', async () => {
  await start();
  await send(1);
  const second = connect(source.port, '127.0.0.1');
  second.resume();
  await once(second, 'close');
  await send(1);
  expect(rig.indices()).toHaveLength(250);
});

test('only the device that was named may call', async () => {
  const settings = settingsFrom('sessantaquattro', sessantaquattroKind, { port: 0, device: '192.168.1.1' });
  source = (await sessantaquattroKind.open(settings, rig.context)) as SessantaquattroSource;
  await source.start(rig.onFrame);
  const stranger = connect(source.port, '127.0.0.1');
  stranger.resume();
  await once(stranger, 'close');
  expect(rig.links.map(({ state }) => state)).toEqual(['connecting']);
});

test('packets that are split, delayed or repeated lose nothing; lost and cut ones are counted', async () => {
  for (const name of ['split', 'delay', 'repeat', 'lose', 'truncate'] as const) {
    rig = new DeviceRig();
    await start({}, wireFaults[name](new Rng(1)));
    for (let i = 0; i < 40; i++) {
      rig.pass(0.0625);
      emulator.send(125);
      // A delayed or lost packet gives no frame; what was written before it is read in the next turns.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const isWhole = name !== 'lose' && name !== 'truncate';
    await rig.until(() => (rig.indices().at(-1) ?? 0) >= 4700);
    const indices = rig.indices();
    expect([...new Set(indices)].sort((a, b) => a - b)).toEqual(indices);
    if (isWhole) expect(indices).toEqual(indices.map((_, i) => i));
    else expect(indices.length).toBeLessThan(indices.at(-1)! + 1);
    rig.channel(5).forEach((uv, i) => {
      expect(Math.abs(uv - tellingUv(indices[i]!, 5))).toBeLessThan(0.15);
    });
    await source.stop();
    await emulator.stop();
  }
});

test('a device of the other byte order is named as the reason', async () => {
  await start({}, wireFaults.swap());
  const since = rig.links.length;
  for (let i = 0; i < 40 && emulator.isSending; i++) {
    emulator.send(125);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect((await rig.link('reconnecting', since)).reason).toMatch(/sends its bytes in the other order/);
  expect(rig.frames).toEqual([]);
});

test('a port that is taken is a clear error', async () => {
  await start();
  const settings = settingsFrom('sessantaquattro', sessantaquattroKind, { port: source.port });
  const second = await sessantaquattroKind.open(settings, rig.context);
  await expect(second.start(rig.onFrame)).rejects.toThrow(
    /cannot listen at 127\.0\.0\.1:\d+: .*expected a free port/,
  );
});
