import { spawnSync } from 'node:child_process';
import { ContractError } from '@efferent/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCodec } from './codec.ts';
import { composeCodec } from './general-codec.ts';
import { generateCodec } from './generated-codec.ts';
import { resolveLayout } from './layout.ts';
import { InterfaceRegistry, interfaceRegistry } from './registry.ts';
import { arbitraryMessage } from './testing/arbitrary-message.ts';

const types = interfaceRegistry.names().filter((name) => name.includes('/msg/'));
const bounded = new InterfaceRegistry({
  'demo/msg/Bounded':
    'int8 a\nbool[2] flags\nfloat64<=2[] none\nstring<=3 b\nuint16[<=2] c\nstring[2] d\nInner[<=2] e\nint64 f\nInner[] g\nfloat32[3] h',
  'demo/msg/Inner': 'float64 x\nuint8 y\nstring[] z\nEmpty e',
  'demo/msg/Empty': '',
});

const outcome = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(ContractError);
    return (error as Error).message;
  }
};

test.each([...types, 'demo/msg/Bounded'])('%s: generated and general code agree', (type) => {
  const registry = type.startsWith('demo/') ? bounded : interfaceRegistry;
  const layout = resolveLayout(type, registry);
  const general = composeCodec(layout);
  const fast = generateCodec(layout)!;
  const codec = compileCodec(type, registry);
  fc.assert(
    fc.property(
      arbitraryMessage(layout),
      fc.array(fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) }), { maxLength: 4 }),
      fc.nat(),
      (message, changes, cut) => {
        const bytes = general.encode(message);
        expect(fast.encode(message, false)).toEqual(bytes);
        expect(fast.encode(message, true)).toEqual(bytes);
        expect(fast.decode(bytes)).toEqual(message);
        // At another alignment numbers are copied.
        const shifted = new Uint8Array(bytes.length + 1).subarray(1);
        shifted.set(bytes);
        expect(fast.decode(shifted)).toEqual(message);
        const mutated = bytes.slice(0, bytes.length - (cut % 8 === 0 ? cut % bytes.length : 0));
        for (const { at, value } of changes) if (mutated.length > 0) mutated[at % mutated.length] = value;
        expect(outcome(() => codec.decode(mutated))).toEqual(outcome(() => general.decode(mutated)));
      },
    ),
    { numRuns: 10, seed: 20261128 },
  );
});

test('a wrong or missing value anywhere gives what the general code gives', () => {
  const values = fc.constantFrom<unknown>(
    undefined,
    null,
    'x',
    'long text',
    true,
    -1,
    0.5,
    300,
    2 ** 40,
    Number.NaN,
    5n,
    2n ** 70n,
    [],
    [1, 2],
    ['a', 'b'],
    [1, 'b'],
    {},
    new Float64Array(2),
    new Uint16Array(3),
    [{}, { x: 1 }],
    [null],
  );
  const layout = resolveLayout('demo/msg/Bounded', bounded);
  const general = composeCodec(layout);
  const codec = compileCodec('demo/msg/Bounded', bounded);
  const names = layout.fields.map(({ field }) => field.name);
  fc.assert(
    fc.property(arbitraryMessage(layout), fc.constantFrom(...names), values, (message, name, value) => {
      const changed = { ...message, [name]: value };
      expect(outcome(() => codec.encode(changed))).toEqual(outcome(() => general.encode(changed)));
    }),
    { numRuns: 500, seed: 20261128 },
  );
});

test('a list of texts that is the one before again belongs to whoever reads it', () => {
  const codec = compileCodec('demo/msg/Inner', bounded);
  const bytes = codec.encode({ x: 1, y: 2, z: ['lift', 'wrist'], e: {} });
  for (const _ of [1, 2]) {
    const { z } = codec.decode(bytes) as { z: string[] };
    expect(z).toEqual(['lift', 'wrist']);
    z.push('mine');
  }
  const other = codec.encode({ x: 1, y: 2, z: ['lift', 'wrisd'], e: {} });
  expect(codec.decode(other)).toMatchObject({ z: ['lift', 'wrisd'] });
});

test('a transient message is overwritten by the next, a kept one is not', () => {
  const codec = compileCodec('std_msgs/msg/String', interfaceRegistry);
  const kept = codec.encode({ data: 'first' });
  const transient = codec.encodeTransient({ data: 'first' });
  expect(transient).toEqual(kept);
  codec.encode({ data: 'later' });
  codec.encodeTransient({ data: 'later' });
  expect(codec.decode(kept)).toEqual({ data: 'first' });
  expect(codec.decode(transient)).toEqual({ data: 'later' });
});

test('large transient messages of any length are written whole', () => {
  const codec = compileCodec('std_msgs/msg/UInt8MultiArray', interfaceRegistry);
  for (const length of [70_000, 200_000, 100, 150_000, 300_000]) {
    const message = { layout: { dim: [], data_offset: 0 }, data: new Uint8Array(length).fill(length & 127) };
    expect(codec.encodeTransient(message)).toEqual(codec.encode(message));
  }
});

test('where code must not be generated the general code does it all', () => {
  const program = `
    const { codecOf } = await import(${JSON.stringify(new URL('codec.ts', import.meta.url).href)});
    const codec = codecOf('geometry_msgs/msg/Twist');
    process.stdout.write(JSON.stringify(codec.decode(codec.encode({ linear: { x: 1 } }))));`;
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: 'utf8', timeout: 20_000 });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ linear: { x: 1, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0 } });
});
