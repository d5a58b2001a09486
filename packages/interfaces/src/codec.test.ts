import { ContractError } from '@efferent/core';
import { parse } from '@foxglove/rosmsg';
import { MessageReader, MessageWriter } from '@foxglove/rosmsg2-serialization';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codecOf, compileCodec } from './codec.ts';
import { resolveLayout } from './layout.ts';
import { InterfaceRegistry, interfaceRegistry } from './registry.ts';
import { schemaText } from './schema-text.ts';
import { arbitraryMessage } from './testing/arbitrary-message.ts';

/** Messages that hold constants only are left out: the outside reader refuses them. */
const messageTypes = interfaceRegistry
  .names()
  .filter((name) => name.includes('/msg/') && interfaceRegistry.definition(name).fields.length > 0);

test.each(messageTypes)('%s reads back what it wrote, and an outside reader and writer agree', (type) => {
  const codec = codecOf(type);
  const definitions = parse(schemaText(type), { ros2: true });
  const reader = new MessageReader(definitions);
  const writer = new MessageWriter(definitions);
  fc.assert(
    fc.property(arbitraryMessage(resolveLayout(type, interfaceRegistry)), (message) => {
      const bytes = codec.encode(message);
      expect(codec.decode(bytes)).toEqual(message);
      expect(reader.readMessage(bytes)).toEqual(message);
      expect(Buffer.from(bytes).equals(writer.writeMessage(message))).toBe(true);
    }),
    { numRuns: 8, seed: 20261123 },
  );
});

test('text outside ASCII keeps its length in UTF-8 bytes', () => {
  const codec = codecOf('std_msgs/msg/String');
  const data = 'Apfel → Schüssel 🍎';
  const bytes = codec.encode({ data });
  expect(bytes.length).toBe(4 + 4 + Buffer.byteLength(data) + 1);
  expect(codec.decode(bytes)).toEqual({ data });
});

test('a wstring is written as rmw_cyclonedds writes it: UTF-16 units of four bytes, without an end', () => {
  const registry = new InterfaceRegistry({
    'demo/msg/Wide': 'uint8 first\nwstring text\nwstring<=2[] more\nuint8 last',
  });
  const codec = compileCodec('demo/msg/Wide', registry);
  const message = { first: 1, text: 'aé🍎', more: ['x', ''], last: 9 };
  const bytes = codec.encode(message);
  expect(codec.decode(bytes)).toEqual(message);
  const view = new DataView(bytes.buffer, bytes.byteOffset + 4);
  const words = Array.from({ length: 5 }, (_, i) => view.getUint32(4 + 4 * i, true));
  expect(words).toEqual([4, 0x61, 0xe9, 0xd83c, 0xdf4e]);
  expect(() => codec.encode({ ...message, more: ['xyz'] })).toThrow(/at most 2 characters/);
  // A length that promises more than there is, and a unit that is none.
  view.setUint32(4, 1 << 28, true);
  expect(() => codec.decode(bytes)).toThrow(/undecodable|elements|not a demo/);
  view.setUint32(4, 4, true);
  view.setUint32(8, 0x10000, true);
  expect(() => codec.decode(bytes)).toThrow(/no UTF-16 unit/);
});

test('a message without fields is one byte', () => {
  expect([...codecOf('std_srvs/srv/Trigger_Request').encode({})]).toEqual([0, 1, 0, 0, 0]);
});

test('missing fields take the defaults of their definition at any depth', () => {
  const message = codecOf('geometry_msgs/msg/PoseStamped').complete({ header: { frame_id: 'map' } });
  expect(message).toEqual({
    header: { stamp: { sec: 0, nanosec: 0 }, frame_id: 'map' },
    pose: { position: { x: 0, y: 0, z: 0 }, orientation: { x: 0, y: 0, z: 0, w: 1 } },
  });
  expect(codecOf('geometry_msgs/msg/PoseWithCovariance').complete({})).toMatchObject({
    covariance: new Float64Array(36),
  });
});

test('a whole message is passed on as the same object', () => {
  const message = { linear: { x: 1, y: 0, z: 0 }, angular: { x: 0, y: 0, z: 0.5 } };
  expect(codecOf('geometry_msgs/msg/Twist').complete(message)).toBe(message);
});

test('a wrong value is refused with the path of its field', () => {
  const codec = codecOf('trajectory_msgs/msg/JointTrajectory');
  const wrong = { points: [{}, { time_from_start: { sec: 'soon' } }] };
  expect(() => codec.encode(wrong)).toThrowError(
    'trajectory_msgs/msg/JointTrajectory: field "points[1].time_from_start.sec" must be an integer in [-2147483648, 2147483647], got "soon"',
  );
  expect(() => codecOf('geometry_msgs/msg/PoseWithCovariance').encode({ covariance: [1, 2] })).toThrowError(
    /covariance.*exactly 36/,
  );
});

test('a truncated message is refused by name wherever it is cut', () => {
  const codec = codecOf('sensor_msgs/msg/JointState');
  const whole = codec.encode({
    name: ['joint_lift', 'wrist'],
    position: new Float64Array([1, 2]),
    effort: new Float64Array(3),
  });
  for (let length = 0; length < whole.length; length++) {
    // A copy inside a larger buffer: reading past the view would find plausible bytes.
    const room = new Uint8Array(whole.length + 64).fill(1);
    room.set(whole);
    expect(() => codec.decode(room.subarray(0, length)), `cut at ${length}`).toThrowError(ContractError);
  }
});

test('arbitrary bytes never do worse than a named error', () => {
  const types = [
    'sensor_msgs/msg/JointState',
    'tf2_msgs/msg/TFMessage',
    'rcl_interfaces/msg/ParameterEvent',
    'vision_msgs/msg/LabelInfo',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 200 }), (type, body) => {
      try {
        codecOf(type).decode(new Uint8Array([0, 1, 0, 0, ...body]));
      } catch (error) {
        expect(error).toBeInstanceOf(ContractError);
        expect((error as ContractError).code).toBe('undecodable-message');
      }
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test('a length that promises more than was sent is refused before anything is allocated', () => {
  const bytes = new Uint8Array([0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4]);
  expect(() => codecOf('std_msgs/msg/Float64MultiArray').decode(bytes)).toThrowError(/4294967295 elements/);
});

test('big-endian messages are read', () => {
  const bytes = new Uint8Array([0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xfe]);
  interfaceRegistry.register('codec_test/msg/Numbers', 'int32[] numbers');
  expect(codecOf('codec_test/msg/Numbers').decode(bytes)).toEqual({ numbers: new Int32Array([7, -2]) });
});
