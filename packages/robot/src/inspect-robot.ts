import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ConfigurationError, describeError } from '@efferent/core';
import { CollisionChecker } from './collision-checker.ts';
import { type Findings, inspectUrdf } from './inspect-urdf.ts';
import { loadRobotFolder, parseManifest } from './load-robot-model.ts';
import { PlanningScene } from './planning-scene.ts';
import { ReachKinematics } from './reach-kinematics.ts';
import type { RobotManifest } from './robot-manifest.ts';
import type { RobotModel } from './robot-model.ts';

/** Poses that the nodes take from the manifest: at the start, with something in the hand, after homing. */
const neededPoses = ['stow', 'carry', 'home'] as const;
/** Wheels that differ from the URDF by more than this are worth a word, m. */
const wheelToleranceM = 0.005;

export interface RobotInspection extends Findings {
  /** Absent when the files do not make a robot. */
  readonly model: RobotModel | undefined;
}

/**
 * Looks a robot's folder through and names everything that is wrong or unusual in it.
 *
 * @param folder - holds `robot.yaml` and the URDF that it names
 * @throws {@link ConfigurationError} code `unknown-robot` when there is no `robot.yaml`
 */
export function inspectRobot(folder: string): RobotInspection {
  const manifestFile = join(folder, 'robot.yaml');
  if (!existsSync(manifestFile))
    throw new ConfigurationError({
      code: 'unknown-robot',
      message: `there is no ${manifestFile}; a robot is a folder with robot.yaml and a URDF`,
      fields: { file: manifestFile },
    });
  let manifest: RobotManifest;
  try {
    manifest = parseManifest(readFileSync(manifestFile, 'utf8'), manifestFile);
  } catch (error) {
    return { problems: describeError(error).split('\n'), notes: [], model: undefined };
  }
  const urdfFile = join(folder, manifest.urdf);
  const urdf: Findings = existsSync(urdfFile)
    ? inspectUrdf(readFileSync(urdfFile, 'utf8'), urdfFile)
    : { problems: [`${manifestFile}: urdf: there is no file ${manifest.urdf} beside it`], notes: [] };
  if (urdf.problems.length > 0) return { ...urdf, model: undefined };
  let model: RobotModel;
  try {
    model = loadRobotFolder(folder);
  } catch (error) {
    return { problems: describeError(error).split('\n'), notes: urdf.notes, model: undefined };
  }
  const inspector = new Inspector(model, manifestFile);
  inspector.inspect(basename(folder));
  return { problems: inspector.problems, notes: [...urdf.notes, ...inspector.notes], model };
}

/** Looks for what loads, and yet does not work. */
class Inspector {
  readonly problems: string[] = [];
  readonly notes: string[] = [];
  readonly #model: RobotModel;
  readonly #file: string;

  constructor(model: RobotModel, file: string) {
    this.#model = model;
    this.#file = file;
  }

  inspect(folderName: string): void {
    const { id, namespace, gripper, arm } = this.#model.manifest;
    if (id !== folderName)
      this.#problem('id', `is "${id}", expected the name of its folder, "${folderName}"`);
    if (namespace !== `/${id}`)
      this.#problem('namespace', `is ${namespace}, expected /${id}, where the launch files put its nodes`);
    this.#inspectNames();
    this.#inspectCommands();
    this.#inspectPoses();
    this.#inspectBase();
    for (const pad of gripper.pads)
      if (this.#model.links[this.#model.linkIndex(pad)]?.collision.length === 0)
        this.#problem('gripper.pads', `link "${pad}" has no <collision>, so that it can grasp nothing`);
    if (arm === undefined && !this.#model.isFixed)
      this.notes.push(
        `${this.#file}: arm: is not given: navigate, look and stow work; pick, place, open, close, press, wipe and offer need an arm that lifts, extends sideways and turns its wrist`,
      );
    else if (arm !== undefined) this.#attempt('arm', () => new ReachKinematics(this.#model));
  }

  #inspectNames(): void {
    const { cameras } = this.#model.manifest;
    if (cameras.length === 0)
      this.#problem('cameras', 'is empty; the simulator, the detector, the skills and the agent need one');
  }

  /** Every actuator must be in a group, whose controller moves it, and in what the driver is sent. */
  #inspectCommands(): void {
    const { groups, driver } = this.#model.manifest;
    const grouped = new Set(Object.values(groups).flat());
    const sent = driver.joint_pose_order;
    for (const { name, jointIndices } of this.#model.actuators) {
      if (!grouped.has(name))
        this.#problem('groups', `no group has "${name}", so that no controller moves it`);
      const isSent = [name, ...jointIndices.map((index) => this.#model.jointNames[index]!)].some((each) =>
        sent.includes(each),
      );
      if (!isSent)
        this.#problem('driver.joint_pose_order', `"${name}" is missing, so that it is never commanded`);
    }
    for (const name of sent)
      if (this.#model.findActuator(name) < 0 && !this.#model.jointNames.includes(name))
        this.#note(
          'driver.joint_pose_order',
          `"${name}" is no actuator and no joint: it is always sent as 0`,
        );
    for (const group of ['arm', 'gripper'])
      if (groups[group] === undefined)
        this.#problem('groups', `has no group "${group}", which the skills move`);
  }

  #inspectPoses(): void {
    const { poses } = this.#model.manifest;
    const checker = new CollisionChecker(this.#model, new PlanningScene());
    for (const pose of neededPoses)
      if (poses[pose] === undefined) this.#problem('poses', `has no pose "${pose}"`);
    for (const pose of Object.keys(poses)) {
      const q = this.#model.zeroJointPositions();
      const current = poses.stow === undefined ? undefined : this.#model.namedPose('stow');
      this.#model.jointPositionsFromActuators(this.#model.namedPose(pose, current), q);
      const hit = checker.findCollision(q);
      if (hit !== undefined) this.#problem(`poses.${pose}`, `${hit.first} touches ${hit.second}`);
    }
  }

  #inspectBase(): void {
    if (!this.#model.isFixed) this.#inspectWheels();
    const outline = this.#model.manifest.base.footprint_m;
    const area = outline.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = outline[(i + 1) % outline.length]!;
      return sum + x * nextY - nextX * y;
    }, 0);
    if (area <= 0) this.#problem('base.footprint_m', 'is not counter-clockwise');
  }

  #inspectWheels(): void {
    const { base } = this.#model.mobile;
    const poses = this.#model.linkPoses(this.#model.zeroJointPositions());
    const at = (joint: string) =>
      poses.get(this.#model.urdf.joints.find(({ name }) => name === joint)?.child ?? '')?.translation ?? [
        0, 0, 0,
      ];
    const [left, right] = [at(base.left_wheel_joint), at(base.right_wheel_joint)];
    const apartM = left[1] - right[1];
    if (Math.abs(apartM - base.wheel_separation_m) > wheelToleranceM)
      this.#note(
        'base.wheel_separation_m',
        `is ${base.wheel_separation_m}; in the URDF ${apartM.toFixed(3)} m`,
      );
    if (Math.abs(left[2] - base.wheel_radius_m) > wheelToleranceM)
      this.#note(
        'base.wheel_radius_m',
        `is ${base.wheel_radius_m}; in the URDF the wheels' axis is ${left[2].toFixed(3)} m above the root link, which must lie on the floor`,
      );
  }

  #attempt(field: string, work: () => unknown): void {
    try {
      work();
    } catch (error) {
      this.#problem(field, describeError(error));
    }
  }

  #problem(field: string, reason: string): void {
    this.problems.push(`${this.#file}: ${field}: ${reason}`);
  }

  #note(field: string, reason: string): void {
    this.notes.push(`${this.#file}: ${field}: ${reason}`);
  }
}
