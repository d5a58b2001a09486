import type { PolicyManifest } from './policy-manifest.ts';

/** What the robot feels and where its tool is at one tick. */
export interface GraspReading {
  readonly timeS: number;
  /** Opening between the finger pads, m. */
  readonly apertureM: number;
  /** Effort of the gripper's actuator, N: negative while the fingers press on what is between them. */
  readonly effortN: number;
  /** Height of the tool above the floor, m. */
  readonly toolHeightM: number;
  /** Seconds since the target was last seen. */
  readonly targetAgeS: number;
  readonly targetDistanceM: number;
}

export type GraspVerdict =
  | { readonly state: 'running'; readonly phase: 'approach' | 'grasp' | 'lift' }
  | { readonly state: 'success'; readonly message: string }
  | {
      readonly state: 'failure';
      readonly code: 'target-lost' | 'grasp-failed' | 'dropped';
      readonly message: string;
    };

/** Unseen for this long, the target counts as lost: s. */
const lostAfterS = 2;
/** Nearer than this the gripper hides the target, and it may stay unseen for longer: m, s. */
const hiddenWithinM = 0.16;
const hiddenForS = 8;
/** Effort must last this long to count as a grasp: s. */
const settleS = 0.25;
/** Empty closings before the attempt counts as failed. */
const maxEmptyCloses = 3;

/** Decides from what the gripper feels, never from a picture alone, whether a pick has worked. */
export class GraspMonitor {
  readonly #grasp: PolicyManifest['grasp'];
  #squeezeStartS: number | undefined;
  #graspHeightM: number | undefined;
  #looseStartS: number | undefined;
  #closedEmpty = false;
  #emptyCloses = 0;

  constructor(grasp: PolicyManifest['grasp']) {
    this.#grasp = grasp;
  }

  /** Takes in one tick. Runs inside the control loop. */
  update(reading: GraspReading): GraspVerdict {
    const { timeS, apertureM, toolHeightM } = reading;
    const squeezing = -reading.effortN >= this.#grasp.min_effort_n && apertureM >= this.#grasp.min_aperture_m;
    if (squeezing) {
      this.#squeezeStartS ??= timeS;
      this.#looseStartS = undefined;
      if (timeS - this.#squeezeStartS >= settleS) this.#graspHeightM ??= toolHeightM;
    } else {
      this.#squeezeStartS = undefined;
    }
    if (this.#graspHeightM !== undefined) return this.#afterGrasp(reading, squeezing);
    this.#countEmptyCloses(apertureM);
    if (this.#emptyCloses >= maxEmptyCloses) {
      return {
        state: 'failure',
        code: 'grasp-failed',
        message: `the gripper closed on nothing ${this.#emptyCloses} times`,
      };
    }
    const patienceS = reading.targetDistanceM < hiddenWithinM ? hiddenForS : lostAfterS;
    if (reading.targetAgeS > patienceS) {
      return {
        state: 'failure',
        code: 'target-lost',
        message: `not seen for ${reading.targetAgeS.toFixed(1)} s, ${reading.targetDistanceM.toFixed(2)} m from the gripper`,
      };
    }
    return { state: 'running', phase: squeezing ? 'grasp' : 'approach' };
  }

  #afterGrasp(reading: GraspReading, squeezing: boolean): GraspVerdict {
    const liftedM = reading.toolHeightM - (this.#graspHeightM as number);
    if (!squeezing) {
      this.#looseStartS ??= reading.timeS;
      if (reading.timeS - this.#looseStartS < settleS) return { state: 'running', phase: 'lift' };
      if (liftedM < 0.02) {
        this.#graspHeightM = undefined;
        return { state: 'running', phase: 'approach' };
      }
      return {
        state: 'failure',
        code: 'dropped',
        message: `lost from the gripper ${(liftedM * 100).toFixed(0)} cm above the grasp`,
      };
    }
    if (liftedM >= this.#grasp.lift_m) {
      return {
        state: 'success',
        message: `lifted ${(liftedM * 100).toFixed(0)} cm, held at ${(reading.apertureM * 100).toFixed(1)} cm with ${Math.abs(reading.effortN).toFixed(1)} N`,
      };
    }
    return { state: 'running', phase: 'lift' };
  }

  #countEmptyCloses(apertureM: number): void {
    const empty = apertureM < this.#grasp.min_aperture_m;
    if (empty && !this.#closedEmpty) this.#emptyCloses += 1;
    this.#closedEmpty = empty;
  }
}
