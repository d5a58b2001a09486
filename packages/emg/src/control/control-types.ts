import type { GestureDecision } from '../decoder/decide.ts';
import type { DecodingFault } from '../decoder/decoding-fault.ts';
import type { GestureName } from '../gestures.ts';
import type { MotionCommand } from './motion-driver.ts';
import type { StopState } from './stop-latch.ts';

/** One thing to send: a command to the gate, or something asked of gate or agent. */
export type ControlOutput =
  | MotionCommand
  | { readonly kind: 'take-over' }
  | { readonly kind: 'hand-back' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'calibrate' }
  | { readonly kind: 'answer'; readonly questionId: string; readonly answer: string }
  | { readonly kind: 'instruct'; readonly instruction: string };

/** A decision, and what is wrong with the signal that it rests on. */
export interface ControlDecision extends GestureDecision {
  readonly fault?: DecodingFault;
}

/** What the command gate says about the robot. */
export interface GateView {
  /** Who moves the robot; `human` with a paused agent has taken it over. */
  readonly source: 'none' | 'agent' | 'human';
  /** The agent moved the robot and was paused by a gesture, or the robot was taken from it. */
  readonly agentPaused: boolean;
  /** From the robot to the nearest face, m; infinite where none is known, not a number while nobody knows. */
  readonly faceDistanceM: number;
}

export interface ControlStatus {
  readonly mode: string;
  readonly level: string;
  readonly gesture: GestureName;
  /** Fraction of the motion's top speed, [0, 1]. */
  readonly speed: number;
  /** True while a motion is being commanded. */
  readonly isActive: boolean;
  /** `asleep` is armed, but unused for a while: gestures move nothing until they are re-armed. */
  readonly stopState: StopState | 'asleep';
  /** Why gestures move nothing, one sentence; empty while armed. */
  readonly stopReason: string;
  /** True while a motion begins with its gesture made twice: shortly, and then held. */
  readonly beginsTwice: boolean;
  /** What assistance changes of the motion now, in words; empty where nothing. */
  readonly assist: string;
  /** What is offered by scanning; empty while gestures move directly. */
  readonly choices: readonly string[];
  readonly litIndex: number;
  /** How much of its time the lit choice has had, [0, 1]. */
  readonly litProgress: number;
}
