import { ConfigurationError } from '@efferent/core';
import { expect, test } from 'vitest';
import { identityFor, logLevelFor, overridesFor } from './node-arguments.ts';
import { parseRosArguments } from './ros-arguments.ts';

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
  expect(rosArguments.logLevel).toBeUndefined();
  expect([...(rosArguments.loggerLevels ?? [])]).toEqual([['rcl', 'debug']]);
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

test('a parameter for one node does not reach another, and a bare name means the root namespace', () => {
  const { rosArguments } = parseRosArguments([
    '--ros-args',
    ...['-p', 'gate:speed:=1', '-p', 'speed:=2', '-p', 'gate:reach:=3'],
  ]);
  const of = (node: string) =>
    Object.fromEntries([...overridesFor(rosArguments, node)].map(([name, { value }]) => [name, value]));
  expect(of('/gate')).toEqual({ speed: 2, reach: 3 });
  expect(of('/stretch/gate')).toEqual({ speed: 2 });
  expect(of('/policy')).toEqual({ speed: 2 });
});

test('what is said about a node pattern stands where the pattern was named first', () => {
  const { rosArguments } = parseRosArguments([
    '--ros-args',
    ...['-p', 'speed:=1', '-p', 'gate:speed:=2', '-p', 'speed:=3'],
  ]);
  expect(overridesFor(rosArguments, '/gate').get('speed')?.value).toBe(2);
  expect(overridesFor(rosArguments, '/policy').get('speed')?.value).toBe(3);
});

test('the first rule for a name counts, and rules for one node leave others alone', () => {
  const { rosArguments } = parseRosArguments([
    '--ros-args',
    ...['-r', 'gate:__node:=door', '-r', '__node:=other', '-r', '__node:=never'],
    ...['-r', 'door:__ns:=/house', '-r', '__ns:=/garden', '-r', 'a:=b', '-r', 'a:=c'],
  ]);
  expect(identityFor(rosArguments, 'gate', '/')).toEqual({ name: 'door', namespace: '/house' });
  expect(identityFor(rosArguments, 'policy', '/')).toEqual({ name: 'other', namespace: '/garden' });
  expect([...rosArguments.remaps]).toEqual([['a', 'b']]);
});

test('a level for a logger counts for it and what is below it', () => {
  const { rosArguments } = parseRosArguments([
    '--ros-args',
    ...['--log-level', 'WARN', '--log-level', 'stretch:=debug', '--log-level', 'stretch.gate:=error'],
  ]);
  expect(logLevelFor(rosArguments, '/stretch/gate')).toBe('error');
  expect(logLevelFor(rosArguments, '/stretch/policy')).toBe('debug');
  expect(logLevelFor(rosArguments, '/agent')).toBe('warn');
});

test('switches and arguments of other parts of ROS are taken', () => {
  const { rosArguments, positional } = parseRosArguments([
    'chatter:=talk',
    '--ros-args',
    ...['--disable-rosout-logs', '--disable-stdout-logs', '--enable-external-lib-logs', '-e', '/lab'],
    ...['--log-config-file', 'a.yaml', '--log-file-name', 'b', '--ros-args', '--'],
    'rest',
  ]);
  expect(rosArguments).toMatchObject({ rosoutLogs: false, stdoutLogs: false });
  expect([...rosArguments.remaps]).toEqual([['chatter', 'talk']]);
  expect(positional).toEqual(['rest']);
});

test.each([
  [['--ros-args', '--rmap', 'a:=b'], /"--rmap": is no argument/],
  [['--ros-args', '-r', 'a=b'], /"a=b": expected name:=value/],
  [['--ros-args', '-p', 'x'], /"x": expected name:=value/],
  [['--ros-args', '-p'], /"-p": needs a value/],
  [['--ros-args', '-r', '__node:=my node'], /"my node" is no node name/],
  [['--ros-args', '--log-level', 'loud'], /loud": expected one of debug, info/],
  [['--ros-args', '-p', 'x:={a: 1}'], /expected a boolean, a number/],
  [['--ros-args', '--params-file', '/nowhere.yaml'], /\/nowhere\.yaml: cannot be read/],
])('%j is refused with what is wrong', (argv, message) => {
  expect(() => parseRosArguments(argv)).toThrowError(ConfigurationError);
  expect(() => parseRosArguments(argv)).toThrowError(message);
});
