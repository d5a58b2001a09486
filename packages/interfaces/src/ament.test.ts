import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadAmentInterfaces } from './ament.ts';
import { codecOf } from './codec.ts';
import { interfaceRegistry } from './registry.ts';

let folder: string;
const write = (prefix: string, file: string, text: string) => {
  const path = join(folder, prefix, 'share', file);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'efferent-ament-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('interfaces of a sourced ROS 2 replace bundled ones, and the first prefix wins', () => {
  write(
    'overlay',
    'control_msgs/msg/JointTolerance.msg',
    'string name\nfloat64 position\nfloat64 jerk 2.5\n',
  );
  write('underlay', 'control_msgs/msg/JointTolerance.msg', 'string name\n');
  write('underlay', 'my_msgs/srv/Grip.srv', 'float32 force # N\n---\nbool held\n');
  write('underlay', 'my_msgs/cmake/unrelated.cmake', '');
  const before = codecOf('control_msgs/msg/JointTolerance').complete({});
  expect(before).toEqual({ name: '', position: 0, velocity: 0, acceleration: 0 });
  const count = loadAmentInterfaces(
    [join(folder, 'overlay'), join(folder, 'underlay'), join(folder, 'absent')].join(':'),
  );
  expect(count).toBe(3);
  expect(codecOf('control_msgs/msg/JointTolerance').complete({})).toEqual({
    name: '',
    position: 0,
    jerk: 2.5,
  });
  expect(codecOf('my_msgs/srv/Grip_Request').complete({ force: 3 })).toEqual({ force: 3 });
});

test('a file that does not parse is named with its line when its type is used', () => {
  const path = write('broken', 'broken_msgs/msg/Bad.msg', 'string name\nfloat64[ position\n');
  loadAmentInterfaces(join(folder, 'broken'));
  expect(() => codecOf('broken_msgs/msg/Bad')).toThrowError(`${path}:2: expected "type name"`);
});

test('an unknown type is refused by name', () => {
  expect(() => interfaceRegistry.definition('nowhere_msgs/msg/Nothing')).toThrowError(
    /"nowhere_msgs\/msg\/Nothing"/,
  );
  expect(() => interfaceRegistry.definition('std_srvs/srv/Trigger_Answer')).toThrowError(
    /no message of std_srvs\/srv\/Trigger/,
  );
});
