import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, parseWithSchema, parseYaml } from '@efferent/core';
import type { Actuator } from './actuator.ts';
import { findMesh, measureMesh } from './mesh-box.ts';
import { type ActuatorManifest, type RobotManifest, robotManifestSchema } from './robot-manifest.ts';
import { movableJoints, RobotModel } from './robot-model.ts';
import { parseUrdf, type Urdf } from './urdf.ts';

/** What to call the two texts in messages. */
export interface RobotFileNames {
  readonly manifest: string;
  readonly urdf: string;
}

/**
 * Loads `robots/<id>/robot.yaml` and its URDF from the first workspace folder that has them.
 *
 * @param workspaceFolders - folders that hold `robots/`, searched in order
 * @throws {@link ConfigurationError} codes `unknown-robot`, `invalid-file`, `invalid-urdf`, `invalid-robot`
 */
export function loadRobotModel(workspaceFolders: readonly string[], id: string): RobotModel {
  return loadRobotFolder(findRobotFolder(workspaceFolders, id));
}

/** Finds the first `robots/<id>` that has a `robot.yaml`. @throws {@link ConfigurationError} code `unknown-robot` */
export function findRobotFolder(workspaceFolders: readonly string[], id: string): string {
  const folder = workspaceFolders
    .map((workspace) => join(workspace, 'robots', id))
    .find((path) => existsSync(join(path, 'robot.yaml')));
  if (folder !== undefined) return folder;
  const known = listRobots(workspaceFolders);
  throw new ConfigurationError({
    code: 'unknown-robot',
    message: `there is no robot "${id}"; the workspace has ${known.join(', ') || 'none'} (robots/<id>/robot.yaml)`,
    fields: { id, known, workspaceFolders },
  });
}

/** Loads the robot of a folder that holds `robot.yaml`. @throws as {@link loadRobotModel} */
export function loadRobotFolder(folder: string): RobotModel {
  const manifestFile = join(folder, 'robot.yaml');
  const manifest = parseManifest(readFileSync(manifestFile, 'utf8'), manifestFile);
  const urdfFile = join(folder, manifest.urdf);
  if (!existsSync(urdfFile)) {
    throw new ConfigurationError({
      code: 'invalid-robot',
      message: `${manifestFile}: urdf: there is no file ${manifest.urdf} beside it`,
      fields: { file: manifestFile, field: 'urdf' },
    });
  }
  return makeRobotModel(readFileSync(urdfFile, 'utf8'), manifest, { manifest: manifestFile, urdf: urdfFile });
}

/** Lists the ids of the robots in the workspace folders, sorted. */
export function listRobots(workspaceFolders: readonly string[]): string[] {
  const ids = workspaceFolders
    .map((workspace) => join(workspace, 'robots'))
    .filter((path) => existsSync(path))
    .flatMap((path) => readdirSync(path).filter((id) => existsSync(join(path, id, 'robot.yaml'))));
  return [...new Set(ids)].sort();
}

/** Ids of the robots that a parameter lists, separated by commas. */
export const listedRobots = (names: string): readonly string[] =>
  names
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/** Makes a model from the texts of a URDF and a manifest; `files` names them in messages. */
export function parseRobotModel(urdfText: string, manifestText: string, files: RobotFileNames): RobotModel {
  return makeRobotModel(urdfText, parseManifest(manifestText, files.manifest), files);
}

function makeRobotModel(urdfText: string, manifest: RobotManifest, files: RobotFileNames): RobotModel {
  const urdf = parseUrdf(urdfText, files.urdf, (mesh) => measureMesh(findMesh(mesh, files.urdf)));
  const check = new ManifestCheck(manifest, urdf, files.manifest);
  const actuators = check.actuators();
  check.throwProblems();
  return new RobotModel(manifest, urdf, urdfText, actuators);
}

/** Checks the text of a `robot.yaml` against its schema. @throws {@link ConfigurationError} code `invalid-file` */
export function parseManifest(text: string, file: string): RobotManifest {
  return parseWithSchema(robotManifestSchema, parseYaml(text, file), file);
}

/** Checks the names that the manifest and the URDF share; goes on after a problem, so that all are named at once. */
class ManifestCheck {
  readonly #problems: { readonly field: string; readonly reason: string }[] = [];
  readonly #manifest: RobotManifest;
  readonly #file: string;
  readonly #urdf: Urdf;
  readonly #jointNames: readonly string[];

  constructor(manifest: RobotManifest, urdf: Urdf, file: string) {
    this.#manifest = manifest;
    this.#file = file;
    this.#urdf = urdf;
    this.#jointNames = movableJoints(urdf).map((joint) => joint.name);
  }

  actuators(): Actuator[] {
    const manifest = this.#manifest;
    const { base, frames, gripper, groups, poses, self_collision, cameras } = manifest;
    const actuators = this.#manifest.actuators.map((entry, i) => this.#actuator(entry, `actuators.${i}`));
    const names = actuators.map((actuator) => actuator.name);
    if (new Set(names).size !== names.length) this.#fail('actuators', 'two actuators have the same name');
    this.#known('frames', Object.values(frames), this.#linkNames(), 'link');
    this.#known(
      'cameras',
      cameras.map((camera) => camera.frame),
      this.#linkNames(),
      'link',
    );
    if ('lidar' in manifest) this.#known('lidar.frame', [manifest.lidar.frame], this.#linkNames(), 'link');
    this.#known('gripper.pads', gripper.pads, this.#linkNames(), 'link');
    this.#known('self_collision', self_collision.flat(2), this.#linkNames(), 'link');
    if (base.kind === 'differential')
      this.#known('base', [base.left_wheel_joint, base.right_wheel_joint], this.#jointNames, 'movable joint');
    this.#known('gripper.actuator', [gripper.actuator], names, 'actuator');
    this.#known('arm', Object.values(this.#manifest.arm ?? {}), names, 'actuator');
    this.#known('head', Object.values(this.#manifest.head ?? {}), names, 'actuator');
    for (const [group, members] of Object.entries(groups))
      this.#known(`groups.${group}`, members, names, 'actuator');
    for (const [pose, positions] of Object.entries(poses))
      this.#checkPose(`poses.${pose}`, positions, actuators, names);
    if (this.#urdf.rootLink !== frames.base) {
      this.#fail('frames.base', `is ${frames.base}, but the root link of the URDF is ${this.#urdf.rootLink}`);
    }
    return actuators;
  }

  #linkNames(): string[] {
    return this.#urdf.links.map((link) => link.name);
  }

  #actuator(entry: ActuatorManifest, field: string): Actuator {
    const jointNames =
      entry.joint === undefined ? (entry.sum ?? entry.aperture?.joints ?? []) : [entry.joint];
    this.#known(field, jointNames, this.#jointNames, 'movable joint');
    const joints = this.#urdf.joints.filter((joint) => jointNames.includes(joint.name));
    const speedShare = entry.sum === undefined ? 1 : jointNames.length;
    if (
      entry.aperture === undefined &&
      joints.some((joint) => entry.max_velocity > joint.velocity * speedShare + 1e-9)
    ) {
      this.#fail(`${field}.max_velocity`, `${entry.max_velocity} is above what the URDF allows`);
    }
    const limits =
      entry.lower !== undefined && entry.upper !== undefined
        ? { lower: entry.lower, upper: entry.upper }
        : { lower: sum(joints.map((joint) => joint.lower)), upper: sum(joints.map((joint) => joint.upper)) };
    if (joints.length > 0 && (!Number.isFinite(limits.lower) || !(limits.lower < limits.upper)))
      this.#fail(field, 'has no finite position limits');
    return {
      name: entry.name,
      unit: entry.aperture !== undefined || joints[0]?.type === 'prismatic' ? 'm' : 'rad',
      ...limits,
      maxVelocity: entry.max_velocity,
      maxAcceleration: entry.max_acceleration,
      maxForce: entry.max_force,
      jointIndices: jointNames.map((name) => this.#jointNames.indexOf(name)),
      mapping: entry.sum !== undefined ? 'sum' : entry.aperture !== undefined ? 'aperture' : 'direct',
      fingerLengthM: entry.aperture?.finger_length_m ?? 0,
    };
  }

  #checkPose(
    field: string,
    positions: Readonly<Record<string, number>>,
    actuators: readonly Actuator[],
    names: readonly string[],
  ): void {
    this.#known(field, Object.keys(positions), names, 'actuator');
    for (const { name, lower, upper } of actuators) {
      const position = positions[name];
      // Without limits the actuator itself has been named already.
      if (!(lower < upper)) continue;
      if (position !== undefined && (position < lower - 1e-9 || position > upper + 1e-9)) {
        this.#fail(`${field}.${name}`, `${position} is outside its limits ${lower}..${upper}`);
      }
    }
  }

  #known(field: string, names: readonly string[], known: readonly string[], what: string): void {
    const wrong = names.find((name) => !known.includes(name));
    if (wrong !== undefined)
      this.#fail(
        field,
        `"${wrong}" is not ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}; there are ${known.join(', ')}`,
      );
  }

  #fail(field: string, reason: string): void {
    this.#problems.push({ field, reason });
  }

  /** @throws {@link ConfigurationError} code `invalid-robot`, one line a problem */
  throwProblems(): void {
    if (this.#problems.length === 0) return;
    throw new ConfigurationError({
      code: 'invalid-robot',
      message: this.#problems.map(({ field, reason }) => `${this.#file}: ${field}: ${reason}`).join('\n'),
      fields: { file: this.#file, problems: this.#problems },
    });
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
