import { createHash } from 'node:crypto';
import { secondsToNs } from '@efferent/core';
import { loadRobotModel } from '@efferent/robot';
import { createLockstep, goalStatus, type Lockstep, qosProfiles, type RosNode } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { afterEach, describe, expect, test } from 'vitest';
import { SkillRig } from '../support/skill-rig.ts';
import { MoveGroupServer, NavigationServer } from '../support/stand-in-servers.ts';

const model = loadRobotModel([repositoryFolder], 'stretch');

let lockstep: Lockstep;
let rig: SkillRig;
let server: RosNode;
afterEach(async () => {
  rig.stop();
  await lockstep.shutdown();
});

async function settle<T>(promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const settled = () => {
    isSettled = true;
  };
  promise.then(settled, settled);
  const limitNs = lockstep.clock.nowNs() + secondsToNs(200);
  if (!(await lockstep.runUntil(() => isSettled, limitNs))) throw new Error('nothing came of it in 200 s');
  return promise;
}

const pass = (durationS: number) => lockstep.advanceTo(lockstep.clock.nowNs() + secondsToNs(durationS));

async function start(skills: string): Promise<void> {
  lockstep = createLockstep({ logSink: () => undefined });
  server = await settle(lockstep.context.createNode('server', { namespace: '/theirs' }));
  rig = await SkillRig.start({
    context: lockstep.context,
    jobs: lockstep.jobs,
    settle,
    mapping: `robot: stretch\n${skills}`,
  });
  await pass(1);
}

describe('navigate by a NavigateToPose server', () => {
  let navigation: NavigationServer;

  async function startNavigation(settings = ''): Promise<void> {
    await start(
      `skills:\n  navigate: { backend: action-client, action: /theirs/navigate_to_pose${settings} }\n`,
    );
    navigation = new NavigationServer(server, 'navigate_to_pose', () => rig);
  }

  test('drives to the place, and tells how far it is', async () => {
    await startNavigation(', behavior_tree: /opt/trees/careful.xml');
    expect(await rig.execute('navigate', { target: 'table' })).toMatchObject({
      success: true,
      failure_code: '',
      status: goalStatus.succeeded,
    });
    expect(rig.pose.x).toBeCloseTo(0.45);
    expect(navigation.goals[0]).toMatchObject({
      behavior_tree: '/opt/trees/careful.xml',
      pose: { header: { frame_id: 'map' }, pose: { position: { x: 0.45, y: 0.1 } } },
    });
    const drive = rig.feedback.filter(({ phase }) => phase === 'drive');
    expect(drive.length).toBeGreaterThan(0);
    for (const { progress } of drive) expect(progress).toBeGreaterThanOrEqual(0);
  });

  test('ends with "unavailable" when there is no server, within the wait that the file gives', async () => {
    await start(
      'skills:\n  navigate: { backend: action-client, action: /nowhere/navigate_to_pose, server_wait_s: 0.5 }\n',
    );
    const result = await rig.execute('navigate', { target: 'table' });
    expect(result).toMatchObject({
      failure_code: 'unavailable',
      message: expect.stringContaining('/nowhere/navigate_to_pose'),
    });
    expect(result.elapsed_s).toBeLessThan(1);
  });

  test('ends with "unavailable" when the server refuses the goal', async () => {
    await startNavigation();
    navigation.how = 'reject';
    expect(await rig.execute('navigate', { target: 'table' })).toMatchObject({
      failure_code: 'unavailable',
      message: expect.stringContaining('/theirs/navigate_to_pose refused the goal'),
    });
  });

  test.each([
    [208, 'unreachable'],
    [105, 'blocked'],
    [9001, 'unavailable'],
    [9003, 'time-out'],
    [4711, 'blocked'],
  ])('translates error %i to "%s"', async (errorCode, code) => {
    await startNavigation();
    Object.assign(navigation, { how: 'abort', errorCode, errorMessage: 'so it is' });
    expect(await rig.execute('navigate', { target: 'table' })).toMatchObject({
      failure_code: code,
      message: expect.stringContaining('so it is'),
    });
  });

  test('takes the translation of the file before its own', async () => {
    await startNavigation(', codes: { 4711: stopped, 208: unavailable }');
    Object.assign(navigation, { how: 'abort', errorCode: 4711 });
    expect((await rig.execute('navigate', { target: 'table' })).failure_code).toBe('stopped');
    navigation.errorCode = 208;
    expect((await rig.execute('navigate', { target: 'table' })).failure_code).toBe('unavailable');
  });

  test('cancels a server that hangs when its time is over', async () => {
    await startNavigation(', timeout_s: 5');
    navigation.how = 'hang';
    const result = await rig.execute('navigate', { target: 'table' });
    expect(result).toMatchObject({ failure_code: 'time-out', status: goalStatus.aborted });
    expect(result.elapsed_s).toBeLessThan(6);
    expect(navigation.ended).toEqual(['canceled']);
  });

  test('does not wait for ever for a cancel, and stops what may still drive', async () => {
    await startNavigation(', timeout_s: 3, cancel_wait_s: 2');
    navigation.how = 'ignore-cancel';
    const controller = new NavigationServer(server, 'follow_path', () => rig);
    controller.how = 'hang';
    const path = server.createActionClient('nav2_msgs/action/NavigateToPose', 'follow_path');
    await settle(path.sendGoal({}, { timeoutMs: 1000 }));
    const result = await rig.execute('navigate', { target: 'table' });
    expect(result).toMatchObject({
      failure_code: 'time-out',
      message: expect.stringContaining('has not confirmed the cancel after 2 s'),
    });
    expect(result.elapsed_s).toBeLessThan(8);
    await pass(1);
    expect(controller.ended).toEqual(['canceled']);
  });

  test('notices that the server died on the way', async () => {
    await startNavigation();
    navigation.how = 'hang';
    const running = await rig.begin('navigate', { target: 'table' });
    await pass(2);
    await settle(server.destroy());
    expect(await settle(running.result)).toMatchObject({
      failure_code: 'unavailable',
      message: expect.stringContaining('went away'),
    });
  });

  test('passes a cancel on and waits for it', async () => {
    await startNavigation();
    navigation.how = 'hang';
    const running = await rig.begin('navigate', { target: 'table' });
    await pass(2);
    running.cancel();
    expect(await settle(running.result)).toMatchObject({
      failure_code: 'cancelled',
      status: goalStatus.canceled,
    });
    expect(navigation.ended).toEqual(['canceled']);
  });

  test('takes the status when the result does not come, as that of another distribution does not decode', async () => {
    await start('skills:\n  navigate: { backend: action-client, action: /theirs/navigate_to_pose }\n');
    const action = 'navigate_to_pose/_action';
    const status = server.createPublisher(
      'action_msgs/msg/GoalStatusArray',
      `${action}/status`,
      qosProfiles.actionStatus,
    );
    const serve = server.createService.bind(server) as (
      type: string,
      name: string,
      handler: (request: { goal_id: object }) => object | Promise<object>,
    ) => void;
    const type = 'nav2_msgs/action/NavigateToPose';
    serve(`${type}_SendGoal`, `${action}/send_goal`, ({ goal_id }) => {
      rig.pose.x = 0.45;
      rig.pose.y = 0.1;
      void server.sleep(1000).then(() => {
        status.publish({
          status_list: [{ goal_info: { goal_id }, status: goalStatus.succeeded }],
        } as never);
      });
      return { accepted: true };
    });
    serve(`${type}_GetResult`, `${action}/get_result`, () => new Promise(() => undefined));
    serve('action_msgs/srv/CancelGoal', `${action}/cancel_goal`, () => ({}));
    await pass(0.5);
    const result = await rig.execute('navigate', { target: 'table' });
    expect(result).toMatchObject({ success: true, failure_code: '' });
    expect(result.elapsed_s).toBeLessThan(5);
  });

  test('of a skill node that died is cancelled by its next life, and others keep their goals', async () => {
    await startNavigation();
    navigation.how = 'hang';
    await rig.killSkills();
    const client = rig.client.createActionClient(
      'nav2_msgs/action/NavigateToPose',
      '/theirs/navigate_to_pose',
    );
    const owner = createHash('sha256').update('/stretch/skills').digest('hex').slice(0, 16);
    const orphan = await settle(client.sendGoal({}, { timeoutMs: 1000, goalIdPrefix: `${owner}00000001` }));
    const person = await settle(client.sendGoal({}, { timeoutMs: 1000 }));
    await pass(1);
    expect(navigation.ended).toEqual([]);
    await rig.startSkills();
    await pass(1);
    expect(orphan.goalId.startsWith(owner)).toBe(true);
    expect(orphan.status).toBe(goalStatus.canceled);
    expect(person.status).toBe(goalStatus.executing);
    const running = await rig.begin('navigate', { target: 'table' });
    await pass(1);
    expect(navigation.ended).toEqual(['canceled']);
    running.cancel();
    await settle(running.result);
  });

  test('is cancelled when the skill node is stopped', async () => {
    await startNavigation();
    navigation.how = 'hang';
    const running = await rig.begin('navigate', { target: 'table' });
    await pass(2);
    await rig.stopSkills();
    expect(navigation.ended).toEqual(['canceled']);
    expect((await settle(running.result)).failure_code).toBe('stopped');
  });
});

describe('motions by a move_group', () => {
  let moveIt: MoveGroupServer;

  async function startMoveIt(skills: string): Promise<void> {
    await start(skills);
    moveIt = new MoveGroupServer(server, 'move_action', (joint, position) => {
      rig.joints[model.actuatorIndex(joint === 'extension_joint' ? 'wrist_extension' : joint)] = position;
    });
  }

  test('plan and carry out the arm ways of the skill library', async () => {
    await startMoveIt(`motions:
  by: moveit
  action: /theirs/move_action
  group: stretch_arm
  pipeline: ompl
  planner: RRTConnect
  velocity_scaling: 0.4
  planning_time_s: 2.5
  joints: { wrist_extension: extension_joint }
skills:
  stow: { backend: motion }
`);
    rig.joints[model.actuatorIndex('wrist_extension')] = 0.3;
    await pass(0.5);
    expect(await rig.execute('stow')).toMatchObject({ success: true });
    const { request, planning_options } = moveIt.goals[0]!;
    expect(request).toMatchObject({
      group_name: 'stretch_arm',
      pipeline_id: 'ompl',
      planner_id: 'RRTConnect',
      max_velocity_scaling_factor: 0.4,
      allowed_planning_time: 2.5,
      start_state: { is_diff: true },
    });
    expect(planning_options).toMatchObject({ plan_only: false, planning_scene_diff: { is_diff: true } });
    expect(request.goal_constraints.length).toBe(2);
    expect(request.goal_constraints[0]!.joint_constraints.map(({ joint_name }) => joint_name)).toContain(
      'extension_joint',
    );
    expect(rig.feedback.map(({ message }) => message)).toContain('PLANNING');
  });

  test.each([
    [-1, 'unreachable', 'PLANNING_FAILED'],
    [-4, 'blocked', 'CONTROL_FAILED'],
    [-6, 'time-out', 'TIMED_OUT'],
    [-15, 'unavailable', 'INVALID_GROUP_NAME'],
  ])('end error %i with "%s" and its name', async (number, code, name) => {
    await startMoveIt(`contracts:
  wave: { description: Wave., failure_codes: [unreachable, blocked], resources: [arm], time_limit_s: 20 }
skills:
  wave: { backend: moveit, action: /theirs/move_action, group: arm, goal: { positions: { joint_lift: 0.6 } } }
`);
    moveIt.errorCode = number;
    expect(await rig.execute('wave')).toMatchObject({
      failure_code: code,
      message: expect.stringContaining(name),
    });
  });

  test('go to a pose beside a thing', async () => {
    await startMoveIt(`contracts:
  point-at:
    description: Hold the gripper above a thing.
    parameters: { object: { types: [object], description: what to point at } }
    resources: [arm]
    time_limit_s: 20
skills:
  point-at:
    backend: moveit
    action: /theirs/move_action
    group: arm
    goal: { link: grasp_link, pose: $(object.pose), offset_m: [0, 0, 0.2], orientation_tolerance_rad: 0.1 }
`);
    rig.pose.x = -1;
    await pass(0.5);
    expect(await rig.execute('point-at', { object: ['apple', 1, 0.5, 0.8] })).toMatchObject({
      message: 'arm moved by /theirs/move_action',
    });
    const [constraints] = moveIt.goals[0]!.request.goal_constraints;
    const [position] = constraints!.position_constraints;
    expect(position).toMatchObject({ header: { frame_id: 'base_link' }, link_name: 'grasp_link', weight: 1 });
    expect(position!.constraint_region.primitive_poses[0]!.position.x).toBeCloseTo(2);
    expect(position!.constraint_region.primitive_poses[0]!.position.z).toBeCloseTo(1);
    expect(constraints!.orientation_constraints[0]!.absolute_z_axis_tolerance).toBe(0.1);
  });
});

describe('skills of a mapping', () => {
  test('are actions with goals, feedback and results of any type', async () => {
    await start(`contracts:
  count:
    description: Count up to a number.
    parameters: { order: { types: [number], description: how far } }
    failure_codes: [counted-wrong]
    resources: [head]
    time_limit_s: 30
skills:
  count:
    backend: action-client
    action: /theirs/fibonacci
    type: example_interfaces/action/Fibonacci
    goal: { order: $(order.number) }
    feedback: { progress: 'sequence[0]', of: 10 }
    result:
      success: [{ field: 'sequence[3]', at_least: 2 }]
      otherwise: counted-wrong
`);
    server.createActionServer('example_interfaces/action/Fibonacci', 'fibonacci', {
      execute: async (goal) => {
        goal.publishFeedback({ sequence: Int32Array.of(5) });
        await server.sleep(100);
        goal.succeed();
        return { sequence: Int32Array.from([0, 1, 1, 2].slice(0, goal.request.order)) };
      },
    });
    expect(await rig.execute('count', { order: '4' })).toMatchObject({ success: true });
    expect(rig.feedback).toMatchObject([{ phase: 'count', progress: 0.5 }]);
    expect(await rig.execute('count', { order: '2' })).toMatchObject({
      failure_code: 'counted-wrong',
      message: expect.stringContaining('expected at least 2'),
    });
    expect(await rig.execute('count', { order: 'many' })).toMatchObject({
      failure_code: 'invalid-argument',
      message: expect.stringContaining('"order" must be a number, got "many"'),
    });
  });

  const doorContract = `contracts:
  unlock:
    description: Unlock a door.
    parameters: { fixture: { types: [fixture], description: which } }
    failure_codes: [no-power]
    resources: [base]
    time_limit_s: 10
`;

  test('are services, whose answers say whether it went well', async () => {
    await start(`${doorContract}skills:
  unlock:
    backend: service-client
    service: /theirs/unlock
    type: std_srvs/srv/SetBool
    request: { data: true }
    result: { success: [{ field: success, equals: true }], message: message, otherwise: no-power }
`);
    let success = true;
    server.createService('std_srvs/srv/SetBool', 'unlock', ({ data }) => ({
      success: success && data,
      message: success ? 'unlocked' : 'battery empty',
    }));
    expect(await rig.execute('unlock', { fixture: 'fridge-door' })).toMatchObject({
      success: true,
      message: 'unlocked',
    });
    success = false;
    expect(await rig.execute('unlock', { fixture: 'fridge-door' })).toMatchObject({
      failure_code: 'no-power',
      message: expect.stringContaining('battery empty'),
    });
  });

  test('are topics: told again until another topic says that it is done, and told to stop otherwise', async () => {
    await start(`${doorContract}skills:
  unlock:
    backend: topic
    topic: /theirs/lock_command
    type: std_msgs/msg/String
    message: { data: unlock $(fixture) }
    rate_hz: 2
    stop: { data: stop }
    until:
      topic: /theirs/lock_state
      type: std_msgs/msg/Int32
      success: [{ field: data, equals: 2 }]
      failure: [{ field: data, at_most: -1 }]
      error_code: data
      codes: { -7: no-power }
    timeout_s: 4
`);
    const state = server.createPublisher('std_msgs/msg/Int32', 'lock_state', qosProfiles.sensorData);
    const said: string[] = [];
    let answer = 2;
    server.createSubscription('std_msgs/msg/String', 'lock_command', {}, ({ data }) => {
      said.push(data);
      if (said.length === 3) state.publish({ data: answer });
    });
    await pass(0.5);
    expect(await rig.execute('unlock', { fixture: 'fridge-door' })).toMatchObject({ success: true });
    expect(said).toEqual(Array(3).fill('unlock fridge-door'));
    said.length = 0;
    answer = -7;
    expect((await rig.execute('unlock', { fixture: 'fridge-door' })).failure_code).toBe('no-power');
    answer = 1;
    said.length = 0;
    expect((await rig.execute('unlock', { fixture: 'fridge-door' })).failure_code).toBe('time-out');
    expect(said.at(-1)).toBe('stop');
  });

  test('claim the parts of the robot that their contract names', async () => {
    await start(`${doorContract}skills:
  navigate: { backend: action-client, action: /theirs/navigate_to_pose }
  unlock: { backend: service-client, service: /theirs/unlock, type: std_srvs/srv/Trigger }
`);
    const navigation = new NavigationServer(server, 'navigate_to_pose', () => rig);
    navigation.how = 'hang';
    const running = await rig.begin('navigate', { target: 'table' });
    await pass(1);
    expect(await rig.execute('unlock', { fixture: 'fridge-door' })).toMatchObject({
      failure_code: 'unavailable',
      message: expect.stringContaining('which navigate is using'),
    });
    running.cancel();
    await settle(running.result);
  });

  test('are listed with their own contracts', async () => {
    await start(`${doorContract}skills:
  unlock: { backend: service-client, service: /theirs/unlock, type: std_srvs/srv/Trigger }
`);
    const list = rig.client.createClient('efferent_interfaces/srv/ListSkills', 'list_skills');
    const { skills } = await settle(list.sendRequestAsync({}, { timeoutMs: 1000 }));
    expect(skills).toMatchObject([{ name: 'unlock', backend: 'service-client', resources: ['base'] }]);
    expect(skills[0]!.failure_codes).toContain('no-power');
  });
});
