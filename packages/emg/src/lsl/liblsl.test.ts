import { afterAll, describe, expect, test } from 'vitest';
import type { LslChannelFormat } from './channel-format.ts';
import { ClockOffset } from './clock-offset.ts';
import { findStreams } from './discovery.ts';
import { fetchFullInfo, LslInlet } from './inlet.ts';
import { LiblslPeer } from './liblsl-peer.ts';
import { lslNowS } from './lsl-clock.ts';
import { LslOutlet } from './outlet.ts';

const started = await LiblslPeer.start();
const skipReason = typeof started === 'string' ? ` (skipped: ${started})` : '';
const peer = started as LiblslPeer;
afterAll(async () => {
  if (typeof started !== 'string') await started.stop();
});

const timeoutMs = 5000;
const { signal } = new AbortController();
const unique = (name: string) => `${name}-${process.pid}`;
const formats = ['float32', 'double64', 'int32', 'int16', 'int8', 'int64', 'string'] as const;

function samplesOf(format: LslChannelFormat): (number | string)[][] {
  if (format === 'string')
    return [
      ['rest', ''],
      ['grip', 'ä'.repeat(200)],
    ];
  return [
    [1, -2],
    [100, -128],
    [0, 127],
  ];
}

describe.skipIf(typeof started === 'string')(`against liblsl${skipReason}`, { timeout: 20_000 }, () => {
  test.each(formats)('an inlet reads what a liblsl outlet of %s sends, stamps included', async (format) => {
    const name = unique(`their-${format}`);
    await peer.ask({ do: 'open_outlet', name, type: 'EMG', channels: 2, rate: 100, format, source_id: name });
    const [info, ...others] = await findStreams({ name }, { timeoutMs, lingerMs: 0 });
    if (info === undefined) throw new Error('not found');
    expect(others).toEqual([]);
    expect(info).toMatchObject({
      name,
      type: 'EMG',
      channelCount: 2,
      nominalRateHz: 100,
      channelFormat: format,
    });
    const samples = samplesOf(format);
    const got: { stampS: number | undefined; values: unknown[] }[] = [];
    const all = Promise.withResolvers<void>();
    const inlet = await LslInlet.open(info, {
      bufferSamples: 100,
      timeoutMs,
      signal,
      onSample: (stampS, values) => {
        got.push({ stampS, values: [...values] });
        if (got.length === samples.length) all.resolve();
      },
      onClosed: all.reject,
    });
    await peer.ask({ do: 'wait_for_consumer', name, timeout: 5 });
    await peer.ask({ do: 'push', name, samples, stamps: samples.map((_, i) => 10 + i) });
    await all.promise;
    inlet.close();
    expect(got).toEqual(samples.map((values, i) => ({ stampS: 10 + i, values })));
    await peer.ask({ do: 'close', name });
  });

  test('the samples of a liblsl chunk follow one another at the nominal rate', async () => {
    const name = unique('their-chunk');
    await peer.ask({
      do: 'open_outlet',
      name,
      type: 'EMG',
      channels: 1,
      rate: 100,
      format: 'float32',
      source_id: name,
    });
    const [info] = await findStreams({ name }, { timeoutMs, lingerMs: 0 });
    if (info === undefined) throw new Error('not found');
    const stamps: (number | undefined)[] = [];
    const all = Promise.withResolvers<void>();
    const inlet = await LslInlet.open(info, {
      bufferSamples: 100,
      timeoutMs,
      signal,
      onSample: (stampS) => {
        if (stamps.push(stampS) === 3) all.resolve();
      },
      onClosed: all.reject,
    });
    await peer.ask({ do: 'wait_for_consumer', name, timeout: 5 });
    await peer.ask({ do: 'push_chunk', name, samples: [[1], [2], [3]], stamp: 5 });
    await all.promise;
    inlet.close();
    expect(stamps[0]).toBeCloseTo(4.98, 6);
    expect(stamps.slice(1)).toEqual([undefined, undefined]);
    await peer.ask({ do: 'close', name });
  });

  test('the clock of a liblsl outlet on this machine is ours', async () => {
    const name = unique('their-clock');
    await peer.ask({
      do: 'open_outlet',
      name,
      type: 'EMG',
      channels: 1,
      rate: 0,
      format: 'int8',
      source_id: name,
    });
    const [info] = await findStreams({ name }, { timeoutMs, lingerMs: 0 });
    if (info === undefined) throw new Error('not found');
    const clock = await ClockOffset.open(info, timeoutMs, signal);
    expect(Math.abs(clock.offsetS)).toBeLessThanOrEqual(clock.uncertaintyS + 1e-4);
    clock.close();
    const before = lslNowS();
    const { now } = await peer.ask<{ now: number }>({ do: 'now' });
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(lslNowS());
    await peer.ask({ do: 'close', name });
  });

  test('the description of a liblsl outlet names its channels, units and kinds', async () => {
    const name = unique('their-description');
    await peer.ask({
      do: 'open_outlet',
      name,
      type: 'EMG',
      channels: 2,
      rate: 100,
      format: 'float32',
      source_id: name,
      unit: 'microvolts',
      aux: [1],
    });
    const [info] = await findStreams({ name }, { timeoutMs, lingerMs: 0 });
    if (info === undefined) throw new Error('not found');
    expect(info.channels).toEqual([]);
    expect((await fetchFullInfo(info, timeoutMs)).channels).toEqual([
      { label: 'e0', unit: 'microvolts', type: 'EMG' },
      { label: 'e1', unit: 'microvolts', type: 'AUX' },
    ]);
    await peer.ask({ do: 'close', name });
  });

  test.each(formats)('a liblsl inlet reads what an outlet of %s sends', async (format) => {
    const name = unique(`our-${format}`);
    const channels = ['a', 'b & <c>'].map((label) => ({ label, unit: 'microvolts', type: 'EMG' }));
    const outlet = await LslOutlet.open({
      name,
      type: 'EMG',
      channelCount: 2,
      channelFormat: format,
      nominalRateHz: 100,
      sourceId: `${name}-source`,
      channels,
    });
    const opened = await peer.ask({ do: 'open_inlet', name, timeout: 5 });
    expect(opened).toMatchObject({
      found: true,
      type: 'EMG',
      channels: 2,
      rate: 100,
      source_id: `${name}-source`,
      labels: channels.map(({ label, unit }) => [label, unit]),
    });
    expect(outlet.inletCount).toBe(1);
    if (format === 'float32') {
      const { correction } = await peer.ask<{ correction: number }>({ do: 'correction', name, timeout: 5 });
      expect(Math.abs(correction)).toBeLessThan(0.05);
    }
    const samples = samplesOf(format);
    if (format === 'string')
      for (const [i, texts] of samples.entries()) outlet.pushTexts(texts as string[], 10 + i / 100);
    else outlet.push(samples.flat() as number[], 10);
    const { samples: got, stamps } = await peer.ask<{ samples: unknown[][]; stamps: number[] }>({
      do: 'pull',
      name,
      count: samples.length,
      timeout: 5,
    });
    expect(got).toEqual(samples);
    for (const [i, stampS] of stamps.entries()) expect(stampS).toBeCloseTo(10 + i / 100, 9);
    await peer.ask({ do: 'close', name });
    await outlet.close();
  });

  test('liblsl finds every outlet of this machine by its predicates, ours and its own', async () => {
    const type = unique('kind');
    const describe = (name: string) => ({
      name,
      type,
      channelCount: 3,
      channelFormat: 'float32' as const,
      nominalRateHz: 100,
      sourceId: name,
      channels: [],
    });
    const outlets = [await LslOutlet.open(describe('one')), await LslOutlet.open(describe('two'))];
    const theirs = { name: 'three', type, channels: 3, rate: 100, format: 'float32', source_id: 'three' };
    await peer.ask({ do: 'open_outlet', ...theirs });
    const resolve = (predicate: string, count: number) =>
      peer.ask<{ names: string[] }>({ do: 'resolve', predicate, count, timeout: 5 });
    const { names } = await resolve(`type='${type}' and channel_count>2`, 3);
    expect(names.sort()).toEqual(['one', 'three', 'two']);
    expect((await resolve(`type='${type}' and starts-with(name,'tw')`, 1)).names).toEqual(['two']);
    await peer.ask({ do: 'close', name: 'three' });
    await Promise.all(outlets.map((outlet) => outlet.close()));
  });
});
