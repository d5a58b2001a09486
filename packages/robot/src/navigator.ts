import { PlannerError, wrapAngle } from '@efferent/core';
import { DriveFollower } from './drive-follower.ts';
import { planLeaving } from './drive-leaving.ts';
import { type DriveStretch, planDrive } from './drive-planner.ts';
import type { DriveSpace } from './drive-space.ts';
import type { PlanarPose } from './planar-pose.ts';
import type { MobileManifest } from './robot-manifest.ts';
import type { ScanObstacles } from './scan-obstacles.ts';

/** Result codes of nav2_msgs actions (ComputePathToPose, FollowPath, NavigateToPose). */
export const navigationErrorCode = {
  none: 0,
  failedToMakeProgress: 105,
  goalOutsideMap: 204,
  startOccupied: 205,
  goalOccupied: 206,
  noValidPath: 208,
  unknown: 9000,
  tfError: 9002,
  timeout: 9003,
} as const;

/** The goal is met within this, m and rad. */
const goalToleranceM = 0.02;
const goalToleranceRad = 0.035;
const maxAlignments = 3;
const maxRecoveries = 4;
/** Distances kept from obstacles while planning, m: the comfortable, then the least. */
const planningMarginsM = [0.025, 0.01, -0.008] as const;
/** No progress for so long calls for a recovery, s; a gate that holds the robot may hold it so long. */
const patienceS = 4;
const heldPatienceS = 45;
const waitS = 2;
const backUpM = 0.12;
/** Stops this far before an unknown thing, and slows down within that, m. */
const stopGapM = 0.04;
const slowGapM = 0.45;
/** Looks for something new on the way this often, s. */
const lookAheadPeriodS = 0.5;

export interface NavigationOutcome {
  readonly errorCode: number;
  readonly message: string;
}

/** What the navigator knows of the robot at one tick. */
export interface NavigationInput {
  readonly nowS: number;
  readonly pose: PlanarPose;
  /** Why the gate holds the robot, or empty. */
  readonly heldReason: string;
}

type Phase = 'plan' | 'follow' | 'wait' | 'back-up' | 'settle';

/**
 * Drives the base to one pose: plans, follows, slows down and stops before what the laser sees, plans anew when the way is
 * blocked, recovers a bounded number of times, and aligns at the end. One instance a goal; no ROS.
 */
export class Navigator {
  readonly goal: PlanarPose;
  recoveries = 0;
  /** The way that is being driven; replaced by every plan. */
  plan: readonly DriveStretch[] = [];
  readonly #space: DriveSpace;
  readonly #obstacles: ScanObstacles;
  readonly #outline: readonly [number, number, number, number];
  readonly #follower: DriveFollower;
  #phase: Phase = 'plan';
  #untilS = 0;
  #alignments = 0;
  #progressS = Number.NEGATIVE_INFINITY;
  #heldSinceS: number | undefined;
  #lookedS = Number.NEGATIVE_INFINITY;
  readonly #progressPose: PlanarPose = { x: 0, y: 0, yaw: 0 };
  #trouble = '';
  #plannedS = Number.NEGATIVE_INFINITY;

  constructor(goal: PlanarPose, space: DriveSpace, obstacles: ScanObstacles, base: MobileManifest['base']) {
    this.goal = goal;
    this.#space = space;
    this.#obstacles = obstacles;
    const xs = base.footprint_m.map(([x]) => x);
    const ys = base.footprint_m.map(([, y]) => y);
    this.#outline = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
    this.#follower = new DriveFollower(base);
  }

  /** Velocity to command now, m/s and rad/s. */
  get velocity(): DriveFollower['velocity'] {
    return this.#follower.velocity;
  }

  distanceLeft(pose: PlanarPose): number {
    return this.#follower.distanceLeft(pose);
  }

  /** Advances by one control period; returns the outcome when the goal has ended. The velocity is 0 unless it says otherwise. */
  tick(input: NavigationInput): NavigationOutcome | undefined {
    this.velocity.linearMps = 0;
    this.velocity.angularRadS = 0;
    if (input.heldReason !== '') return this.#hold(input);
    if (this.#heldSinceS !== undefined) {
      // Whoever held the robot may have moved it.
      this.#heldSinceS = undefined;
      this.#phase = 'plan';
    }
    switch (this.#phase) {
      case 'plan':
        return this.#startPlan(input);
      case 'follow':
        return this.#follow(input);
      case 'settle':
        return input.nowS < this.#untilS ? undefined : this.#checkGoal(input);
      case 'wait':
        if (input.nowS >= this.#untilS) this.#phase = 'plan';
        return undefined;
      case 'back-up':
        if (!this.#step(input, 0.5) || input.nowS >= this.#untilS) this.#phase = 'plan';
        return undefined;
    }
  }

  #hold({ nowS, heldReason }: NavigationInput): NavigationOutcome | undefined {
    this.#heldSinceS ??= nowS;
    if (nowS - this.#heldSinceS < heldPatienceS && !heldReason.startsWith('stopped')) return undefined;
    return {
      errorCode: navigationErrorCode.failedToMakeProgress,
      message: `the robot is held: ${heldReason}`,
    };
  }

  #startPlan(input: NavigationInput): NavigationOutcome | undefined {
    this.#plannedS = input.nowS;
    this.#space.setLaserObstacles(this.#obstacles.points());
    let problem: PlannerError | undefined;
    for (const marginM of planningMarginsM) {
      this.#space.marginM = marginM;
      try {
        this.plan = planDrive(this.#space, { ...input.pose }, this.goal);
        this.#follower.start(this.plan);
        this.#phase = 'follow';
        this.#noteProgress(input);
        return undefined;
      } catch (error) {
        if (!(error instanceof PlannerError)) throw error;
        problem = error;
      }
    }
    return this.#recover(input, problem?.code ?? 'no-path', problem?.message ?? '');
  }

  #follow(input: NavigationInput): NavigationOutcome | undefined {
    if (!this.#step(input, 1)) {
      this.#phase = 'settle';
      this.#untilS = input.nowS + 0.25;
      return undefined;
    }
    if (input.nowS - this.#lookedS >= lookAheadPeriodS) {
      this.#lookedS = input.nowS;
      if (this.#isWayBlocked(input.pose)) {
        this.#stand();
        // A second plan right after the first mostly meets somebody who is passing: give them a moment.
        this.#phase = input.nowS - this.#plannedS < waitS ? 'wait' : 'plan';
        this.#untilS = this.#plannedS + waitS;
        return undefined;
      }
    }
    const { x, y, yaw } = this.#progressPose;
    const { pose } = input;
    if (Math.hypot(pose.x - x, pose.y - y) > 0.01 || Math.abs(wrapAngle(pose.yaw - yaw)) > 0.03)
      this.#noteProgress(input);
    if (input.nowS - this.#progressS < patienceS) return undefined;
    return this.#recover(input, 'blocked', this.#trouble === '' ? 'the base does not move' : this.#trouble);
  }

  /** Follows the plan with what the laser allows; returns false at its end. */
  #step({ pose }: NavigationInput, speedShare: number): boolean {
    if (!this.#follower.step(pose, speedShare)) return false;
    const { velocity } = this.#follower;
    const free = this.#obstacles.freeWay(velocity.linearMps, velocity.angularRadS, this.#outline);
    this.#trouble = '';
    if (Math.abs(velocity.linearMps) >= 0.01) {
      const share = Math.max(0, Math.min(1, (free - stopGapM) / (slowGapM - stopGapM)));
      if (share < 1) velocity.linearMps *= share;
      if (share === 0) this.#trouble = 'something stands in the way';
    } else if (free <= 0.1) {
      velocity.angularRadS = 0;
      this.#trouble = 'something stands where the robot would turn';
    } else if (Number.isFinite(free)) velocity.angularRadS *= 0.5;
    return true;
  }

  /** Tells whether the laser has seen something on the rest of the way. */
  #isWayBlocked(pose: PlanarPose): boolean {
    const points = this.#obstacles.points();
    this.#space.setLaserObstacles(points);
    if (points.length === 0) return false;
    this.#space.marginM = planningMarginsM[2];
    const at = { ...pose };
    for (const stretch of this.#follower.remaining) {
      const turn = wrapAngle(stretch.yaw - at.yaw);
      if (!this.#space.isTurnFree(at.x, at.y, at.yaw, turn)) return true;
      at.yaw = stretch.yaw;
      if (stretch.kind === 'turn') continue;
      const distance = Math.sign(stretch.distanceM) * Math.hypot(stretch.x - at.x, stretch.y - at.y);
      if (!this.#space.isDriveFree(at, stretch.yaw, distance)) return true;
      at.x = stretch.x;
      at.y = stretch.y;
    }
    return false;
  }

  #checkGoal(input: NavigationInput): NavigationOutcome | undefined {
    const distance = Math.hypot(input.pose.x - this.goal.x, input.pose.y - this.goal.y);
    const angle = Math.abs(wrapAngle(input.pose.yaw - this.goal.yaw));
    if (distance <= goalToleranceM && angle <= goalToleranceRad)
      return { errorCode: navigationErrorCode.none, message: '' };
    if (this.#alignments++ < maxAlignments) {
      this.#phase = 'plan';
      return undefined;
    }
    const message = `stopped ${(distance * 100).toFixed(1)} cm and ${((angle * 180) / Math.PI).toFixed(1)} deg from the goal`;
    return { errorCode: navigationErrorCode.failedToMakeProgress, message };
  }

  /** Leaves what it stands too close to; else waits, then backs up, in turn. Gives up after {@link maxRecoveries}. */
  #recover(input: NavigationInput, code: string, message: string): NavigationOutcome | undefined {
    this.#stand();
    if (this.recoveries >= maxRecoveries) return { errorCode: errorCodeOf(code), message };
    this.recoveries++;
    const { pose } = input;
    const way = this.#wayBack(pose, code);
    if (way !== undefined) {
      this.#follower.start([way]);
      this.#phase = 'back-up';
      this.#untilS = input.nowS + patienceS;
      return undefined;
    }
    this.#phase = 'wait';
    this.#untilS = input.nowS + waitS;
    if (this.recoveries === maxRecoveries) this.#obstacles.clear();
    return undefined;
  }

  #wayBack(pose: PlanarPose, code: string): DriveStretch | undefined {
    this.#space.marginM = planningMarginsM[2];
    if (code === 'start-occupied') return planLeaving(this.#space, pose);
    if (this.recoveries % 2 !== 0 || code === 'goal-occupied') return undefined;
    const distanceM = [-backUpM, backUpM].find((each) => this.#space.isDriveFree(pose, pose.yaw, each));
    if (distanceM === undefined) return undefined;
    const to = { x: pose.x + Math.cos(pose.yaw) * distanceM, y: pose.y + Math.sin(pose.yaw) * distanceM };
    return { kind: 'drive', ...to, yaw: pose.yaw, distanceM };
  }

  #stand(): void {
    this.velocity.linearMps = 0;
    this.velocity.angularRadS = 0;
  }

  #noteProgress({ nowS, pose }: NavigationInput): void {
    this.#progressS = nowS;
    Object.assign(this.#progressPose, pose);
  }
}

function errorCodeOf(code: string): number {
  if (code === 'goal-occupied') return navigationErrorCode.goalOccupied;
  if (code === 'start-occupied') return navigationErrorCode.startOccupied;
  return code === 'no-path' ? navigationErrorCode.noValidPath : navigationErrorCode.failedToMakeProgress;
}
