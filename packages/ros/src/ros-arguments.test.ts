import { ConfigurationError } from '@efferent/core';
import { expect, test } from 'vitest';
import { overridesFor, parseRosArguments } from './ros-arguments.ts';

test('names, remaps, parameters and the log level are read, and the rest is left over', () => {
  const { rosArguments, positional } = parseRosArguments([
    'first',
    '--ros-args',
    '-r',
    '__node:=gate',
    '-r',
    '__ns:=stretch',
    '--remap',
    'cmd_vel:=/base/cmd_vel',
    '-p',
    'speed:=0.5',
    '-p',
    'label:=',
    '--log-level',
    'rcl:=DEBUG',
    '--',
    'second',
  ]);
  expect(rosArguments.nodeName).toBe('gate');
  expect(rosArguments.namespace).toBe('/stretch');
  expect([...rosArguments.remaps]).toEqual([['cmd_vel', '/base/cmd_vel']]);
  expect([...rosArguments.parameters]).toEqual([
    ['speed', 0.5],
    ['label', ''],
  ]);
  expect(rosArguments.logLevel).toBe('debug');
  expect(positional).toEqual(['first', 'second']);
});

test('a parameter value is YAML: numbers, booleans, texts and lists', () => {
  const { rosArguments } = parseRosArguments([
    '--ros-args',
    '-p',
    'a:=1e-3',
    '-p',
    'b:=true',
    '-p',
    'c:="5"',
    '-p',
    'd:=[1, 2.5]',
    '-p',
    'e:=[half',
  ]);
  expect([...rosArguments.parameters.values()]).toEqual([0.001, true, '5', [1, 2.5], '[half']);
});

test('a parameter for one node does not reach another', () => {
  const { rosArguments } = parseRosArguments([
    '--ros-args',
    '-p',
    'gate:speed:=1',
    '-p',
    'speed:=2',
    '-p',
    'gate:reach:=3',
  ]);
  const of = (node: string) =>
    Object.fromEntries([...overridesFor(rosArguments, node)].map(([name, { value }]) => [name, value]));
  expect(of('/stretch/gate')).toEqual({ speed: 2, reach: 3 });
  expect(of('/stretch/policy')).toEqual({ speed: 2 });
});

test.each([
  [['--ros-args', '--rmap', 'a:=b'], /"--rmap": is no argument/],
  [['--ros-args', '-r', 'a=b'], /"a=b": expected name:=value/],
  [['--ros-args', '-p'], /"-p": needs a value/],
  [['--ros-args', '-r', '__node:=my node'], /"my node" is no node name/],
  [['--ros-args', '--log-level', 'loud'], /loud": expected one of debug, info/],
  [['--ros-args', '-p', 'x:={a: 1}'], /expected a boolean, a number/],
  [['--ros-args', '--params-file', '/nowhere.yaml'], /\/nowhere\.yaml: cannot be read/],
])('%j is refused with what is wrong', (argv, message) => {
  expect(() => parseRosArguments(argv)).toThrowError(ConfigurationError);
  expect(() => parseRosArguments(argv)).toThrowError(message);
});
