import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Transform } from '@efferent/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DriverPoseCodec } from './driver-pose.ts';
import { listRobots, loadRobotModel, parseRobotModel } from './load-robot-model.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const model = loadRobotModel([repository], 'stretch');
const urdfText = readFileSync(`${repository}/robots/stretch/stretch.urdf`, 'utf8');
const manifestText = readFileSync(`${repository}/robots/stretch/robot.yaml`, 'utf8');
const files = { manifest: 'robot.yaml', urdf: 'stretch.urdf' };

const jointPositions = (fractions: readonly number[]): Float64Array =>
  Float64Array.from(model.jointNames, (_name, i) => {
    const lower = Math.max(model.lower[i]!, -3);
    return lower + (Math.min(model.upper[i]!, 3) - lower) * fractions[i]!;
  });
const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  minLength: model.jointNames.length,
  maxLength: model.jointNames.length,
});

describe('every registered robot', () => {
  test.each(listRobots([repository]))('%s loads, and every named pose is within its limits', (id) => {
    const robot = loadRobotModel([repository], id);
    expect(robot.id).toBe(id);
    for (const name of Object.keys(robot.manifest.poses)) {
      robot.namedPose(name).forEach((position, i) => {
        expect(position).toBeGreaterThanOrEqual(robot.actuators[i]!.lower);
        expect(position).toBeLessThanOrEqual(robot.actuators[i]!.upper);
      });
    }
  });
});

describe('forward kinematics', () => {
  test('agrees with composing the transforms of the URDF joint by joint', () => {
    fc.assert(
      fc.property(fractions, (values) => {
        const q = jointPositions(values);
        const poses = model.linkPoses(q);
        for (const joint of model.urdf.joints) {
          const source = joint.mimic ?? { joint: joint.name, multiplier: 1, offset: 0 };
          const index = model.jointNames.indexOf(source.joint);
          const position = index < 0 ? 0 : q[index]! * source.multiplier + source.offset;
          const motion =
            joint.type === 'prismatic'
              ? new Transform(
                  [joint.axis[0] * position, joint.axis[1] * position, joint.axis[2] * position],
                  [0, 0, 0, 1],
                )
              : new Transform(
                  [0, 0, 0],
                  [
                    joint.axis[0] * Math.sin(position / 2),
                    joint.axis[1] * Math.sin(position / 2),
                    joint.axis[2] * Math.sin(position / 2),
                    Math.cos(position / 2),
                  ],
                );
          const expected = poses.get(joint.parent)!.multiply(joint.parentFromJoint).multiply(motion);
          const actual = poses.get(joint.child)!;
          expected.apply([0.1, 0.2, 0.3]).forEach((value, i) => {
            expect(actual.apply([0.1, 0.2, 0.3])[i]).toBeCloseTo(value, 9);
          });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('puts the pads of the Stretch gripper a commanded aperture apart', () => {
    for (const aperture of [0, 0.03, 0.08, 0.16]) {
      const commanded = model.namedPose('home');
      commanded[model.actuatorIndex('gripper_aperture')] = aperture;
      const poses = model.linkPoses(model.jointPositionsFromActuators(commanded, model.zeroJointPositions()));
      const toolFromBase = poses.get('link_grasp_center')!.inverse();
      const left = toolFromBase.multiply(poses.get('link_gripper_fingertip_left')!).apply([0, -0.02, 0]);
      const right = toolFromBase.multiply(poses.get('link_gripper_fingertip_right')!).apply([0, 0.02, 0]);
      expect(left[1] - right[1]).toBeCloseTo(aperture, 9);
      expect(Math.abs(left[0])).toBeLessThan(0.03);
    }
  });

  test('extends the arm of the Stretch to the right and lifts it up', () => {
    const low = model.namedPose('home');
    const high = low.slice();
    high[model.actuatorIndex('joint_lift')]! += 0.2;
    high[model.actuatorIndex('wrist_extension')]! += 0.3;
    const at = (commanded: Float64Array) =>
      model.baseFromLink(
        model.jointPositionsFromActuators(commanded, model.zeroJointPositions()),
        'link_grasp_center',
      ).translation;
    const [a, b] = [at(low), at(high)];
    expect(b[0] - a[0]).toBeCloseTo(0, 9);
    expect(b[1] - a[1]).toBeCloseTo(-0.3, 9);
    expect(b[2] - a[2]).toBeCloseTo(0.2, 9);
  });
});

describe('commanded joints', () => {
  test('survive the way to URDF joints and to the driver array and back', () => {
    const codec = new DriverPoseCodec(model);
    fc.assert(
      fc.property(fractions, (values) => {
        const commanded = Float64Array.from(
          model.actuators,
          ({ lower, upper }, i) => lower + (upper - lower) * values[i]!,
        );
        const joints = model.jointPositionsFromActuators(commanded, model.zeroJointPositions());
        const back = model.actuatorPositionsFromJoints(joints, new Float64Array(commanded.length));
        const driver = codec.encode(commanded, new Float64Array(codec.length));
        const decoded = codec.decode(driver, new Float64Array(commanded.length));
        commanded.forEach((value, i) => {
          expect(back[i]).toBeCloseTo(value, 9);
          expect(decoded[i]).toBeCloseTo(value, 9);
        });
      }),
    );
  });
});

describe('a wrong file', () => {
  test.each([
    ['urdf', 'upper="1.1"', 'upper="tall"', /stretch\.urdf:\d+: upper="tall", expected a number/],
    ['urdf', '<box size="0.33 0.30 0.12"/>', '<blob/>', /stretch\.urdf:\d+: <visual> has no box/],
    [
      'urdf',
      'child link="link_mast"',
      'child link="link_mats"',
      /joint "joint_mast" names the link "link_mats"/,
    ],
    [
      'urdf',
      'type="prismatic"',
      'type="sliding"',
      /stretch\.urdf:\d+: joint "joint_lift" has type "sliding"/,
    ],
    ['urdf', '</robot>', '', /stretch\.urdf.*not XML/],
    [
      'manifest',
      'joint: joint_lift,',
      'joint: joint_left,',
      /robot\.yaml: actuators\.0: "joint_left" is not a movable joint/,
    ],
    [
      'manifest',
      'max_velocity: 0.15',
      'max_velocity: 5',
      /robot\.yaml: actuators\.0\.max_velocity: 5 is above/,
    ],
    ['manifest', 'wheel_radius_m: 0.0508', 'wheel_radius_m: -1', /robot\.yaml: base\.wheel_radius_m: /],
    [
      'manifest',
      'joint_lift: 0.25',
      'joint_lift: 2.5',
      /robot\.yaml: poses\.stow\.joint_lift: 2\.5 is outside its limits 0\.\.1\.1/,
    ],
    [
      'manifest',
      'tool: link_grasp_center',
      'tool: link_grasp',
      /robot\.yaml: frames: "link_grasp" is not a link/,
    ],
  ])('of the %s with %s changed to %s is refused by name', (which, from, to, expected) => {
    const urdf = which === 'urdf' ? urdfText.replace(from, to) : urdfText;
    const manifest = which === 'manifest' ? manifestText.replace(from, to) : manifestText;
    expect(urdf !== urdfText || manifest !== manifestText).toBe(true);
    expect(() => parseRobotModel(urdf, manifest, files)).toThrow(expected);
  });

  test('of an unknown robot names the robots that exist', () => {
    expect(() => loadRobotModel([repository], 'r2d2')).toThrow(
      /no robot "r2d2"; the workspace has .*stretch/,
    );
  });
});
