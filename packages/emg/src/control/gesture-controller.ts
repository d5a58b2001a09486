import type { GestureDecision } from '../decoder/decide.ts';
import type { GestureName } from '../gestures.ts';
import type { ControlMode, GestureAction, GestureMapping, GestureMotion } from './gesture-mapping.ts';
import { HoldDetector } from './hold-detector.ts';
import { TakeOverSequence } from './take-over-sequence.ts';
import { VelocityRamp } from './velocity-ramp.ts';

/** One thing to send to the gate. Speeds are in m/s or rad/s. */
export type ControlOutput =
  | { readonly kind: 'base'; readonly linearMps: number; readonly angularRadps: number }
  | { readonly kind: 'joint'; readonly joint: string; readonly velocity: number }
  | { readonly kind: 'take-over' }
  | { readonly kind: 'hand-back' };

/** What the command gate says about the robot. */
export interface GateView {
  /** Who moves the robot. */
  readonly source: 'none' | 'agent' | 'human';
  /** The agent moved the robot and was paused by a gesture. */
  readonly agentPaused: boolean;
}

export interface ControlStatus {
  readonly mode: string;
  readonly level: string;
  readonly gesture: GestureName;
  /** Fraction of the mode's top speed, [0, 1]. */
  readonly speed: number;
  /** True while a motion is being commanded. */
  readonly isActive: boolean;
}

/** Without a decision for this long the controller stops the robot; decisions come every 50 ms. */
export const decisionTimeoutNs = 120_000_000n;
/** A decision on samples older than this is not acted on: it says what the muscles did, not what they do. */
export const staleDecisionNs = 150_000_000n;

/**
 * Turns gesture decisions into commands.
 *
 * Hold to move: every decision that maps to a motion yields one command; the first that does not yields one command of
 * zero speed and then nothing. While the agent has the robot a gesture yields zero-speed commands only, which is how the
 * gate learns that it has to pause the agent; the take-over sequence then asks for the robot, or lets
 * the agent go on.
 */
export class GestureController {
  readonly #mapping: GestureMapping;
  readonly #ramp: VelocityRamp;
  readonly #hold = new HoldDetector();
  readonly #takeOver: TakeOverSequence;
  #gate: GateView = { source: 'none', agentPaused: false };
  #hasTakenOver = false;
  #modeIndex = 0;
  #levelIndex = 0;
  #lastDecisionNs: bigint | undefined;
  #moving: GestureMotion | undefined;
  #gesture: GestureName = 'rest';
  #speed = 0;

  /** @param decisionPeriodS - time between decisions, s; the ramp counts decisions */
  constructor(mapping: GestureMapping, decisionPeriodS: number) {
    this.#mapping = mapping;
    this.#ramp = new VelocityRamp(Math.round(mapping.ramp.lengthS / decisionPeriodS), mapping.ramp.decay);
    this.#takeOver = new TakeOverSequence(mapping.takeOver);
  }

  get status(): ControlStatus {
    return {
      mode: this.#mode.name,
      level: this.#level.name,
      gesture: this.#gesture,
      speed: this.#speed,
      isActive: this.#moving !== undefined,
    };
  }

  /** Takes the gate's newest status. */
  observeGate(gate: GateView): void {
    this.#gate = gate;
    if (gate.source === 'agent') this.#hasTakenOver = false;
  }

  /** Says that the gate granted a take-over (`true`) or that the robot went back to the agent (`false`). */
  confirmTakeOver(hasTakenOver: boolean): void {
    this.#hasTakenOver = hasTakenOver;
    this.#takeOver.reset();
  }

  /**
   * Takes a decision.
   *
   * @param ageNs - how old the newest sample is that it rests on, ns
   * @param nowNs - steady time
   * @returns what to send now, in order
   */
  decide(decision: GestureDecision, ageNs: bigint, nowNs: bigint): readonly ControlOutput[] {
    this.#lastDecisionNs = nowNs;
    const isStale = ageNs > staleDecisionNs;
    const isActive = !isStale && !decision.rejected && decision.gesture !== 'rest';
    const gesture = isActive ? decision.gesture : undefined;
    this.#gesture = gesture ?? 'rest';
    const ramp = this.#ramp.update(gesture);
    this.#hold.update(gesture, nowNs);
    if (this.#agentHasRobot) return this.#askForRobot(gesture, nowNs);
    const action = gesture === undefined ? undefined : this.#mode.actions[gesture];
    const motion = gesture === undefined ? undefined : this.#mode.motions[gesture];
    const outputs = this.#move(motion, ramp * decision.effort);
    if (gesture === undefined || action === undefined) return outputs;
    if (!this.#hold.firesFor(gesture, this.#mapping.actionHoldS, nowNs)) return outputs;
    return [...outputs, ...this.#act(action)];
  }

  /** Stops the robot when decisions have ceased; call it at least every 25 ms. */
  tick(nowNs: bigint): readonly ControlOutput[] {
    const last = this.#lastDecisionNs;
    if (last === undefined || nowNs - last < decisionTimeoutNs) return [];
    this.#lastDecisionNs = undefined;
    this.#hold.reset();
    this.#takeOver.reset();
    return this.stop();
  }

  /** Stops whatever this controller moves. */
  stop(): readonly ControlOutput[] {
    this.#gesture = 'rest';
    return this.#move(undefined, 0);
  }

  get #mode(): ControlMode {
    return this.#mapping.modes[this.#modeIndex] as ControlMode;
  }

  get #level() {
    return this.#mapping.levels[this.#levelIndex] as GestureMapping['levels'][number];
  }

  get #agentHasRobot(): boolean {
    return !this.#hasTakenOver && (this.#gate.source === 'agent' || this.#gate.agentPaused);
  }

  #askForRobot(gesture: GestureName | undefined, nowNs: bigint): readonly ControlOutput[] {
    const stop = this.#move(undefined, 0);
    const asked = this.#takeOver.update(gesture, nowNs);
    if (asked !== undefined) return [...stop, { kind: asked }];
    return gesture === undefined ? stop : [{ kind: 'base', linearMps: 0, angularRadps: 0 }];
  }

  #move(motion: GestureMotion | undefined, speed: number): readonly ControlOutput[] {
    const previous = this.#moving;
    this.#moving = motion;
    this.#speed = motion === undefined ? 0 : speed;
    const outputs: ControlOutput[] = [];
    if (previous !== undefined && previous !== motion) outputs.push(command(previous, 0));
    if (motion !== undefined) outputs.push(command(motion, motion.topSpeed * speed * this.#level.factor));
    return outputs;
  }

  #act(action: GestureAction): readonly ControlOutput[] {
    if (action === 'next-mode') {
      this.#modeIndex = (this.#modeIndex + 1) % this.#mapping.modes.length;
      return [];
    }
    if (action === 'toggle-level') {
      this.#levelIndex = (this.#levelIndex + 1) % this.#mapping.levels.length;
      return [];
    }
    return [{ kind: 'hand-back' }];
  }
}

function command(motion: GestureMotion, speed: number): ControlOutput {
  if ('joint' in motion) return { kind: 'joint', joint: motion.joint, velocity: speed };
  return motion.base === 'linear'
    ? { kind: 'base', linearMps: speed, angularRadps: 0 }
    : { kind: 'base', linearMps: 0, angularRadps: speed };
}
