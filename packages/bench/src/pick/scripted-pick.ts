import { clamp, dot3, norm3, scale3, subtract3, type Vector3 } from '@efferent/core';
import type { Observation, Policy, PolicyManifest } from '@efferent/policy';

/** What the scripted expert looks at; vectors along the axes of the base frame unless said otherwise. */
export interface ScriptedState {
  /** From the tool to the target's centre, m. */
  readonly offsetM: Vector3;
  /** Extent along the tool's axes: approach, closing, across both; m. */
  readonly sizeM: Vector3;
  /** Unit vectors of the tool: where it points, and along which its pads close. */
  readonly approach: Vector3;
  readonly closing: Vector3;
  readonly apertureM: number;
  readonly effortN: number;
  /** Previous command of the gripper, m/s. */
  readonly gripperMps: number;
}

export interface ScriptedCommand {
  /** Velocity of the tool along the axes of the base, m/s. */
  readonly velocityMps: Vector3;
  readonly gripperMps: number;
}

const minEffortN = 2;
const minApertureM = 0.008;
/** The fingertips reach this far beyond the tool's origin and this far to its sides, m. */
const fingerClearanceM = 0.021;
const liftMps = 0.09;

/**
 * One step of a visual servo that grasps: align across the approach, advance, close, lift. A pure function of what is
 * observed now, so that it can be asked anywhere, also where the learned policy has led (DAgger).
 */
export function scriptedPick(state: ScriptedState): ScriptedCommand {
  const holds = -state.effortN >= minEffortN && state.apertureM >= minApertureM;
  if (holds && state.gripperMps <= 0) {
    return { velocityMps: [0, 0, liftMps], gripperMps: -0.05 };
  }
  const goal = graspOffset(state);
  const ahead = dot3(goal, state.approach);
  const across = subtract3(goal, scale3(state.approach, ahead));
  const error = norm3(across);
  const openM = clamp(state.sizeM[1] + 0.05, 0.08, 0.15);
  const isClosing = state.gripperMps < -0.02 && state.apertureM < openM - 0.004;
  const atGrasp = Math.abs(ahead) < (isClosing ? 0.03 : 0.007) && error < (isClosing ? 0.03 : 0.012);
  const closedOnNothing = state.apertureM < minApertureM;
  const isOpen = state.apertureM > openM - 0.015;
  const isOpening = state.gripperMps > 0.02 && !isOpen;
  if (atGrasp && !closedOnNothing && !isOpening && (isOpen || isClosing)) {
    return { velocityMps: [0, 0, 0], gripperMps: -0.12 };
  }
  const gripperMps = clamp(3 * (openM - state.apertureM), -0.08, 0.15);
  const corridor = 0.01 + 0.3 * Math.max(0, ahead - 0.03);
  let forward: number;
  if (!isOpen && ahead < 0.07) forward = -0.06;
  else if (error > corridor + 0.015 && ahead < 0.07) forward = -0.06;
  else forward = clamp(1.8 * ahead, -0.06, 0.1) * clamp(1.6 - error / corridor, 0, 1);
  const sideways = scale3(across, error > 1e-6 ? Math.min(2.2 * error, 0.08) / error : 0);
  return {
    velocityMps: [
      sideways[0] + forward * state.approach[0],
      sideways[1] + forward * state.approach[1],
      sideways[2] + forward * state.approach[2],
    ],
    gripperMps,
  };
}

/** From the tool to where it should be when it closes: the target's centre, raised so that the fingers clear its support. */
function graspOffset({ offsetM, sizeM, approach, closing }: ScriptedState): Vector3 {
  const rise = Math.abs(approach[2]);
  const heightM =
    sizeM[0] * rise +
    sizeM[1] * Math.abs(closing[2]) +
    sizeM[2] * Math.sqrt(Math.max(0, 1 - rise * rise - closing[2] ** 2));
  return [offsetM[0], offsetM[1], Math.max(offsetM[2], offsetM[2] - heightM / 2 + fingerClearanceM)];
}

/**
 * Tool axes in the base frame from the Stretch's wrist joints: yaw about z, pitch about -y, roll about x, and a wrist
 * that points along -y of the base at yaw 0 (robots/stretch/stretch.urdf).
 */
export function stretchToolAxes(
  yaw: number,
  pitch: number,
  roll: number,
): { approach: Vector3; closing: Vector3 } {
  const heading = yaw - Math.PI / 2;
  const [cy, sy, cp, sp, cr, sr] = [
    Math.cos(heading),
    Math.sin(heading),
    Math.cos(pitch),
    Math.sin(pitch),
    Math.cos(roll),
    Math.sin(roll),
  ];
  // Rz(heading) * Ry(-pitch) * Rx(roll); columns x and y.
  return {
    approach: [cy * cp, sy * cp, sp],
    closing: [-sy * cr - cy * sp * sr, cy * cr - sy * sp * sr, cp * sr],
  };
}

/** The target as the simulator knows it: offset along the base's axes, size along the tool's; undefined to use the observation. */
export type TrueTarget = () => { readonly offsetM: Vector3; readonly sizeM: Vector3 } | undefined;

/** The expert as a policy: rolls {@link scriptedPick} forward over one chunk. Made for the manifest of stretch-pick. */
export class ScriptedPickPolicy implements Policy {
  readonly #manifest: PolicyManifest;
  readonly #truth: TrueTarget;
  readonly #chunk: Float32Array;

  constructor(manifest: PolicyManifest, truth: TrueTarget) {
    this.#manifest = manifest;
    this.#truth = truth;
    this.#chunk = new Float32Array(manifest.chunk_length * manifest.actions.length);
  }

  act(observation: Observation): Promise<Float32Array> {
    return Promise.resolve(this.label(observation));
  }

  /** The expert's chunk for an observation, `[chunk, 4]`: base forward, lift, extension, gripper; m/s. */
  label(observation: Observation): Float32Array {
    const joints = observation.joint_positions!;
    const truth = this.#truth();
    const offset: [number, number, number] = [...(truth?.offsetM ?? vector(observation.target_offset!))];
    const sizeM = truth?.sizeM ?? vector(observation.target_size!);
    const axes = stretchToolAxes(joints[2]!, joints[3]!, joints[4]!);
    const dt = 1 / this.#manifest.rate_hz;
    let apertureM = joints[5]!;
    const effortN = observation.gripper_effort![0]!;
    let gripperMps = observation.previous_action![3]!;
    for (let k = 0; k < this.#manifest.chunk_length; k++) {
      const command = scriptedPick({ offsetM: offset, sizeM, ...axes, apertureM, effortN, gripperMps });
      this.#chunk.set(
        [command.velocityMps[0], command.velocityMps[2], -command.velocityMps[1], command.gripperMps],
        k * 4,
      );
      for (let axis = 0; axis < 3; axis++) offset[axis]! -= command.velocityMps[axis]! * dt;
      gripperMps = command.gripperMps;
      // Contact is not foreseen: the lift begins only when it is felt.
      apertureM = Math.max(minApertureM, clamp(apertureM + gripperMps * dt, 0, 0.16));
    }
    return this.#chunk;
  }

  async dispose(): Promise<void> {
    await Promise.resolve();
  }
}

const vector = (values: Float32Array): Vector3 => [values[0]!, values[1]!, values[2]!];
