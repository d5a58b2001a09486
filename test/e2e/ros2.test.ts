import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chooseMiddleware } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runEfferent } from '../support/command.ts';
import { requires } from '../support/requirement.ts';

const isSourced = requires('ros2');
const problem = isSourced ? await otherProblem() : undefined;
const isPossible = isSourced && problem === undefined;
const scratch = mkdtempSync(join(tmpdir(), 'efferent-ros2-'));
const environment = { ROS_DOMAIN_ID: String(1 + ((process.pid + 37) % 100)), ROS_LOG_DIR: scratch };
const env = { ...process.env, ...environment };
const children: ChildProcess[] = [];

/** Words of a command with the built workspace sourced. */
const sourced = (...words: readonly string[]) =>
  ['-c', `source ${scratch}/install/setup.bash && exec "$@"`, 'bash', ...words] as const;

/** Runs a command of ROS 2 to its end. @returns what it printed */
async function ros2(...words: readonly string[]): Promise<string> {
  const options = { env, encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' } as const;
  const { stdout, stderr } = await promisify(execFile)('bash', sourced('ros2', ...words), options);
  return stdout + stderr;
}

/** Starts a command and waits until it printed a text. */
async function start(isReady: (text: string) => boolean, ...words: readonly string[]): Promise<ChildProcess> {
  const child = spawn('bash', sourced(...words), { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${words.join(' ')} ended:\n${text}`);
  });
  await Promise.race([ended, vi.waitFor(() => expect(isReady(text), text).toBe(true), 80_000)]);
  ended.catch(() => undefined);
  return child;
}

/** Does as Ctrl-C in a terminal does, which reaches what the command started as well. @returns how the command ended */
async function interrupt(child: ChildProcess): Promise<unknown[]> {
  const exit = once(child, 'exit');
  process.kill(-child.pid!, 'SIGINT');
  return exit;
}

async function otherProblem(): Promise<string | undefined> {
  if (spawnSync('colcon', ['--help'], { stdio: 'ignore' }).status !== 0)
    return 'no colcon: pip install colcon-common-extensions';
  if (spawnSync('ros2', ['interface', 'package', 'efferent_interfaces'], { stdio: 'ignore' }).status !== 0)
    return 'efferent_interfaces is not in the sourced workspaces: build it with colcon';
  const { middleware } = await chooseMiddleware('auto', process.env);
  if (middleware === 'rclnodejs' || process.env.RMW_IMPLEMENTATION === 'rmw_cyclonedds_cpp') return undefined;
  return 'neither is rclnodejs prepared, nor does ROS 2 run on rmw_cyclonedds_cpp';
}

describe("ros2's own commands", () => {
  beforeEach(({ skip }) => {
    if (problem !== undefined) skip(problem);
  });
  let launch: ChildProcess;

  beforeAll(async () => {
    if (!isPossible) return;
    mkdirSync(join(scratch, 'src'));
    symlinkSync(join(repositoryFolder, 'launch'), join(scratch, 'src/efferent_bringup'));
    const built = spawnSync('colcon', ['--log-base', 'log', 'build'], { cwd: scratch, encoding: 'utf8' });
    expect(built.status, built.stderr).toBe(0);
    const nodes = [
      'agent',
      'stretch/skills',
      'stretch/navigation',
      'stretch/detector',
      'stretch/localisation',
    ];
    launch = await start(
      (text) => nodes.every((name) => text.includes(`/${name}: node-ready`)),
      ...['ros2', 'launch', '--noninteractive', 'efferent_bringup', 'kitchen.launch.xml', 'viewer:=false'],
    );
  }, 120_000);

  afterAll(async () => {
    if (isPossible) await ros2('daemon', 'stop');
    for (const child of children)
      if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGKILL');
    rmSync(scratch, { recursive: true });
  });

  it('run a task to its end, with feedback', async () => {
    const goal = '{instruction: find the apple}';
    const type = 'efferent_interfaces/action/ExecuteTask';
    const told = await ros2('action', 'send_goal', '-f', '/agent/execute_task', type, goal);
    expect(told).toMatch(/Feedback:[\s\S]*kind: step-end/);
    expect(told).toMatch(/success: true[\s\S]*Goal finished with status: SUCCEEDED/);
    expect(await ros2('action', 'list', '-t')).toContain(`/agent/execute_task [${type}]`);
  });

  it('list and describe nodes, and run one more', async () => {
    const gate = await start(
      (text) => text.includes('node-ready'),
      ...[
        'ros2',
        'run',
        'efferent_bringup',
        'gate',
        '--ros-args',
        '-r',
        '__ns:=/second',
        '-p',
        'robot:=stretch',
      ],
    );
    const names = (await ros2('node', 'list', '--no-daemon')).trim().split('\n');
    expect(names).toEqual([...names].sort());
    expect(names).toEqual(
      expect.arrayContaining(['/agent', '/second/gate', '/sim', '/stretch/gate', '/stretch/skills']),
    );
    expect(names.filter((name) => name.startsWith('/stretch/'))).toHaveLength(8);
    await interrupt(gate);
    const info = await ros2('node', 'info', '/stretch/navigation');
    expect(info).toMatch(/Action Servers:\s+\/stretch\/navigate_to_pose: nav2_msgs\/action\/NavigateToPose/);
    expect(info).toContain('/stretch/navigation/get_type_description: type_description_interfaces/srv/');
  });

  it('tell the endpoints of topics, and show messages', async () => {
    const info = await ros2('topic', 'info', '-v', '/stretch/joint_states');
    expect(info).toMatch(/Node name: sim\nNode namespace: \/\nTopic type: sensor_msgs\/msg\/JointState\n/);
    expect(info).toContain('RIHS01_a13ee3a330e346c9d87b5aa18d24e11690752bd33a0350f11c5882bc9179260e');
    expect(await ros2('topic', 'echo', '--once', '/diagnostics')).toMatch(
      /name: .+\n {2}message: .+\n {2}hardware_id: .+\n {2}values:\n {2}- key: /,
    );
    expect(await ros2('topic', 'echo', '--once', '/rosout')).toMatch(
      /level: \d+\nname: [\w.]+\nmsg: [a-z]+-[a-z]+/,
    );
  });

  it('read and change parameters', async () => {
    expect(await ros2('param', 'list', '/stretch/gate')).toContain('  require_stop_heartbeat\n');
    expect(await ros2('param', 'get', '/stretch/gate', 'robot')).toBe('String value is: stretch\n');
    expect(await ros2('param', 'describe', '/stretch/gate', 'require_stop_heartbeat')).toMatch(
      /Type: boolean\n {2}Description: .+\n {2}Constraints:\n {4}Read only: true/,
    );
    expect(await ros2('param', 'set', '/stretch/gate', 'robot', 'another')).toMatch(
      /failed: .* is read-only/,
    );
    expect(await ros2('param', 'dump', '/stretch/gate')).toMatch(/^\/stretch\/gate:\n {2}ros__parameters:\n/);
  });

  it('move a node through its lifecycle', async () => {
    expect(await ros2('lifecycle', 'nodes')).toContain('/stretch/policy\n');
    const isNow = () => ros2('lifecycle', 'get', '/stretch/policy');
    expect(await isNow()).toBe('active [3]\n');
    expect(await ros2('lifecycle', 'set', '/stretch/policy', 'deactivate')).toBe(
      'Transitioning successful\n',
    );
    expect(await isNow()).toBe('inactive [2]\n');
    expect(await ros2('lifecycle', 'list', '/stretch/policy')).toMatch(/- activate \[3\]\n\tStart: inactive/);
    expect(await ros2('lifecycle', 'set', '/stretch/policy', 'activate')).toBe('Transitioning successful\n');
  });

  it('call services, type descriptions among them', async () => {
    const request = `{type_name: std_msgs/msg/String, type_hash: RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18}`;
    const type = 'type_description_interfaces/srv/GetTypeDescription';
    // /rosout and /diagnostics of every node have strings; the node must use a type to describe it.
    const told = await ros2('service', 'call', '/stretch/gate/get_type_description', type, request);
    expect(told).toMatch(/successful=True.*type_name='std_msgs\/msg\/String'/);
    const skills = await ros2(
      'service',
      'call',
      '/stretch/list_skills',
      'efferent_interfaces/srv/ListSkills',
      '{}',
    );
    expect(skills).toMatch(/SkillContract\(.*name='pick'/);
    const place = '{entity: lemon, state: {pose: {position: {z: 1.0}, orientation: {w: 1.0}}}}';
    const set = 'simulation_interfaces/srv/SetEntityState';
    expect(await ros2('service', 'call', '/sim/set_entity_state', set, place)).toContain('result=1,');
  });

  it('make calls and goals that a bag keeps', async () => {
    const server = join(repositoryFolder, 'test/conformance/ros2-servers/introspected.py');
    await start((text) => text.includes('ready'), 'python3', server);
    const bag = join(scratch, 'events');
    const main = join(repositoryFolder, 'packages/cli/src/main.ts');
    const recorder = await start(
      (text) => text.includes('_service_event') && text.includes('execute_task/_action/feedback'),
      ...[
        process.execPath,
        main,
        'bag',
        'record',
        '--include-hidden-topics',
        '-e',
        '_service_event|execute_task',
      ],
      ...['-o', bag],
    );
    await ros2('service', 'call', '/theirs/unlock', 'std_srvs/srv/SetBool', '{data: true}');
    const type = 'efferent_interfaces/action/ExecuteTask';
    await ros2('action', 'send_goal', '/agent/execute_task', type, '{instruction: find the apple}');
    await interrupt(recorder);
    const { stdout } = await runEfferent(['bag', 'info', bag], environment);
    expect(stdout).toMatch(
      /\/theirs\/unlock\/_service_event \| Type: std_srvs\/srv\/SetBool_Event \| Count: 2 /,
    );
    expect(stdout).toMatch(
      /feedback \| Type: efferent_interfaces\/action\/ExecuteTask_FeedbackMessage \| Count: [1-9]/,
    );
    expect(stdout).toMatch(/\/_action\/status \| Type: action_msgs\/msg\/GoalStatusArray \| Count: [3-9]/);
  });

  it('end the launch by Ctrl-C, and every node with it', async () => {
    expect(await interrupt(launch)).toEqual([0, null]);
    await vi.waitFor(
      async () =>
        expect(await ros2('node', 'list', '--no-daemon', '--spin-time', '2')).not.toMatch(/stretch|agent/),
      20_000,
    );
  });
});
