import { fileURLToPath } from 'node:url';
import type { MessageTypes } from '@efferent/interfaces';
import { createLockstep, goalStatus, type Lockstep, type NodeModule, type RosNode } from '@efferent/ros';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controllersNode } from './controllers-node.ts';
import { DriverPoseCodec } from './driver-pose.ts';
import { gateNode } from './gate-node.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { statePublisherNode } from './state-publisher-node.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const model = loadRobotModel([repository], 'stretch');
const second = 1_000_000_000n;
const periodNs = 10_000_000n;
const at = (name: string) => model.actuatorIndex(name);
const options = { timeoutMs: 60_000 };

/** A driver that does what it is told at once; it can refuse, be runstopped, and hold the gripper open. */
class TestDriver {
  readonly positions = model.namedPose('home');
  mode = 'position';
  isStreaming = false;
  isRunstopped = false;
  refusals = 0;
  minApertureM = 0;
  stopHeartbeat = true;
  stopPressed = false;
  readonly twists: number[] = [];
  poses = 0;
  switches = 0;

  constructor(node: RosNode) {
    const codec = new DriverPoseCodec(model);
    const states = node.createPublisher('sensor_msgs/msg/JointState', 'joint_states');
    const mode = node.createPublisher('std_msgs/msg/String', 'mode');
    const runstopped = node.createPublisher('std_msgs/msg/Bool', 'is_runstopped');
    const stop = node.createPublisher('efferent_interfaces/msg/StopState', '/stop/state');
    node.createService('std_srvs/srv/Trigger', 'switch_to_navigation_mode', () => {
      this.switches++;
      if (this.refusals-- > 0) return { success: false, message: 'motors are warm' };
      this.mode = 'navigation';
      return { success: true, message: '' };
    });
    node.createService('std_srvs/srv/Trigger', 'activate_streaming_position', () => {
      this.isStreaming = true;
      return { success: true, message: '' };
    });
    node.createSubscription(
      'geometry_msgs/msg/Twist',
      'cmd_vel',
      {},
      ({ linear }) => void this.twists.push(linear.x),
    );
    node.createSubscription('std_msgs/msg/Float64MultiArray', 'joint_pose_cmd', {}, ({ data }) => {
      this.poses++;
      codec.decode(data, this.positions);
      this.positions[at('gripper_aperture')] = Math.max(
        this.minApertureM,
        this.positions[at('gripper_aperture')]!,
      );
    });
    let ticks = 0;
    node.createTimer(periodNs, () => {
      states.publish({
        header: { stamp: stamp(node) },
        name: model.actuators.map(({ name }) => name),
        position: this.positions.slice(),
        velocity: new Float64Array(8),
        effort: new Float64Array(8),
      });
      if (ticks++ % 5 !== 0) return;
      mode.publish({ data: this.isRunstopped ? 'runstopped' : this.mode });
      runstopped.publish({ data: this.isRunstopped });
      if (this.stopHeartbeat) stop.publish({ stopped: this.stopPressed, reason: '' });
    });
  }
}
const stamp = (node: RosNode) => ({
  sec: Number(node.clock.nowNs() / second),
  nanosec: Number(node.clock.nowNs() % second),
});

let lockstep: Lockstep;
let driver: TestDriver;
let client: RosNode;
let status: MessageTypes['efferent_interfaces/msg/GateStatus'] | undefined;
const run = (seconds: number) =>
  lockstep.advanceTo(lockstep.clock.nowNs() + BigInt(Math.round(seconds * 1e9)));
const start = async (module: NodeModule) => {
  const node = await lockstep.context.createNode(module.name, { namespace: '/stretch' });
  return module.start(node, { jobs: lockstep.jobs, workspaceFolders: [repository] });
};
/** Lets virtual time pass until the promise settles. */
const settle = async <T>(promise: Promise<T>): Promise<T> => {
  let done = false;
  const mark = () => {
    done = true;
  };
  promise.then(mark, mark);
  await lockstep.runUntil(() => done, lockstep.clock.nowNs() + 60n * second);
  return promise;
};

beforeEach(async () => {
  lockstep = createLockstep({ logSink: () => undefined });
  driver = new TestDriver(await lockstep.context.createNode('driver', { namespace: '/stretch' }));
  client = await lockstep.context.createNode('client', { namespace: '/stretch' });
  status = undefined;
  client.createSubscription('efferent_interfaces/msg/GateStatus', 'gate/status', {}, (message) => {
    status = message;
  });
});
afterEach(() => lockstep.shutdown());

describe('the gate', () => {
  beforeEach(async () => {
    await start(gateNode);
  });
  const drive = (source: 'agent' | 'human', speed: number) => {
    const publisher = client.createPublisher('geometry_msgs/msg/TwistStamped', `gate/${source}/cmd_vel`);
    return client.createTimer(50_000_000n, () =>
      publisher.publish({ header: { stamp: stamp(client) }, twist: { linear: { x: speed } } }),
    );
  };

  test('switches the driver to streamed navigation before it forwards anything', async () => {
    drive('agent', 0.2);
    await run(0.02);
    expect(driver.twists).toEqual([]);
    await run(1);
    expect(driver.mode).toBe('navigation');
    expect(driver.isStreaming).toBe(true);
    expect(driver.twists.at(-1)).toBeCloseTo(0.2);
    expect(status?.source).toBe('agent');
  });

  test('says why the driver is not ready, and tries only a bounded number of times', async () => {
    driver.refusals = 1000;
    await run(5);
    expect(status?.stopped).toBe(true);
    expect(status?.reason).toMatch(/does not switch to navigation: .*motors are warm/);
    await run(60);
    const { switches } = driver;
    expect(switches).toBeLessThanOrEqual(6);
    await run(60);
    expect(driver.switches).toBe(switches);
  });

  test('recovers when the driver agrees after some refusals, and after a runstop', async () => {
    driver.refusals = 2;
    await run(5);
    expect(status?.stopped).toBe(false);
    driver.isRunstopped = true;
    await run(0.3);
    expect(status?.reason).toMatch(/runstopped/);
    driver.isRunstopped = false;
    driver.mode = 'position';
    driver.isStreaming = false;
    await run(2);
    expect(driver.isStreaming).toBe(true);
    expect(status?.stopped).toBe(false);
  });

  test('stops when the stop button is pressed and when the stop process falls silent', async () => {
    await run(1);
    drive('agent', 0.2);
    await run(1);
    driver.stopPressed = true;
    await run(0.3);
    expect(driver.twists.at(-1)).toBe(0);
    expect(status?.stopped).toBe(true);
    driver.stopPressed = false;
    await run(1);
    expect(driver.twists.at(-1)).toBeCloseTo(0.2);
    driver.stopHeartbeat = false;
    await run(0.55);
    expect(driver.twists.at(-1)).toBe(0);
    expect(status?.reason).toMatch(/stop process is silent/);
  });

  test('hands the robot to the human and back through its service', async () => {
    await run(1);
    drive('agent', 0.2);
    await run(0.5);
    const human = drive('human', -0.1);
    await run(0.5);
    expect(status?.agent_paused).toBe(true);
    expect(driver.twists.at(-1)).toBe(0);
    const takeOver = client.createClient('std_srvs/srv/SetBool', 'gate/take_over');
    await settle(takeOver.sendRequestAsync({ data: true }, options));
    await run(0.5);
    expect(driver.twists.at(-1)).toBeCloseTo(-0.1);
    human.cancel();
    await settle(takeOver.sendRequestAsync({ data: false }, options));
    await run(2);
    expect(driver.twists.at(-1)).toBeCloseTo(0.2);
  });
});

describe('the controllers', () => {
  beforeEach(async () => {
    await start(gateNode);
    await start(controllersNode);
    await run(1);
  });
  const goal = (positions: Readonly<Record<string, number>>, seconds: number) => ({
    trajectory: {
      joint_names: Object.keys(positions),
      points: [
        {
          positions: Float64Array.from(Object.values(positions)),
          time_from_start: { sec: Math.floor(seconds), nanosec: (seconds % 1) * 1e9 },
        },
      ],
    },
  });
  const send = (group: string, request: ReturnType<typeof goal>, onFeedback = () => undefined) =>
    settle(
      client
        .createActionClient(
          'control_msgs/action/FollowJointTrajectory',
          `${group}_controller/follow_joint_trajectory`,
        )
        .sendGoal(request, { ...options, onFeedback }),
    );

  test('move the arm to where the goal says, with feedback on the way', async () => {
    let feedbacks = 0;
    const handle = await send(
      'arm',
      goal({ joint_lift: 0.8, wrist_extension: 0.3 }, 3),
      () => void feedbacks++,
    );
    const { status: ended, result } = await settle(handle.getResult(options));
    expect(ended).toBe(goalStatus.succeeded);
    expect(result.error_code).toBe(0);
    expect(driver.positions[at('joint_lift')]).toBeCloseTo(0.8, 2);
    expect(driver.positions[at('wrist_extension')]).toBeCloseTo(0.3, 2);
    expect(feedbacks).toBeGreaterThan(20);
    const sent = driver.poses;
    await run(2);
    expect(driver.poses - sent).toBeLessThan(40);
  });

  test.each([
    ['joints of another group', goal({ joint_head_pan: 0.1 }, 1), -2],
    ['positions outside the limits', goal({ joint_lift: 1.4 }, 1), -1],
    ['positions that are not numbers', goal({ joint_lift: Number.NaN }, 1), -1],
    ['no points', { trajectory: { joint_names: ['joint_lift'], points: [] } }, -1],
    [
      'a start long ago',
      {
        trajectory: {
          ...goal({ joint_lift: 0.7 }, 0.1).trajectory,
          header: { stamp: { sec: 0, nanosec: 5 } },
        },
      },
      -3,
    ],
  ])('refuse goals with %s', async (_name, request, code) => {
    const handle = await send('arm', request as ReturnType<typeof goal>);
    const { status: ended, result } = await settle(handle.getResult(options));
    expect(ended).toBe(goalStatus.aborted);
    expect(result.error_code).toBe(code);
    expect(result.error_string).not.toBe('');
  });

  test('abort a motion that is faster than the gate allows, and say what the joint lacks', async () => {
    const handle = await send('arm', goal({ joint_lift: 1.1 }, 0.5));
    const { status: ended, result } = await settle(handle.getResult(options));
    expect(ended).toBe(goalStatus.aborted);
    expect(result.error_code).toBe(-4);
    expect(result.error_string).toMatch(/joint_lift is 0\.1\d+ m off its path/);
  });

  test('hold still when a goal is cancelled', async () => {
    const handle = await send('arm', goal({ joint_lift: 1.0 }, 4));
    await run(1);
    await settle(handle.cancelGoal(options));
    const { status: ended } = await settle(handle.getResult(options));
    expect(ended).toBe(goalStatus.canceled);
    await run(0.4);
    const held = driver.positions[at('joint_lift')];
    await run(1);
    expect(driver.positions[at('joint_lift')]).toBe(held);
    expect(held).toBeLessThan(0.8);
  });

  test('replace a running goal by a newer one without a jump', async () => {
    const first = await send('arm', goal({ joint_lift: 0.9 }, 3));
    await run(1.5);
    const before = driver.positions[at('joint_lift')]!;
    const secondGoal = await send('arm', goal({ joint_lift: 0.7 }, 2));
    expect((await settle(first.getResult(options))).status).toBe(goalStatus.aborted);
    await run(0.1);
    expect(Math.abs(driver.positions[at('joint_lift')]! - before)).toBeLessThan(0.02);
    expect((await settle(secondGoal.getResult(options))).status).toBe(goalStatus.succeeded);
    expect(driver.positions[at('joint_lift')]).toBeCloseTo(0.7, 2);
  });

  test('count a gripper that closes on something as success, and say at which aperture', async () => {
    driver.minApertureM = 0.058;
    const handle = await send('gripper', goal({ gripper_aperture: 0 }, 1));
    const { status: ended, result } = await settle(handle.getResult(options));
    expect(ended).toBe(goalStatus.succeeded);
    expect(result.error_string).toBe('stalled on contact at 0.058 m');
  });

  test('wait while the gate holds the robot for a moment, and then go on from there', async () => {
    const handle = await send('arm', goal({ joint_lift: 0.9 }, 3));
    await run(1);
    driver.stopHeartbeat = false;
    await run(4);
    const held = driver.positions[at('joint_lift')]!;
    expect(held).toBeLessThan(0.8);
    driver.stopHeartbeat = true;
    const { status: ended } = await settle(handle.getResult(options));
    expect(ended).toBe(goalStatus.succeeded);
    expect(driver.positions[at('joint_lift')]).toBeCloseTo(0.9, 2);
  });

  test('abort when the robot is stopped, with the reason of the gate', async () => {
    const handle = await send('arm', goal({ joint_lift: 1.0 }, 4));
    await run(1);
    driver.stopPressed = true;
    const { status: ended, result } = await settle(handle.getResult(options));
    expect(ended).toBe(goalStatus.aborted);
    expect(result.error_string).toMatch(/the gate says: stopped: by the Stop button/);
  });
});

describe('the state publisher', () => {
  test('publishes the URDF and transforms that agree with forward kinematics', async () => {
    await start(statePublisherNode);
    const late = await lockstep.context.createNode('late');
    let description = '';
    const transforms = new Map<string, MessageTypes['geometry_msgs/msg/TransformStamped']>();
    const latched = {
      history: 'keep-last',
      depth: 100,
      reliability: 'reliable',
      durability: 'transient-local',
    } as const;
    late.createSubscription(
      'std_msgs/msg/String',
      '/stretch/robot_description',
      { qos: latched },
      ({ data }) => {
        description = data;
      },
    );
    for (const topic of ['/tf', '/tf_static']) {
      late.createSubscription(
        'tf2_msgs/msg/TFMessage',
        topic,
        topic === '/tf' ? {} : { qos: latched },
        (message) => {
          for (const transform of message.transforms) transforms.set(transform.child_frame_id, transform);
        },
      );
    }
    await run(1);
    expect(description).toBe(model.urdfText);
    expect(transforms.size).toBe(model.links.length - 1);
    const poses = model.linkPoses(
      model.jointPositionsFromActuators(driver.positions, model.zeroJointPositions()),
    );
    for (const [child, { header, transform }] of transforms) {
      const expected = poses.get(header.frame_id)!.inverse().multiply(poses.get(child)!);
      expect(transform.translation.x).toBeCloseTo(expected.translation[0], 9);
      expect(transform.translation.z).toBeCloseTo(expected.translation[2], 9);
      expect(Math.abs(transform.rotation.w)).toBeCloseTo(Math.abs(expected.rotation[3]), 9);
    }
  });
});
