import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { immediateJobRunner } from '@efferent/core';
import { loadRobotModel } from '@efferent/robot';
import { createContext, goalStatus, type RosContext } from '@efferent/ros';
import { loadNodeModule, repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { requires } from '../support/requirement.ts';
import { SkillRig } from '../support/skill-rig.ts';

const scripts = join(import.meta.dirname, 'ros2-servers');
const model = loadRobotModel([repositoryFolder], 'stretch');

const mapping = `robot: stretch
contracts:
  count:
    description: Count up to a number.
    parameters: { order: { types: [number], description: how far } }
    resources: [head]
    time_limit_s: 30
  unlock:
    description: Unlock a door.
    parameters: { fixture: { types: [fixture], description: which } }
    resources: [base]
    time_limit_s: 10
  unlatch:
    description: Unlatch a door.
    parameters: { fixture: { types: [fixture], description: which } }
    failure_codes: [no-power]
    resources: [base]
    time_limit_s: 10
  lift: { description: Lift the arm., failure_codes: [unreachable, blocked], resources: [arm], time_limit_s: 20 }
skills:
  navigate: { backend: action-client, action: /theirs/navigate_to_pose, server_wait_s: 15, timeout_s: 20 }
  count:
    backend: action-client
    action: /theirs/fibonacci
    type: example_interfaces/action/Fibonacci
    goal: { order: $(order.number) }
    feedback: { progress: 'sequence[0]', of: 10 }
    result: { success: [{ field: 'sequence[3]', equals: 2 }] }
    server_wait_s: 15
  unlock:
    backend: service-client
    service: /theirs/unlock
    type: std_srvs/srv/SetBool
    request: { data: true }
    result: { success: [{ field: success, equals: true }], message: message }
    server_wait_s: 15
  unlatch:
    backend: topic
    topic: /theirs/lock_command
    type: std_msgs/msg/String
    message: { data: unlock $(fixture) }
    until:
      topic: /theirs/lock_state
      type: std_msgs/msg/Int32
      success: [{ field: data, equals: 2 }]
      failure: [{ field: data, at_most: -1 }]
      error_code: data
      codes: { -7: no-power }
    server_wait_s: 15
  lift:
    backend: moveit
    action: /theirs/move_action
    group: arm
    goal: { positions: { joint_lift: 0.7 } }
    server_wait_s: 15
`;

let context: RosContext;
const children: ChildProcess[] = [];

async function python(script: string, ...words: string[]): Promise<ChildProcess> {
  const child = spawn('python3', [join(scripts, script), ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  await once(child.stdout!, 'data');
  return child;
}

const settle = <T>(promise: Promise<T>): Promise<T> => promise;

async function setParameter(node: string, name: string, value: string | number): Promise<void> {
  const client = rig.client.createClient('rcl_interfaces/srv/SetParameters', `${node}/set_parameters`);
  const told =
    typeof value === 'string' ? { type: 4, string_value: value } : { type: 2, integer_value: BigInt(value) };
  const { results } = await client.sendRequestAsync(
    { parameters: [{ name, value: told }] },
    { timeoutMs: 15_000 },
  );
  expect(results[0]?.successful).toBe(true);
}

const isReady = requires('ros2', 'dds');
let rig: SkillRig;

beforeAll(async () => {
  if (!isReady) return;
  context = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
  rig = await SkillRig.start({ context, mapping, settle });
}, 30_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  rig?.stop();
  await context?.shutdown();
}, 30_000);

describe('servers of an rclpy node', () => {
  const how = (value: string) => setParameter('/theirs/servers', 'how', value);
  const ended: string[] = [];

  beforeAll(async () => {
    if (!isReady) return;
    await python('servers.py');
    rig.client.createSubscription('std_msgs/msg/String', '/theirs/ended', {}, ({ data }) => ended.push(data));
  }, 60_000);

  beforeEach(() => {
    rig.feedback.length = 0;
  });

  test('drive the base through the gate to where `navigate` wants it', { timeout: 60_000 }, async () => {
    expect(await rig.execute('navigate', { target: 'table' })).toMatchObject({
      success: true,
      message: expect.stringContaining('at table'),
    });
    expect(Math.hypot(rig.pose.x - 0.45, rig.pose.y - 0.1)).toBeLessThan(0.12);
    expect(rig.feedback.some(({ phase, progress }) => phase === 'drive' && progress > 0)).toBe(true);
  });

  test('refuse and abort with a number, which become failure codes', { timeout: 60_000 }, async () => {
    await how('reject');
    expect((await rig.execute('navigate', { target: 'home' })).failure_code).toBe('unavailable');
    await how('abort');
    await setParameter('/theirs/servers', 'error_code', 208);
    expect(await rig.execute('navigate', { target: 'home' })).toMatchObject({
      failure_code: 'unreachable',
      message: expect.stringContaining('no way there'),
    });
  });

  test('are cancelled with the skill', { timeout: 60_000 }, async () => {
    await how('hang');
    ended.length = 0;
    const running = await rig.begin('navigate', { target: 'home' });
    await new Promise((resolve) => setTimeout(resolve, 500));
    running.cancel();
    expect(await running.result).toMatchObject({ failure_code: 'cancelled', status: goalStatus.canceled });
    await expect.poll(() => ended).toEqual(['canceled']);
  });

  test('serve actions, services and topics of a mapping', { timeout: 60_000 }, async () => {
    expect(await rig.execute('count', { order: '4' })).toMatchObject({ success: true });
    expect(rig.feedback[0]).toMatchObject({ phase: 'count', progress: 0.5 });
    expect((await rig.execute('count', { order: '2' })).failure_code).toBe('unavailable');
    expect(await rig.execute('unlock', { fixture: 'fridge-door' })).toMatchObject({ message: 'unlocked' });
    expect((await rig.execute('unlatch', { fixture: 'fridge-door' })).success).toBe(true);
    expect((await rig.execute('unlatch', { fixture: 'oven-door' })).failure_code).toBe('no-power');
  });

  test('may die on the way, which ends the skill', { timeout: 60_000 }, async () => {
    await how('die');
    expect(await rig.execute('navigate', { target: 'home' })).toMatchObject({
      failure_code: 'unavailable',
      message: expect.stringContaining('went away'),
    });
  });
});

describe('a move_group of an rclpy node', () => {
  const lacks = isReady ? spawnSync('python3', ['-c', 'import moveit_msgs.action']).status !== 0 : false;
  beforeEach(({ skip }) => {
    if (lacks) skip('no moveit_msgs for Python: apt-get install ros-$ROS_DISTRO-moveit-msgs');
  });

  beforeAll(async () => {
    if (!isReady || lacks) return;
    await python('move_group.py');
    rig.client.createSubscription(
      'sensor_msgs/msg/JointState',
      '/theirs/reached',
      {},
      ({ name, position }) => {
        for (const [index, joint] of name.entries())
          rig.joints[model.actuatorIndex(joint)] = position[index] as number;
      },
    );
  }, 60_000);

  test('carries out joint goals, and its errors become failure codes', { timeout: 60_000 }, async () => {
    expect(await rig.execute('lift')).toMatchObject({ success: true });
    await expect.poll(() => rig.joints[model.actuatorIndex('joint_lift')]).toBeCloseTo(0.7);
    await setParameter('/theirs/move_group', 'error_code', -1);
    expect(await rig.execute('lift')).toMatchObject({
      failure_code: 'unreachable',
      message: expect.stringContaining('PLANNING_FAILED, planned for arm'),
    });
  });
});

test("an rclpy client drives, cancels and fails with efferent's own `navigate_to_pose`", {
  timeout: 60_000,
}, async () => {
  const module = await loadNodeModule('navigation');
  const node = await context.createNode('navigation', { namespace: '/stretch' });
  const services = { jobs: immediateJobRunner, workspaceFolders: [repositoryFolder] };
  const navigation = await module.start(node, services);
  const send = async (x: number, y: number, manner: string) => {
    const words = [
      join(scripts, 'navigate_client.py'),
      '/stretch/navigate_to_pose',
      String(x),
      String(y),
      manner,
    ];
    const child = spawn('python3', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return JSON.parse(line) as unknown;
  };
  Object.assign(rig.pose, { x: 0, y: 0.1, yaw: 0 });
  expect(await send(-0.8, 0.1, 'wait')).toMatchObject({
    accepted: true,
    status: goalStatus.succeeded,
    error_code: 0,
  });
  expect(Math.hypot(rig.pose.x + 0.8, rig.pose.y - 0.1)).toBeLessThan(0.1);
  expect(await send(0.4, 0.1, 'cancel')).toMatchObject({ accepted: true, status: goalStatus.canceled });
  expect(await send(50, 50, 'wait')).toMatchObject({
    status: goalStatus.aborted,
    error_code: 206,
    error_msg: expect.stringMatching(/\S/),
  });
  await navigation.stop();
});
