import type { Surroundings } from './assist-types.ts';
import { assist } from './assistance.ts';
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
  /** What the robot sees; undefined while it does not assist. */
  #surroundings: Surroundings | undefined;
  #help = '';
  /** What moves beside the motion to help it along. */
  #helping: readonly MotionCommand[] = [];

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

  /** How near to a face backing out leads, m; see {@link MotionTrail.nearestFaceM}. */
  get trailFaceM(): number {
    return this.#trail.nearestFaceM;
  }

  /** What assistance changes of the motion now, in words; empty where nothing. */
  get help(): string {
    return this.#help;
  }

  /** Takes what the robot sees about itself; undefined ends assistance. */
  observeSurroundings(surroundings: Surroundings | undefined): void {
    this.#surroundings = surroundings;
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
    const helped = this.#helping;
    this.#helping = [];
    this.#help = '';
    const commands = this.#commandsOf(motion, speed * factor, nowNs);
    const ended = previous !== undefined && previous !== motion ? this.#zeroOf(previous) : [];
    const alone = helped.filter((command) => !commands.some((other) => isSameAxis(command, other)));
    return [...ended, ...alone.map(stopped), ...commands];
  }

  #commandsOf(motion: GestureMotion | undefined, speed: number, nowNs: bigint): readonly MotionCommand[] {
    if (motion === undefined) return [];
    return 'backOut' in motion ? this.#retrace(nowNs) : this.#assisted(motion, motion.topSpeed * speed);
  }

  /** The motion, as far as assistance lets it, and what helps it along. */
  #assisted(motion: DrivenMotion, velocity: number): readonly MotionCommand[] {
    const settings = this.#mapping.assist;
    if (settings === undefined || this.#surroundings === undefined) return [commandOf(motion, velocity)];
    const { factor, liftMps, baseMps, wristRadps, note } = assist(
      settings,
      this.#surroundings,
      motion,
      velocity,
    );
    this.#help = note;
    this.#helping = [
      ...(liftMps === 0 ? [] : [commandOf({ joint: settings.liftJoint, topSpeed: 1 }, liftMps)]),
      ...(wristRadps === 0 || settings.wristJoint === undefined
        ? []
        : [commandOf({ joint: settings.wristJoint, topSpeed: 1 }, wristRadps)]),
      ...(baseMps === 0 ? [] : [commandOf({ base: 'linear', topSpeed: 1 }, baseMps)]),
    ];
    return [commandOf(motion, velocity * factor), ...this.#helping];
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

const isSameAxis = (one: MotionCommand, other: MotionCommand): boolean =>
  one.kind === 'base' ? other.kind === 'base' : other.kind === 'joint' && one.joint === other.joint;

const stopped = (command: MotionCommand): MotionCommand =>
  command.kind === 'base' ? standStill : { ...command, velocity: 0 };

type DrivenMotion = Exclude<GestureMotion, { backOut: true }>;

function commandOf(motion: DrivenMotion, speed: number): MotionCommand {
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
