import type { GestureMapping, GestureMotion } from './gesture-mapping.ts';
import { type AxisSpeeds, type MeasuredMotion, MotionTrail } from './motion-trail.ts';

/** A command to the gate. Speeds are in m/s or rad/s. */
export type MotionCommand =
  | { readonly kind: 'base'; readonly linearMps: number; readonly angularRadps: number }
  | { readonly kind: 'joint'; readonly joint: string; readonly velocity: number };

/** The command that moves nothing: it stops the base, and tells the gate that a human wants the robot to stand. */
export const standStill: MotionCommand = { kind: 'base', linearMps: 0, angularRadps: 0 };

/** What is measured after backing out still belongs to it for so long, s. */
const retraceEchoNs = 300_000_000n;

/** Turns the motion that is wanted now into commands, and ends the one before. */
export class MotionDriver {
  readonly #mapping: GestureMapping;
  readonly #periodS: number;
  readonly #trail: MotionTrail;
  #positions: readonly number[] = [];
  #moving: GestureMotion | undefined;
  #speed = 0;
  #retracedNs: bigint | undefined;

  /** @param periodS - time between calls of {@link move} while something moves, s */
  constructor(mapping: GestureMapping, periodS: number) {
    this.#mapping = mapping;
    this.#periodS = periodS;
    const { lengthS, speedFactor } = mapping.backOut;
    this.#trail = new MotionTrail(lengthS, speedFactor, axisSpeedsOf(mapping));
  }

  get isMoving(): boolean {
    return this.#moving !== undefined;
  }

  /** Fraction of the motion's top speed, [0, 1]. */
  get speed(): number {
    return this.#speed;
  }

  /**
   * Takes where the robot is.
   * @param motion - positions in the order of the mapping's `backOut.joints`
   * @param stampNs - when it was measured, on the robot's clock
   * @param nowNs - steady time, as in {@link move}
   */
  observe(motion: MeasuredMotion, stampNs: bigint, nowNs: bigint): void {
    this.#positions = motion.positions;
    if (this.#retracedNs !== undefined && nowNs - this.#retracedNs < retraceEchoNs) this.#trail.interrupt();
    else this.#trail.record(motion, stampNs);
  }

  /**
   * Returns the commands of this moment.
   * @param motion - what is wanted; undefined stops
   * @param speed - fraction of its top speed, [0, 1]
   * @param factor - the level's factor
   */
  move(
    motion: GestureMotion | undefined,
    speed: number,
    factor: number,
    nowNs: bigint,
  ): readonly MotionCommand[] {
    const previous = this.#moving;
    this.#moving = motion;
    this.#speed = motion === undefined ? 0 : speed;
    const ended = previous !== undefined && previous !== motion ? this.#zeroOf(previous) : [];
    if (motion === undefined) return ended;
    if ('backOut' in motion) return [...ended, ...this.#retrace(nowNs)];
    return [...ended, commandOf(motion, motion.topSpeed * speed * factor)];
  }

  #retrace(nowNs: bigint): readonly MotionCommand[] {
    this.#retracedNs = nowNs;
    const back = this.#trail.retrace(this.#periodS, this.#positions);
    this.#speed = back === undefined ? 0 : this.#mapping.backOut.speedFactor;
    if (back === undefined) return this.#zeroOf({ backOut: true });
    const { linearMps, angularRadps, velocities } = back;
    return [{ kind: 'base', linearMps, angularRadps }, ...this.#jointCommands(velocities)];
  }

  #zeroOf(motion: GestureMotion): readonly MotionCommand[] {
    if (!('backOut' in motion)) return [commandOf(motion, 0)];
    return [standStill, ...this.#jointCommands([])];
  }

  #jointCommands(velocities: readonly number[]): readonly MotionCommand[] {
    return this.#mapping.backOut.joints.map((joint, i) => ({
      kind: 'joint',
      joint,
      velocity: velocities[i] ?? 0,
    }));
  }
}

function commandOf(motion: Exclude<GestureMotion, { backOut: true }>, speed: number): MotionCommand {
  if ('joint' in motion) return { kind: 'joint', joint: motion.joint, velocity: speed };
  return motion.base === 'linear'
    ? { kind: 'base', linearMps: speed, angularRadps: 0 }
    : { kind: 'base', linearMps: 0, angularRadps: speed };
}

/** The fastest that the mapping moves each axis of the trail. */
function axisSpeedsOf({ modes, backOut }: GestureMapping): AxisSpeeds {
  const motions = modes.flatMap((mode) => [
    ...Object.values(mode.motions),
    ...mode.scanned.map(({ motion }) => motion),
  ]);
  const fastest = (moves: (motion: GestureMotion) => boolean) =>
    Math.max(
      0,
      ...motions.map((motion) => ('topSpeed' in motion && moves(motion) ? Math.abs(motion.topSpeed) : 0)),
    );
  return {
    linearMps: fastest((motion) => 'base' in motion && motion.base === 'linear'),
    angularRadps: fastest((motion) => 'base' in motion && motion.base === 'angular'),
    joints: backOut.joints.map((joint) => fastest((motion) => 'joint' in motion && motion.joint === joint)),
  };
}
