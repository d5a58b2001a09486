import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPackageIndex } from './packages.ts';
import { type LaunchContext, planLaunch } from './plan.ts';

const folder = mkdtempSync(join(tmpdir(), 'efferent-launcher-'));
mkdirSync(join(folder, 'bin'));
writeFileSync(join(folder, 'bin/gate'), '#!/bin/sh\n');
chmodSync(join(folder, 'bin/gate'), 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

const files = new Map<string, string>();
const context: LaunchContext = {
  environment: { PATH: '/usr/bin:/bin', HOME: '/home/ada' },
  packages: createPackageIndex(new Map([['bringup', folder]]), undefined),
  readFile: (path) => {
    const text = files.get(path);
    if (text === undefined) throw new Error('no such file');
    return text;
  },
};

function plan(body: string, given: Record<string, string> = {}) {
  files.set('/l/a.launch.xml', `<launch>\n${body}\n</launch>`);
  return planLaunch('/l/a.launch.xml', new Map(Object.entries(given)), context);
}

describe('planLaunch', () => {
  it('writes the command line of a node as launch_ros does', () => {
    const { processes } = plan(`
      <arg name="robot" default="stretch"/>
      <group>
        <push_ros_namespace namespace="$(var robot)"/>
        <node pkg="bringup" exec="gate" name="g" namespace="left" args="--fast 'one two' $(var robot)" respawn="true" respawn_delay="0.5">
          <param name="rate" value="100"/>
          <param name="model" value=""/>
          <param name="id" value="7" type="str"/>
          <param name="limits"><param name="arm" value="1.5"/></param>
          <param from="/p.yaml"/>
          <remap from="a" to="b"/>
          <env name="LEVEL" value="1"/>
        </node>
      </group>`);
    expect(processes).toHaveLength(1);
    expect(processes[0]).toMatchObject({
      name: 'gate-1',
      command: [
        join(folder, 'bin/gate'),
        ...['--fast', 'one two', 'stretch', '--ros-args', '-r', '__node:=g', '-r', '__ns:=/stretch/left'],
        ...['-p', 'rate:=100', '-p', "model:=''", '-p', 'id:="7"', '-p', 'limits.arm:=1.5'],
        ...['--params-file', '/p.yaml', '-r', 'a:=b'],
      ],
      environment: { LEVEL: '1' },
      respawn: true,
      respawnDelayMs: 500,
      node: { packageName: 'bringup', executable: 'gate' },
      line: 6,
    });
  });

  it('gives arguments precedence over defaults and refuses those the file does not have', () => {
    const body = '<arg name="scene" default="kitchen"/><log message="in $(var scene)"/>';
    expect(plan(body).messages).toEqual(['in kitchen']);
    expect(plan(body, { scene: 'lab' }).messages).toEqual(['in lab']);
    expect(() => plan(body, { scen: 'lab' })).toThrow('there is no argument "scen"; there are: scene');
    expect(() => plan('<arg name="scene"/>')).toThrow('argument "scene" needs a value');
    const choice = '<arg name="m" default="x"><choice value="a"/><choice value="b"/></arg>';
    expect(() => plan(choice)).toThrow('must be one of a, b, got "x"');
  });

  it('keeps what a group sets inside the group', () => {
    const { processes } = plan(`
      <group><set_env name="A" value="1"/><set_parameter name="use_sim_time" value="true"/><executable cmd="/bin/one"/></group>
      <group scoped="false"><set_env name="B" value="2"/></group>
      <executable cmd="/bin/two"/>`);
    expect(processes.map((each) => each.environment)).toEqual([{ A: '1' }, { B: '2' }]);
  });

  it('obeys conditions and refuses words that are not boolean', () => {
    const body =
      '<arg name="v" default="1"/><log message="yes" if="$(var v)"/><log message="no" unless="$(not $(var v))"/>';
    expect(plan(body).messages).toEqual(['yes', 'no']);
    expect(plan('<log message="x" if="$(equals a b)"/>').messages).toEqual([]);
    expect(() => plan('<log message="x" if="yes"/>')).toThrow(
      '/l/a.launch.xml:2: <log>: attribute "if": expected true, false, 1 or 0, got "yes"',
    );
    expect(() => plan('<log message="x" if="1" unless="1"/>')).toThrow('exclude each other');
  });

  it('includes other files with arguments and notices circles', () => {
    files.set(
      '/l/b.launch.xml',
      '<launch><arg name="who"/><log message="$(var who) in $(filename)"/></launch>',
    );
    const { messages } = plan(
      '<include file="$(dirname)/b.launch.xml"><arg name="who" value="ada"/></include>',
    );
    expect(messages).toEqual(['ada in b.launch.xml']);
    expect(() => plan('<include file="$(dirname)/a.launch.xml"/>')).toThrow('includes itself');
    expect(() => plan('<include file="/l/none.xml"/>')).toThrow(
      '/l/a.launch.xml:2: <include>: launch file /l/none.xml',
    );
  });

  it('never splits the value of a substitution', () => {
    const { processes } = plan(
      '<let name="two" value="hi mars"/><executable cmd="/bin/echo -n $(var two) a$(var two)"/>',
    );
    expect(processes[0]?.command).toEqual(['/bin/echo', '-n', 'hi mars', 'ahi mars']);
    expect(() => plan(`<executable cmd="echo '$(env HOME)'"/>`)).toThrow('a quote is not closed');
  });

  it.each([
    [
      '<lifecycle_node pkg="a"/>',
      '/l/a.launch.xml:2: <lifecycle_node>: this element is not supported; supported are: arg',
    ],
    ['\n<node exec="ls" machine="a"/>', '/l/a.launch.xml:3: <node>: attribute "machine" is not supported'],
    [
      '<node exec="ls"><rosparam/></node>',
      '/l/a.launch.xml:2: <rosparam>: not allowed in <node>; allowed are: param',
    ],
    [
      '<log message="$(eval 1+1)"/>',
      '/l/a.launch.xml:2: <log>: attribute "message": $(eval) is not supported',
    ],
    ['<log message="$(env NO_SUCH)"/>', 'environment variable NO_SUCH is not set'],
    ['<log message="$(var"/>', '"$(var" is not closed'],
    ['<log/>', 'attribute "message" is missing'],
    ['<node pkg="bringup" exec="gat"/>', 'package "bringup" has no executable "gat"'],
    ['<node pkg="none" exec="x"/>', 'package "none" was not found'],
    ['<node exec="ls" output="all"/>', 'must be one of screen, log, both, got "all"'],
    ['<node exec="ls" respawn_delay="soon"/>', 'must be a number, got "soon"'],
    ['<log message="a">', '/l/a.launch.xml:3: <launch>: unexpected close tag'],
    ['words', '/l/a.launch.xml:2: <launch>: text is not allowed here: "words"'],
  ])('refuses %s by file, line and element', (body, message) => {
    expect(() => plan(body)).toThrow(message);
  });
});

it('finds packages in sourced workspaces', () => {
  const prefix = join(folder, 'install');
  mkdirSync(join(prefix, 'share/ament_index/resource_index/packages'), { recursive: true });
  writeFileSync(join(prefix, 'share/ament_index/resource_index/packages/nav2'), '');
  const index = createPackageIndex(new Map(), `/nowhere:${prefix}`);
  expect(index('nav2')).toEqual({
    share: join(prefix, 'share/nav2'),
    prefix,
    executables: join(prefix, 'lib/nav2'),
  });
  expect(index('moveit')).toBeUndefined();
});
