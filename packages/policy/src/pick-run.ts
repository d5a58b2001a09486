import { conjugateQuaternion, norm3, rotateVector, type Transform, type Vector3 } from '@efferent/core';
import { ActionChunk } from './action-chunk.ts';
import { GraspMonitor, type GraspVerdict } from './grasp-monitor.ts';
import { ObservationAssembler } from './observation.ts';
import type { Observation } from './policy.ts';
import type { PolicyManifest } from './policy-manifest.ts';
import { type Sighting, TargetTracker } from './target-tracker.ts';

/** The robot's own state at one tick. */
export interface BodyState {
  readonly timeS: number;
  readonly jointIndex: ReadonlyMap<string, number>;
  readonly positions: ArrayLike<number>;
  readonly efforts: ArrayLike<number>;
  readonly odometryFromBase: Transform;
  readonly baseFromTool: Transform;
}

/** What the caller believes about the target, odometry frame. */
export interface TargetBelief {
  readonly className: string;
  readonly positionM: Vector3;
  /** Extent along the tool's axes, m; zeros when unknown. */
  readonly sizeM: Vector3;
  /** Lowest that its centre can be, by what it stands on, m: detections are off by more than the fingers' clearance. */
  readonly minHeightM: number;
}

/**
 * One run of a grasping policy, without any ROS in it: what it observes, which action is due, whether it has worked.
 *
 * A tick is `observe`, then, when {@link needsChunk}, the policy's answer to {@link observation} goes to `accept`,
 * then `nextAction`.
 */
export class PickRun {
  readonly #manifest: PolicyManifest;
  readonly #tracker: TargetTracker;
  readonly #assembler: ObservationAssembler;
  readonly #monitor: GraspMonitor;
  readonly #chunk: ActionChunk;
  readonly #action: Float32Array;
  readonly #offset = new Float64Array(3);
  readonly #minHeightM: number;
  #steps = 0;

  constructor(manifest: PolicyManifest, target: TargetBelief, nowS: number) {
    this.#manifest = manifest;
    this.#minHeightM = target.minHeightM;
    this.#tracker = new TargetTracker(target.className, target.positionM, target.sizeM, nowS);
    this.#assembler = new ObservationAssembler(manifest);
    this.#monitor = new GraspMonitor(manifest.grasp);
    this.#chunk = new ActionChunk(manifest.chunk_length, manifest.execute_length, manifest.actions.length);
    this.#action = new Float32Array(manifest.actions.length);
  }

  /** Takes in the detections of one picture. */
  see(sightings: readonly Sighting[], stampS: number): void {
    this.#tracker.update(sightings, stampS);
  }

  /** Prepares {@link observation} and judges the run so far. Returns the name of a joint whose state is missing. */
  observe(body: BodyState): GraspVerdict | { readonly state: 'incomplete'; readonly joint: string } {
    const base = body.odometryFromBase;
    const target = this.#tracker.positionM;
    const inBase = rotateVector(conjugateQuaternion(base.rotation), [
      target[0] - base.translation[0],
      target[1] - base.translation[1],
      Math.max(target[2], this.#minHeightM) - base.translation[2],
    ]);
    const tool = body.baseFromTool.translation;
    for (let axis = 0; axis < 3; axis++) this.#offset[axis] = inBase[axis]! - tool[axis]!;
    const targetAgeS = this.#tracker.ageS(body.timeS);
    const missing = this.#assembler.assemble({
      jointIndex: body.jointIndex,
      positions: body.positions,
      efforts: body.efforts,
      targetOffsetM: this.#offset,
      targetSizeM: this.#tracker.sizeM,
      targetAgeS,
      previousAction: this.#action,
    });
    const gripper = body.jointIndex.get(this.#manifest.grasp.joint);
    if (missing !== undefined || gripper === undefined) {
      return { state: 'incomplete', joint: missing ?? this.#manifest.grasp.joint };
    }
    return this.#monitor.update({
      timeS: body.timeS,
      apertureM: body.positions[gripper] ?? 0,
      effortN: body.efforts[gripper] ?? 0,
      toolHeightM: tool[2],
      targetAgeS,
      targetDistanceM: norm3([this.#offset[0]!, this.#offset[1]!, this.#offset[2]!]),
    });
  }

  /** By observation name; valid until the next `observe`. */
  get observation(): Observation {
    return this.#assembler.observation;
  }

  get needsChunk(): boolean {
    return this.#chunk.isSpent;
  }

  accept(chunk: Float32Array): void {
    this.#chunk.replace(chunk);
  }

  /** Returns the action for this tick, limited to the manifest's limits; zeros when the policy is behind. */
  nextAction(): Float32Array {
    if (!this.#chunk.take(this.#action)) this.#action.fill(0);
    for (const [i, spec] of this.#manifest.actions.entries()) {
      const value = this.#action[i]!;
      this.#action[i] = Number.isFinite(value) ? Math.max(-spec.limit, Math.min(spec.limit, value)) : 0;
    }
    this.#steps += 1;
    return this.#action;
  }

  get steps(): number {
    return this.#steps;
  }

  /** Where the policy's attention is, odometry frame, m. */
  get attentionM(): Vector3 {
    return this.#tracker.positionM;
  }

  get sightings(): number {
    return this.#tracker.sightings;
  }
}
