import { parseYaml } from '@efferent/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecOf } from './codec.ts';
import { messageCsv } from './message-csv.ts';
import { messageFromPlain } from './message-input.ts';
import { messageRepr, messageYaml, pythonFloat } from './message-text.ts';

describe('a message as text', () => {
  test('looks as ros2 topic echo shows it', () => {
    const message = messageFromPlain(
      { header: { stamp: { sec: 3 }, frame_id: 'base_link' }, name: ['lift', 'yaw'], position: [0.5, 1] },
      'sensor_msgs/msg/JointState',
    );
    expect(messageYaml(message, 'sensor_msgs/msg/JointState')).toBe(
      [
        'header:',
        '  stamp:',
        '    sec: 3',
        '    nanosec: 0',
        '  frame_id: base_link',
        'name:',
        '- lift',
        '- yaw',
        'position:',
        '- 0.5',
        '- 1.0',
        'velocity: []',
        'effort: []',
      ].join('\n'),
    );
  });

  test('leaves out arrays and strings, or is one line of values, when asked to', () => {
    const type = 'sensor_msgs/msg/JointState';
    const message = messageFromPlain(
      { header: { frame_id: 'base_link' }, name: ['lift', 'yaw'], position: [0.5, 1] },
      type,
    );
    const short = messageYaml(message, type, { arr: false, str: false });
    expect(short).toContain("  frame_id: '<string length: <9>>'\n");
    expect(short).toContain("position: '<sequence type: double, length: 2>'\n");
    expect(messageCsv(message, type)).toBe('0,0,base_link,lift,yaw,0.5,1.0,,');
    expect(messageCsv(message, type, { maxElements: 1 })).toBe('0,0,base_link,lift,...,0.5,...,,');
    const odometry = messageFromPlain({}, 'nav_msgs/msg/Odometry');
    expect(messageYaml(odometry, 'nav_msgs/msg/Odometry', { arr: false })).toContain(
      "  covariance: '<array type: double[36]>'",
    );
  });

  test('nests lists of messages, cuts long arrays and writes nothing for nothing', () => {
    const tf = messageFromPlain({ transforms: [{ child_frame_id: 'camera' }, {}] }, 'tf2_msgs/msg/TFMessage');
    const lines = messageYaml(tf, 'tf2_msgs/msg/TFMessage').split('\n');
    expect(lines.slice(0, 7)).toEqual([
      'transforms:',
      '- header:',
      '    stamp:',
      '      sec: 0',
      '      nanosec: 0',
      "    frame_id: ''",
      '  child_frame_id: camera',
    ]);
    const image = messageFromPlain({ data: [1, 2, 3, 4] }, 'sensor_msgs/msg/Image');
    expect(messageYaml(image, 'sensor_msgs/msg/Image', { maxElements: 2 })).toContain(
      "data:\n- 1\n- 2\n- '...'",
    );
    expect(messageYaml({}, 'std_msgs/msg/Empty')).toBe('{}');
  });

  test('shows what a service gave the way Python does', () => {
    const type = 'example_interfaces/srv/AddTwoInts_Request';
    expect(messageRepr(messageFromPlain({ a: 2 }, type), type)).toBe(
      'example_interfaces.srv.AddTwoInts_Request(a=2, b=0)',
    );
    const answer = 'std_srvs/srv/SetBool_Response';
    expect(messageRepr(messageFromPlain({ success: true, message: "it's" }, answer), answer)).toBe(
      "std_srvs.srv.SetBool_Response(success=True, message='it\\'s')",
    );
  });

  test.each([
    [1, '1.0'],
    [0.1, '0.1'],
    [-0, '-0.0'],
    [1e-7, '1e-07'],
    [0.0001, '0.0001'],
    [1e16, '1e+16'],
    [1.5e300, '1.5e+300'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf'],
  ])('%d is written %s, as Python writes it', (value, text) => {
    expect(pythonFloat(value)).toBe(text);
  });

  test('read back as YAML it is the same message', () => {
    const type = 'diagnostic_msgs/msg/DiagnosticStatus';
    const text = fc.string({ unit: 'grapheme' });
    const pairs = fc.array(fc.record({ key: text, value: text }), { maxLength: 3 });
    fc.assert(
      fc.property(fc.record({ name: text, message: text, values: pairs }), (plain) => {
        const message = messageFromPlain(plain, type);
        const again = messageFromPlain(parseYaml(messageYaml(message, type), 'text'), type);
        expect(codecOf(type).encode(again)).toEqual(codecOf(type).encode(message));
      }),
    );
  });
});

describe('plain data that is no message', () => {
  test.each([
    [{ datta: 1 }, 'std_msgs/msg/Int64', 'std_msgs/msg/Int64 has no field "datta"; it has: data'],
    [{ data: 1.5 }, 'std_msgs/msg/Int64', 'field "data" must be a whole number, got 1.5'],
    [{ data: 300 }, 'std_msgs/msg/UInt8', 'field "data" must be'],
    [{ data: [1, 300] }, 'std_msgs/msg/UInt8MultiArray', 'field "data[1]" must be a value of uint8, got 300'],
    [{ data: 'x' }, 'std_msgs/msg/UInt8MultiArray', 'field "data" must be a list, got "x"'],
    [[1], 'std_msgs/msg/Empty', 'the message must be fields of std_msgs/msg/Empty'],
    [{ pose: { position: 3 } }, 'geometry_msgs/msg/PoseStamped', 'field "pose.position" must be fields of'],
  ])('%j for %s is refused by field', (plain, type, reason) => {
    expect(() => messageFromPlain(plain, type)).toThrow(reason);
  });
});
