import { ConfigurationError } from '@efferent/core';
import { expect, test } from 'vitest';
import { matchesNode, parseParameterFile, parseParameterText } from './parameter-file.ts';

test('nested names are joined by dots and every value knows its line', () => {
  const rules = parseParameterFile(
    '/stretch:\n  gate:\n    ros__parameters:\n      limits:\n        speed: 0.3\n      joints: [lift, wrist]\n',
    'gate.yaml',
  );
  expect(rules).toEqual([
    { node: '/stretch/gate', name: 'limits.speed', value: 0.3, source: 'gate.yaml:5' },
    { node: '/stretch/gate', name: 'joints', value: ['lift', 'wrist'], source: 'gate.yaml:6' },
  ]);
});

test('values are read as rcl reads them', () => {
  const rules = parseParameterFile(
    "/**/gate:\n  ros__parameters:\n    a: on\n    b: 'on'\n    c: No\n    d: 1e3\n    e: [y, n]\n",
    'gate.yaml',
  );
  expect(rules.map(({ value }) => value)).toEqual([true, 'on', false, 1000, [true, false]]);
});

test.each([
  ...[
    'true',
    'false',
    'True',
    'FALSE',
    'yes',
    'No',
    'on',
    'OFF',
    'y',
    'N',
    'yesterday',
    'stretch',
    '_',
    'nan',
    'inf',
  ],
  ...['0', '7', '007', '0x1f', '-3', '12345678901234567', '1_000', '1e3', '.5', 'a1', 'a-b', "'7'", '[1, 2]'],
])('an argument is read as the same value in a file is: %s', (text) => {
  const [rule] = parseParameterFile(`/**:\n  ros__parameters:\n    a: ${text}\n`, 'f.yaml');
  expect(parseParameterText(text)).toEqual(rule?.value);
});

test('an empty file sets nothing', () => {
  expect(parseParameterFile('# nothing yet\n', 'empty.yaml')).toEqual([]);
});

test.each([
  [
    'gate:\n  ros__parameters:\n    speed:\n',
    'f.yaml:3: speed: expected a boolean, a number, a text, or a list of one of them',
  ],
  ['gate:\n  ros__parameters:\n    mixed: [1, two]\n', 'f.yaml:3: mixed: expected a boolean'],
  ['gate:\n  ros__parameters: 5\n', 'f.yaml:2: /gate ros__parameters: expected parameters by name'],
  ['gate:\n  speed: 5\n', 'f.yaml:2: /gate/speed: expected a node name with "ros__parameters:" below it'],
  ['ros__parameters:\n  speed: 5\n', 'f.yaml:1: ros__parameters: must be below a node name or "/**"'],
  ['gate:\n  ros__parameters:\n    speed: [1\n', 'f.yaml:4: '],
])('%j is refused naming file, line and field', (text, message) => {
  expect(() => parseParameterFile(text, 'f.yaml')).toThrowError(ConfigurationError);
  expect(() => parseParameterFile(text, 'f.yaml')).toThrowError(message);
});

test.each([
  ['/**', '/stretch/gate', true],
  ['/**/gate', '/gate', true],
  ['/**/gate', '/a/b/gate', true],
  ['/*/gate', '/stretch/gate', true],
  ['/*/gate', '/a/b/gate', false],
  ['/stretch/*', '/stretch/gate', true],
  ['gate', '/gate', true],
  ['gate', '/stretch/gate', false],
  ['/stretch/gate', '/stretch/gate2', false],
])('the pattern %s and the node %s: %s', (pattern, node, matches) => {
  expect(matchesNode(pattern, node)).toBe(matches);
});
