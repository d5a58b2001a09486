import { once } from 'node:events';
import { connect } from 'node:net';
import { Rng } from '@efferent/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EmgSource } from '../emg-source.ts';
import { settingsFrom } from '../emg-source-kind.ts';
import { DeviceRig, tellingSupply, tellingUv } from './device-rig.ts';
import { QuattrocentoEmulator } from './quattrocento-emulator.ts';
import { quattrocentoKind } from './quattrocento-kind.ts';
import { startConfiguration } from './quattrocento-protocol.ts';
import { type WireFault, wireFaults } from './wire-faults.ts';

/** Over real TCP on loopback; time is the rig's. */
let rig: DeviceRig;
let source: EmgSource;
let emulator: QuattrocentoEmulator;
let events: string[];
let port: number;

async function plug(fault?: WireFault, at = 0): Promise<void> {
  const options = {
    clock: rig.clock,
    every: () => ({ cancel: () => undefined }),
    createSupply: () => tellingSupply(64),
    onEvent: (event: string) => {
      events.push(event);
      rig.notice();
    },
  };
  emulator = new QuattrocentoEmulator(fault === undefined ? options : { ...options, fault }, ['mi2']);
  port = await emulator.start('127.0.0.1', at);
}

async function start(given: Record<string, string | number> = {}): Promise<void> {
  const settings = settingsFrom('quattrocento', quattrocentoKind, {
    host: '127.0.0.1',
    port,
    inputs: 'mi2',
    ...given,
  });
  source = await quattrocentoKind.open(settings, rig.context);
  await source.start(rig.onFrame);
}

async function send(rows: number): Promise<void> {
  const before = rig.frames.length;
  rig.pass(rows / 2048);
  emulator.send(rows);
  await rig.until(() => rig.frames.length > before);
}

beforeEach(() => {
  rig = new DeviceRig();
  events = [];
});

afterEach(async () => {
  await source.stop();
  await emulator.stop();
});

test('what the electrodes of a socket see arrives, to half a bit', async () => {
  await plug(wireFaults.split(new Rng(1)));
  await start();
  await rig.until(() => emulator.isSending);
  for (let i = 0; i < 8; i++) await send(128);
  await rig.until(() => rig.indices().length >= 1014);
  expect(rig.links.at(-1)).toEqual({ state: 'connected', reason: 'Quattrocento at 127.0.0.1' });
  expect(source.description).toEqual({
    id: 'quattrocento-1',
    sampleRateHz: 2048,
    channelCount: 64,
    frameSamples: 26,
  });
  expect(rig.indices()).toEqual(Array.from({ length: 1014 }, (_, i) => i));
  for (const channel of [0, 63]) {
    const errors = rig.channel(channel).map((uv, index) => Math.abs(uv - tellingUv(index, channel)));
    expect(Math.max(...errors)).toBeLessThan(0.2545);
  }
});

test('a device that is not there yet is called until it is', async () => {
  await plug();
  await emulator.stop();
  const since = rig.links.length;
  await start();
  expect((await rig.link('reconnecting', since)).reason).toMatch(/ECONNREFUSED/);
  await plug(undefined, port);
  rig.pass(1.1);
  await rig.until(() => emulator.isSending);
  await send(128);
  expect(rig.links.at(-1)?.state).toBe('connected');
});

test('a device that was switched off is called again, and the time between is lost samples', async () => {
  await plug();
  await start();
  await rig.until(() => emulator.isSending);
  await send(104);
  const since = rig.links.length;
  emulator.hangUp();
  await rig.link('reconnecting', since);
  rig.pass(1.1);
  await rig.until(() => emulator.isSending);
  await send(104);
  const indices = rig.indices();
  expect(indices.slice(0, 104)).toEqual(Array.from({ length: 104 }, (_, i) => i));
  expect(indices[104]).toBeGreaterThan(2000);
});

test('the device stops when it is told to', async () => {
  await plug();
  await start();
  await rig.until(() => emulator.isSending);
  await source.stop();
  await rig.until(() => events.includes('configuration: stops'));
});

test('the device takes no configuration with a wrong checksum', async () => {
  await plug();
  await start();
  await rig.until(() => emulator.isSending);
  await source.stop();
  await rig.until(() => !emulator.isSending);
  const since = events.length;
  const client = connect(port, '127.0.0.1');
  const wrong = startConfiguration({
    sampleRateHz: 2048,
    inputs: ['mi2'],
    highPassHz: 10,
    lowPassHz: 500,
    mode: 'monopolar',
  });
  wrong[39]! ^= 1;
  client.write(wrong);
  await rig.until(() => events.slice(since).includes('configuration with a wrong checksum, ignored'));
  expect(emulator.isSending).toBe(false);
  client.destroy();
  await once(client, 'close');
});
