import { expect, test } from 'vitest';
import { checkNamespace, expandName, resolveName } from './names.ts';

test.each([
  ['cmd_vel', '/stretch/cmd_vel'],
  ['/tf', '/tf'],
  ['~/status', '/stretch/gate/status'],
  ['gate/agent/cmd_vel', '/stretch/gate/agent/cmd_vel'],
])('%s of /stretch/gate is %s', (name, absolute) => {
  expect(expandName(name, 'gate', '/stretch')).toBe(absolute);
});

test('in the root namespace names get one slash', () => {
  expect(expandName('clock', 'sim', '/')).toBe('/clock');
  expect(expandName('~/x', 'sim', '/')).toBe('/sim/x');
});

test.each(['', 'a b', '1st', 'a//b', 'a/', 'a__b', 'tf-static'])('"%s" is no name', (name) => {
  expect(() => expandName(name, 'n', '/')).toThrowError(/is no ROS name/);
});

test('remaps compare absolute names; one for another node does not count', () => {
  const remaps = new Map([
    ['other:cmd_vel', '/wrong'],
    ['cmd_vel', 'base/cmd_vel'],
    ['/stretch/cmd_vel', '/too_late'],
  ]);
  expect(resolveName('/stretch/cmd_vel', 'gate', '/stretch', remaps)).toBe('/stretch/base/cmd_vel');
  expect(resolveName('odom', 'gate', '/stretch', remaps)).toBe('/stretch/odom');
});

test('a rule with a scheme means topics or services only', () => {
  const remaps = new Map([
    ['rosservice://status', 'get_status'],
    ['gate:rostopic://status', 'state'],
  ]);
  expect(resolveName('status', 'gate', '/', remaps)).toBe('/state');
  expect(resolveName('status', 'gate', '/', remaps, 'service')).toBe('/get_status');
  expect(resolveName('status', 'policy', '/', remaps)).toBe('/status');
});

test('a namespace gets its leading slash and loses its closing one', () => {
  expect(checkNamespace('stretch')).toBe('/stretch');
  expect(checkNamespace('/a/b/')).toBe('/a/b');
  expect(checkNamespace('/')).toBe('/');
});
