import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from '@efferent/core';
import { bundledMappingPath, calibrateSynthetic, defaultProtocol, saveCalibration } from '@efferent/emg';
import { qosProfiles } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { setUpEpisode } from '@efferent/runtime/simulation';
import { expect, it, onTestFinished } from 'vitest';

/** action_msgs/msg/GoalStatus STATUS_SUCCEEDED. */
const succeeded = 4;
/** `people.face_separation_m` and `near_speed_mps` of robots/stretch/robot.yaml, with what a braking arm is off. */
const faceSeparationM = 0.12;
const nearSpeedMps = 0.11;
/** Beside the person's chair, the arm pointing across the head: map, m and rad. */
const beside = Transform.fromPlanar(1.22, 0.5, 0);

it('an arm that a person sends to their own face by gestures stops short of it, stays shut, backs out, and is not moved by a spasm', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-face-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const calibration = join(folder, 'person.json');
  const protocol = { ...defaultProtocol, repetitions: 4, holdS: 1, restS: 0.3 };
  await saveCalibration(
    calibration,
    await calibrateSynthetic({ personSeed: 2, sampleRateHz: 2000 }, protocol),
  );
  // Who waits for a drive of the agent's makes no gesture for longer than it takes to fall asleep.
  const mapping = join(folder, 'awake.yaml');
  const bundled = await readFile(bundledMappingPath('stretch'), 'utf8');
  await writeFile(mapping, bundled.replace(/^sleep_after_s:.*$/m, ''));
  const { graph, judge } = await setUpEpisode({
    scene: 'bedroom',
    robot: 'stretch',
    task: 'throw-away',
    seed: 1000,
    launchFile: join(repositoryFolder, 'launch', 'emg-demo.launch.xml'),
    launchArguments: { person: '2', calibration, mapping },
  });
  onTestFinished(() => graph.stop());
  const node = await graph.createNode('efferent_face_test');
  const joints = new Map<string, number>();
  node.createSubscription(
    'sensor_msgs/msg/JointState',
    '/stretch/joint_states',
    { qos: qosProfiles.sensorData },
    ({ name, position }) => {
      for (const [i, each] of name.entries()) joints.set(each, position[i]!);
    },
  );
  const limits = new Set<string>();
  node.createSubscription(
    'efferent_interfaces/msg/GateStatus',
    '/stretch/gate/status',
    { qos: qosProfiles.latched },
    (message) => {
      for (const limit of message.limits) limits.add(limit);
    },
  );
  const activate = node.createPublisher('std_msgs/msg/String', '/emg/activate', qosProfiles.default);
  const hold = async (gesture: string, seconds: number) => {
    activate.publish({ data: gesture });
    await graph.advance(seconds);
    activate.publish({ data: 'rest' });
    await graph.advance(1.2);
  };
  const people = async () => (await graph.runUntilSettled(judge.report(), 10)).people;

  const drive = node.createActionClient('nav2_msgs/action/NavigateToPose', '/stretch/navigate_to_pose');
  const [x, y, z] = beside.translation;
  const [qx, qy, qz, qw] = beside.rotation;
  const pose = { position: { x, y, z }, orientation: { x: qx, y: qy, z: qz, w: qw } };
  const goal = { pose: { header: { frame_id: 'map' }, pose } };
  const handle = await graph.runUntilSettled(drive.sendGoal(goal, { timeoutMs: 5000 }), 6);
  const { status } = await graph.runUntilSettled(handle.getResult({ timeoutMs: 90_000 }), 95);
  expect(status).toBe(succeeded);

  /** Makes a gesture shortly, lets it go, and holds it from then on: how a motion begins near a face. Tries again what failed. */
  const beginTwice = async (gesture: string, joint: string) => {
    for (let attempt = 0; attempt < 4; attempt++) {
      const before = joints.get(joint)!;
      activate.publish({ data: gesture });
      await graph.advance(0.45);
      activate.publish({ data: 'rest' });
      await graph.advance(0.6);
      activate.publish({ data: gesture });
      await graph.advance(1.5);
      if (Math.abs(joints.get(joint)! - before) > 0.02) return;
      activate.publish({ data: 'rest' });
      await graph.advance(1.5);
    }
    throw new Error(`${joint} was not moved by ${gesture}, made twice`);
  };

  await hold('open', 0.9);
  // Where the face comes near, the motion stops and has to be begun anew.
  for (let i = 0; i < 3 && joints.get('joint_lift')! <= 0.95; i++) {
    await beginTwice('wextend 0.8', 'joint_lift');
    await hold('wextend 0.8', 10);
  }
  // The hand is at the height of the face now.
  expect(joints.get('joint_lift')).toBeGreaterThan(0.95);
  const apertureM = joints.get('gripper_aperture')!;
  limits.clear();
  const folded = joints.get('wrist_extension')!;
  await hold('abduct 0.7', 6);
  expect(Math.abs(joints.get('wrist_extension')! - folded), 'made once').toBeLessThan(0.005);
  for (const strength of [0.3, 0.6, 0.9]) {
    activate.publish({ data: `spasm ${strength}` });
    await graph.advance(4);
    expect(Math.abs(joints.get('wrist_extension')! - folded), 'by a spasm').toBeLessThan(0.005);
  }
  await beginTwice('abduct 0.7', 'wrist_extension');
  await graph.advance(12);
  const reachedM = joints.get('wrist_extension')!;
  expect(reachedM).toBeGreaterThan(0.15);
  expect(limits).toContain('people');
  // The muscle still pulls, and the arm stands.
  await graph.advance(2);
  expect(Math.abs(joints.get('wrist_extension')! - reachedM)).toBeLessThan(0.005);
  activate.publish({ data: 'rest' });
  await graph.advance(1.2);
  const parts = await people();
  const head = parts.find(({ part }) => part === 'resident/head')!;
  expect(head.leastDistanceM).toBeGreaterThan(faceSeparationM);
  expect(head.leastDistanceM).toBeLessThan(0.5);
  expect(head.approachMps).toBeLessThan(nearSpeedMps);
  expect(parts.map(({ forceN }) => forceN)).toEqual(parts.map(() => 0));
  expect(joints.get('gripper_aperture')).toBeCloseTo(apertureM, 3);

  const leastM = head.leastDistanceM;
  await hold('supinate', 3);
  expect(joints.get('wrist_extension'), 'made once').toBeCloseTo(reachedM, 2);
  await beginTwice('supinate', 'wrist_extension');
  await hold('supinate', 3);
  expect(joints.get('wrist_extension')).toBeLessThan(reachedM - 0.05);
  expect((await people()).find(({ part }) => part === 'resident/head')!.leastDistanceM).toBe(leastM);
  expect(joints.get('gripper_aperture')).toBeCloseTo(apertureM, 3);

  // A spasm while the arm is on its way: it comes no nearer than before, and stands when the muscles rest.
  await beginTwice('abduct 0.7', 'wrist_extension');
  activate.publish({ data: 'spasm 0.8' });
  await graph.advance(4);
  activate.publish({ data: 'rest' });
  await graph.advance(1.2);
  const stoodM = joints.get('wrist_extension')!;
  await graph.advance(2);
  expect(Math.abs(joints.get('wrist_extension')! - stoodM)).toBeLessThan(0.002);
  const after = await people();
  expect(after.find(({ part }) => part === 'resident/head')!.leastDistanceM).toBeGreaterThan(faceSeparationM);
  expect(after.map(({ forceN }) => forceN)).toEqual(after.map(() => 0));
  expect(joints.get('gripper_aperture')).toBeCloseTo(apertureM, 3);
}, 300_000);
