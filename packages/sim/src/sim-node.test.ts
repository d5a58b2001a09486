import { fileURLToPath } from 'node:url';
import type { MessageTypes } from '@efferent/interfaces';
import { createLockstep, qosProfiles, type RosNode, type RunningNode } from '@efferent/ros';
import { expect, it } from 'vitest';
import { parseEpisodeReport } from './episode-report.ts';
import { simNode } from './sim-node.ts';

const workspaceFolders = [fileURLToPath(new URL('../../..', import.meta.url))];

async function startSim(parameters: Readonly<Record<string, string | number>>) {
  const lockstep = createLockstep({ seed: 1, logSink: () => undefined });
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    let isDone = false;
    const finish = () => {
      isDone = true;
    };
    promise.then(finish, finish);
    await lockstep.runUntil(() => isDone, lockstep.clock.nowNs() + 30_000_000_000n);
    return promise;
  };
  const rosArguments = { remaps: new Map(), parameters: new Map(Object.entries(parameters)) };
  const node = await settle(lockstep.context.createNode('sim', { rosArguments }));
  const running: RunningNode = await settle(simNode.start(node, { jobs: lockstep.jobs, workspaceFolders }));
  const listener: RosNode = await settle(lockstep.context.createNode('listener'));
  const advance = (durationS: number) => lockstep.advanceTo(lockstep.clock.nowNs() + BigInt(durationS * 1e9));
  const stop = async () => {
    await settle(running.stop());
    await settle(lockstep.shutdown());
  };
  return { lockstep, listener, settle, advance, stop };
}

it('publishes every sensor at its rate, moves by the driver names, and answers the judge', async () => {
  const { listener, settle, advance, stop } = await startSim({ seed: 2, task: 'put-in-bowl' });
  const counts = new Map<string, number>();
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  const qos = qosProfiles.sensorData;
  let joints: MessageTypes['sensor_msgs/msg/JointState'] | undefined;
  let depth: MessageTypes['sensor_msgs/msg/Image'] | undefined;
  let report = '';
  listener.createSubscription('sensor_msgs/msg/JointState', '/stretch/joint_states', { qos }, (message) => {
    count('joint_states');
    joints = message;
  });
  listener.createSubscription('nav_msgs/msg/Odometry', '/stretch/odom', { qos }, () => count('odom'));
  listener.createSubscription('sensor_msgs/msg/LaserScan', '/stretch/scan', { qos }, () => count('scan'));
  listener.createSubscription(
    'sensor_msgs/msg/Image',
    '/stretch/head_camera/depth/image_raw',
    { qos },
    (message) => {
      count('depth');
      depth = message;
    },
  );
  listener.createSubscription('rosgraph_msgs/msg/Clock', '/clock', { qos: qosProfiles.clock }, () =>
    count('clock'),
  );
  listener.createSubscription(
    'std_msgs/msg/String',
    '/sim/episode',
    { qos: qosProfiles.latched },
    ({ data }) => {
      report = data;
    },
  );
  await advance(2);
  expect(Object.fromEntries([...counts].map(([name, n]) => [name, Math.round(n / 2)]))).toEqual({
    joint_states: 100,
    odom: 50,
    scan: 10,
    depth: 5,
    clock: 100,
  });
  expect(joints?.name).toContain('gripper_aperture');
  expect(joints?.name).toContain('joint_arm_l0');
  expect(depth).toMatchObject({ width: 320, height: 240, encoding: '16UC1', step: 640 });

  const call = (name: string) =>
    settle(listener.createClient('std_srvs/srv/Trigger', name).sendRequestAsync({}, { timeoutMs: 5000 }));
  await call('/stretch/switch_to_navigation_mode');
  const twist = listener.createPublisher('geometry_msgs/msg/Twist', '/stretch/cmd_vel', qosProfiles.default);
  const entities = listener.createClient(
    'simulation_interfaces/srv/GetEntitiesStates',
    '/sim/get_entities_states',
  );
  const robotX = async () => {
    const { entities: ids, states } = await settle(entities.sendRequestAsync({}, { timeoutMs: 5000 }));
    return states[ids.indexOf('stretch')]?.pose.position.x ?? Number.NaN;
  };
  const before = await robotX();
  for (let i = 0; i < 10; i++) {
    twist.publish({ linear: { x: 0.2 } });
    await advance(0.1);
  }
  await advance(1);
  const after = await robotX();
  expect(after - before).toBeGreaterThan(0.1);
  await advance(1);
  expect(await robotX()).toBe(after);

  const move = listener.createClient('simulation_interfaces/srv/SetEntityState', '/sim/set_entity_state');
  const wrong = await settle(move.sendRequestAsync({ entity: 'unicorn', state: {} }, { timeoutMs: 5000 }));
  expect(wrong.result).toMatchObject({ result: 2, error_message: 'there is no movable entity "unicorn"' });
  expect(parseEpisodeReport(report)).toMatchObject({ task: 'put-in-bowl', seed: 2, held: [] });
  await call('/scene/reset');
  expect(await robotX()).toBeCloseTo(before, 9);
  await stop();
});

it('refuses a scene, a task and a fault that do not exist, by name', async () => {
  await expect(startSim({ scene: 'garage' })).rejects.toThrow(
    /there is no scene "garage"; the workspace has bedroom, care-room, kitchen/,
  );
  await expect(startSim({ task: 'juggle' })).rejects.toThrow(/has no task "juggle"/);
});
