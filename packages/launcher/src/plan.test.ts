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
const warnings: string[] = [];
const context: LaunchContext = {
  environment: { PATH: '/usr/bin:/bin', HOME: '/home/ada' },
  packages: createPackageIndex(new Map([['bringup', folder]]), undefined),
  readFile: (path) => {
    const text = files.get(path);
    if (text === undefined) throw new Error('no such file');
    return text;
  },
  logFolder: '/log/now',
  rosLogFolder: '/log',
  parameterFolder: '/parameters',
  uniqueNumber: () => 7,
  warn: (text) => warnings.push(text),
};

function plan(body: string, given: Record<string, string> = {}) {
  files.set('/l/a.launch.xml', `<launch>\n${body}\n</launch>`);
  return planLaunch('/l/a.launch.xml', new Map(Object.entries(given)), context);
}

const texts = (body: string, given: Record<string, string> = {}) =>
  plan(body, given).messages.map(({ text }) => text);

describe('planLaunch', () => {
  it('writes the command line of a node as launch_ros does', () => {
    files.set('/p.yaml', '/**: {ros__parameters: {a: 1}}');
    files.set('/q.yaml', '/**: {ros__parameters: {robot: $(var robot)}}');
    const { processes, parameterFiles } = plan(`
      <arg name="robot" default="stretch"/>
      <group>
        <push_ros_namespace namespace="$(var robot)"/>
        <set_parameter name="use_sim_time" value="true"/>
        <node pkg="bringup" exec="gate" name="g" namespace="left" args="--fast 'one two' $(var robot)" ros_args="--log-level debug" respawn="true" respawn_delay="0.5">
          <param name="rate" value="100"/>
          <param name="limits"><param name="arm" value="1.0"/><param name="base" value="2" type="float"/></param>
          <param from="/p.yaml"/>
          <param from="/q.yaml" allow_substs="true"/>
          <remap from="a" to="b"/>
          <env name="LEVEL" value="1"/>
        </node>
      </group>`);
    expect(processes).toHaveLength(1);
    const file = (number: number) => ['--params-file', `/parameters/parameters-${number}.yaml`];
    expect(processes[0]).toMatchObject({
      name: 'gate-1',
      command: [
        join(folder, 'bin/gate'),
        ...['--fast', 'one two', 'stretch', '--ros-args', '--log-level', 'debug', '--ros-args'],
        ...['-r', '__node:=g', '-r', '__ns:=/stretch/left', '-p', 'use_sim_time:=true'],
        ...[...file(1), ...file(2), '--params-file', '/p.yaml', ...file(3), '-r', 'a:=b'],
      ],
      environment: { LEVEL: '1' },
      respawn: true,
      respawnDelayMs: 500,
      node: { packageName: 'bringup', executable: 'gate' },
      line: 7,
    });
    expect([...parameterFiles.values()]).toEqual([
      '/stretch/left/g:\n  ros__parameters:\n    "rate": 100\n',
      '/stretch/left/g:\n  ros__parameters:\n    "limits.arm": 1.0\n    "limits.base": 2.0\n',
      '/**: {ros__parameters: {robot: stretch}}',
    ]);
  });

  it.each([
    ['value="7"', '7'],
    ['value="7" type="str"', '"7"'],
    ['value="\'7\'"', '"7"'],
    ['value="7" type="float"', '7.0'],
    ['value="1.0"', '1.0'],
    ['value="1e-3"', '0.001'],
    ['value="yes"', 'true'],
    ['value=""', '""'],
    ['value="a: b: c"', '"a: b: c"'],
    ['value="[1, 2]"', '[1, 2]'],
    ['value="[1.0, 2.0]"', '[1.0, 2.0]'],
    ['value="[a, b c]"', '["a", "b c"]'],
    ['value="1;2" value-sep=";"', '[1, 2]'],
    ['value="1;2" value-sep=";" type="list_of_str"', '["1", "2"]'],
    ['value="[1, 2]" type="list_of_float"', '[1.0, 2.0]'],
    ['value="\'$(var seven)\'"', '7'],
    ['value="$(var seven)" type="str"', '"7"'],
  ])('gives a parameter with %s the type that launch_ros does', (attributes, yaml) => {
    const { parameterFiles } = plan(
      `<let name="seven" value="7"/><node exec="ls"><param name="p" ${attributes}/></node>`,
    );
    expect([...parameterFiles.values()]).toEqual([`/**:\n  ros__parameters:\n    "p": ${yaml}\n`]);
  });

  it.each([
    ['value="{a: 1}"', 'expected a boolean, a number, a text, or a list'],
    ['value="[1, a]"', 'the items of a list must all be'],
    ['value="x" type="int"', 'must be a whole number, got "x"'],
    ['value="x" type="real"', 'type must be one of str, int, float, bool'],
    ['', 'attribute "value" is missing'],
    ['value="1" allow_substs="true"', '"allow_substs" goes with "from"'],
  ])('refuses a parameter with %s', (attributes, message) => {
    expect(() => plan(`<node exec="ls"><param name="p" ${attributes}/></node>`)).toThrow(
      new RegExp(`a\\.launch\\.xml:2: <param>.*${message.replace(/[[\]().]/g, '\\$&')}`),
    );
  });

  it('gives arguments precedence over defaults and refuses those the file does not have', () => {
    const body = '<arg name="scene" default="kitchen"/><log message="in $(var scene)"/>';
    expect(texts(body)).toEqual(['in kitchen']);
    expect(texts(body, { scene: 'lab' })).toEqual(['in lab']);
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
    const cut = plan(`
      <let name="a" value="1"/><let name="b" value="2"/><set_env name="A" value="1"/>
      <group forwarding="false">
        <keep name="a" value="$(var b)"/>
        <log message="$(var a) $(var b gone) $(env A gone)"/>
      </group>
      <log message="$(var a) $(var b) $(env A)"/>`);
    expect(cut.messages.map(({ text }) => text)).toEqual(['2 gone gone', '1 2 1']);
  });

  it('sets, extends and takes away what is in the environment', () => {
    const { processes } = plan(`
      <unset_env name="HOME"/>
      <append_env name="PATH" value="/x"/>
      <append_env name="PATH" value="/y" prepend="true" separator=";"/>
      <set_ros_log_dir new_log_dir="runs"/>
      <executable cmd="/bin/one"/>
      <reset_env/>
      <executable cmd="/bin/two"/>`);
    expect(processes.map((each) => each.environment)).toEqual([
      { HOME: undefined, PATH: '/y;/usr/bin:/bin:/x', ROS_LOG_DIR: '/log/runs' },
      {},
    ]);
  });

  it('puts what is in timers behind them, with what was set when they were met', () => {
    const { processes, messages, shutdowns } = plan(`
      <group>
        <let name="who" value="ada"/>
        <timer period="2.5"><log message="$(var who)"/>
          <ros_timer period="1"><executable cmd="/bin/one"/></ros_timer>
        </timer>
      </group>
      <timer period="9" cancel_on_shutdown="false"><shutdown reason="late"/></timer>`);
    const first = { ms: 2500, clock: 'wall', cancelOnShutdown: true };
    expect(messages).toEqual([{ text: 'ada', waits: [first] }]);
    expect(processes[0]?.waits).toEqual([first, { ms: 1000, clock: 'ros', cancelOnShutdown: true }]);
    expect(shutdowns).toEqual([
      { reason: 'late', waits: [{ ms: 9000, clock: 'wall', cancelOnShutdown: false }] },
    ]);
  });

  it('takes prefix, times and a terminal from variables of the runner', () => {
    const given = {
      'launch-prefix': 'nice -n 5',
      'launch-prefix-filter': 'o',
      sigterm_timeout: '1',
      emulate_tty: 'true',
    };
    const { processes } = plan(
      '<executable cmd="/bin/one"/><executable cmd="/bin/two" shell="true"/>',
      given,
    );
    expect(processes.map(({ name, command }) => [name, ...command])).toEqual([
      ['nice-1', expect.stringMatching(/\/nice$/), '-n', '5', '/bin/one'],
      ['two-2', '/bin/sh', '-c', '/bin/two'],
    ]);
    expect(processes[0]).toMatchObject({ sigtermTimeoutMs: 1000, sigkillTimeoutMs: 5000, emulateTty: true });
  });

  it.each([
    ["$(command 'echo hi')", 'hi\n'],
    ['$(param p)', '1'],
    ['$(param q none)', 'none'],
    ['$(anon x)', expect.stringMatching(/^x_\w+_7$/)],
    ['$(launch_log_dir)', '/log/now'],
    ['$(equals 1.0 1)$(equals True 1)$(not-equals a b)', 'truetruetrue'],
    ['$(and yes 1)$(or off 0)$(any 0 1)$(all 1 1)', 'truefalsetruetrue'],
    ['$(file-content /some/text)', 'some\ntext'],
    ['$(find-exec sh)', expect.stringMatching(/\/sh$/)],
  ])('computes %s', (text, value) => {
    files.set('/some/text', 'some\ntext');
    expect(texts(`<set_parameter name="p" value="1"/><log message="${text}"/>`)).toEqual([value]);
  });

  it('obeys conditions and refuses words that are not boolean', () => {
    const body =
      '<arg name="v" default="1"/><log message="yes" if="$(var v)"/><log message="no" unless="$(not $(var v))"/>';
    expect(texts(body)).toEqual(['yes', 'no']);
    expect(texts('<log message="x" if="$(equals a b)"/>')).toEqual([]);
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
    const included = '<include file="$(dirname)/b.launch.xml"><arg name="who" value="ada"/></include>';
    expect(texts(included)).toEqual(['ada in /l/b.launch.xml']);
    expect(() => plan('<let name="who" value="ada"/>\n<include file="$(dirname)/b.launch.xml"/>')).toThrow(
      '/l/a.launch.xml:3: <include>: /l/b.launch.xml:1 needs the argument "who"',
    );
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
      '/l/a.launch.xml:2: <rosparam>: not allowed in <node>; allowed are: env, param, remap',
    ],
    [
      '<group if="false"><log message="$(evil 1+1)"/></group>',
      '/l/a.launch.xml:2: <log>: attribute "message": $(evil) is not supported',
    ],
    ['<log message="$(command false)"/>', '$(command false) ended with exit code 1'],
    [`<log message="$(command 'sh -c \\'echo no >&amp;2\\'')"/>`, 'wrote to standard error: no'],
    ['<node_container pkg="a" exec="b"/>', '<node_container>: component containers load shared libraries'],
    ['<group scoped="$(var x)"/>', 'attribute "scoped": expected a boolean'],
    ['<log message="$(var  x)"/>', 'a value is missing'],
    ['<node exec="ls" name="1a"/>', '"1a" is no node name'],
    ['<node exec="ls" namespace="a//b"/>', '"/a//b" is no namespace'],
    ['<executable cmd="ls" emulate_tty="maybe"/>', 'attribute "emulate_tty": expected a boolean'],
    ['<set_parameters_from_file filename="/no.yaml"/>', 'attribute "filename": no such file'],
    ['<log message="$(env NO_SUCH)"/>', 'environment variable NO_SUCH is not set'],
    ['<log message="$(var"/>', '"$(var" is not closed'],
    ['<log/>', 'attribute "message" is missing'],
    ['<node pkg="bringup" exec="gat"/>', 'package "bringup" has no executable "gat"'],
    ['<node pkg="none" exec="x"/>', 'package "none" was not found'],
    ['<node exec="ls" output="all"/>', 'must be one of screen, log, both, own_log, full, got "all"'],
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
