/** Where the robot is and how its base moves. */
export interface MeasuredMotion {
  readonly linearMps: number;
  readonly angularRadps: number;
  /** Positions of the trail's joints, their order, m or rad. */
  readonly positions: readonly number[];
  /** From the robot to the nearest face, m; infinite without one, not a number while nobody knows. */
  readonly faceDistanceM?: number;
}

/** What takes the robot back along its trail now. */
export interface RetraceCommand {
  readonly linearMps: number;
  readonly angularRadps: number;
  /** Velocities of the trail's joints, their order, m/s or rad/s. */
  readonly velocities: readonly number[];
}

/** Top speeds of the trail's axes, m/s or rad/s; backing out takes the mapping's fraction of them. */
export interface AxisSpeeds {
  readonly linearMps: number;
  readonly angularRadps: number;
  readonly joints: readonly number[];
}

interface TrailStep extends MeasuredMotion {
  readonly durationS: number;
  /** Velocities of the joints over the step. */
  readonly velocities: readonly number[];
}

/** Slower than this is standing: m/s for the base and sliding joints, rad/s for turning ones. */
const standing = 0.004;
/** Longer gaps between measurements say nothing about the way between them, s. */
const longestStepS = 0.2;
/** Positions are steered back to the trail with this gain, 1/s. */
const positionGain = 1.5;

/**
 * Remembers the last motion of the robot, whoever moved it, and says how to take it back.
 *
 * Only motion counts: a robot that has stood for a minute still knows the last two seconds that it moved.
 */
export class MotionTrail {
  readonly #lengthS: number;
  readonly #speedFactor: number;
  readonly #speeds: AxisSpeeds;
  readonly #steps: TrailStep[] = [];
  #last: { readonly motion: MeasuredMotion; readonly atNs: bigint } | undefined;
  /** How much of the newest step has been taken back, s. */
  #retracedS = 0;

  /** @param lengthS - motion that is remembered, s; @param speedFactor - how much slower it is taken back, (0, 1) */
  constructor(lengthS: number, speedFactor: number, speeds: AxisSpeeds) {
    this.#lengthS = lengthS;
    this.#speedFactor = speedFactor;
    this.#speeds = speeds;
  }

  /** Motion that can be taken back, s. */
  get lengthS(): number {
    return this.#steps.reduce((sum, { durationS }) => sum + durationS, 0) - this.#retracedS;
  }

  /** How near to a face the way back leads, m; not a number where somewhere on it nobody knew. */
  get nearestFaceM(): number {
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...this.#steps.map(({ faceDistanceM = Number.POSITIVE_INFINITY }) => faceDistanceM),
    );
  }

  /** Takes a measurement; leave it out while the robot backs out. */
  record(motion: MeasuredMotion, nowNs: bigint): void {
    const last = this.#last;
    this.#last = { motion, atNs: nowNs };
    if (last === undefined) return;
    const durationS = Number(nowNs - last.atNs) / 1e9;
    if (durationS <= 0 || durationS > longestStepS) return;
    const velocities = motion.positions.map((position, i) => {
      const before = last.motion.positions[i];
      return before === undefined ? 0 : (position - before) / durationS;
    });
    const speeds = [motion.linearMps, motion.angularRadps, ...velocities];
    if (speeds.every((speed) => Math.abs(speed) < standing)) return;
    this.#retracedS = 0;
    const { positions, faceDistanceM = Number.POSITIVE_INFINITY } = last.motion;
    const { linearMps, angularRadps } = motion;
    this.#steps.push({ linearMps, angularRadps, positions, faceDistanceM, durationS, velocities });
    while (this.lengthS - (this.#steps[0]?.durationS ?? 0) >= this.#lengthS) this.#steps.shift();
  }

  /** Forgets the last measurement: what moves until the next one is not part of the trail. */
  interrupt(): void {
    this.#last = undefined;
  }

  /**
   * Goes `durationS` further back.
   * @param positions - where the trail's joints are now
   * @returns what to command for that long, or undefined when all has been taken back
   */
  retrace(durationS: number, positions: readonly number[]): RetraceCommand | undefined {
    const step = this.#steps.at(-1);
    if (step === undefined) return undefined;
    const rate = this.#rateOf(step);
    this.#retracedS += rate * durationS;
    for (let newest = this.#steps.at(-1); newest !== undefined; newest = this.#steps.at(-1)) {
      if (this.#retracedS < newest.durationS) break;
      this.#retracedS -= newest.durationS;
      this.#steps.pop();
    }
    if (this.#steps.length === 0) this.#retracedS = 0;
    return {
      linearMps: -rate * step.linearMps,
      angularRadps: -rate * step.angularRadps,
      velocities: step.velocities.map((velocity, i) => {
        const steered = positionGain * ((step.positions[i] ?? 0) - (positions[i] ?? step.positions[i] ?? 0));
        const limit = this.#speedFactor * (this.#speeds.joints[i] ?? 0);
        return Math.max(-limit, Math.min(limit, -rate * velocity + steered));
      }),
    };
  }

  /** How fast a step is gone through backwards, so that no axis exceeds its part of its top speed. */
  #rateOf({ linearMps, angularRadps, velocities }: TrailStep): number {
    const speeds = this.#speeds;
    const shares = [
      Math.abs(linearMps) / speeds.linearMps,
      Math.abs(angularRadps) / speeds.angularRadps,
      ...velocities.map((velocity, i) => Math.abs(velocity) / (speeds.joints[i] ?? 1)),
    ];
    return this.#speedFactor / Math.max(1, ...shares);
  }
}
