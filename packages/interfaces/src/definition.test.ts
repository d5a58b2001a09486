import { expect, test } from 'vitest';
import { parseMessageDefinition, splitSections } from './definition.ts';

test('fields, bounds, defaults, constants and comments are told apart', () => {
  const { fields, constants } = parseMessageDefinition(
    'demo/msg/All',
    [
      '# a comment of its own',
      'uint8 OPEN=1 # trailing',
      "string HASH='#not a comment'",
      'int64 BIG = -9007199254740993',
      'Pose pose',
      'geometry_msgs/Point point',
      'float64[3] xyz [1, 2.5, -3]',
      'string<=10[<=4] names',
      'bool enabled true',
      'string label "a # b"',
    ].join('\n'),
  );
  expect(constants).toEqual([
    { name: 'OPEN', type: 'uint8', value: 1 },
    { name: 'HASH', type: 'string', value: '#not a comment' },
    { name: 'BIG', type: 'int64', value: -9007199254740993n },
  ]);
  expect(fields).toEqual([
    { name: 'pose', type: 'demo/msg/Pose' },
    { name: 'point', type: 'geometry_msgs/msg/Point' },
    { name: 'xyz', type: 'float64', array: { kind: 'fixed', size: 3 }, defaultValue: [1, 2.5, -3] },
    { name: 'names', type: 'string', array: { kind: 'bounded', size: 4 }, stringBound: 10 },
    { name: 'enabled', type: 'bool', defaultValue: true },
    { name: 'label', type: 'string', defaultValue: 'a # b' },
  ]);
});

test.each([
  ['uint8 OPEN=many', 'not a value of uint8'],
  ['int32 count 1.5', 'not a default of int32'],
  ['bool on maybe', 'not a default of bool'],
  ['float64', 'expected "type name"'],
  ['float64[] list 1', 'not a default of float64[]'],
])('"%s" is refused with its line', (line, reason) => {
  expect(() => parseMessageDefinition('demo/msg/Bad', `string ok\n${line}`, 'Bad.msg')).toThrowError(
    `Bad.msg:2: ${reason}`,
  );
});

test('an action has three sections that know where they begin', () => {
  expect(splitSections('int32 a\n---\nint32 b\n\n---\nint32 c')).toEqual([
    { text: 'int32 a', firstLine: 1 },
    { text: 'int32 b\n', firstLine: 3 },
    { text: 'int32 c', firstLine: 6 },
  ]);
});
