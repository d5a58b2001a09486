import type { GestureMapping, GestureName } from '@efferent/emg';
import type { UserStrategy } from '../control-episode.ts';
import { AxisPilot } from '../user/axis-pilot.ts';
import { GestureHabit } from '../user/gesture-habit.ts';
import { rearmingLabels, takeChoice } from '../user/menu-habit.ts';
import type { MuscleAction } from '../user/motor-response.ts';
import type { Screen } from '../user/seen-state.ts';
import { TwiceHabit } from '../user/twice-habit.ts';
import { actionGesture } from './hand-controls.ts';
import type { Stage, StageStep } from './hand-stage.ts';
import { HandEye, type HandView } from './hand-view.ts';

/** What is to be done, stage after stage; it sees the screen whenever a stage is over. */
export type HandScript<T = void> = Generator<Stage, T, HandView>;

/** Between two gestures of different habits the forearm rests so long, s. */
const pauseS = 0.7;
/** A motion that shows nothing for so long is blocked, s: let go and tried again. */
const blockedS = 3;
/** Less than this in {@link blockedS} is no motion, m or rad. */
const blockedBy = 0.004;

const rest: MuscleAction = { gesture: 'rest', effort: 0 };

/**
 * A person who drives the robot through a whole task by gestures, one degree of freedom after the other: changes modes, holds
 * gestures and lets them go, re-arms after stops, closes menus that opened by mistake, and tries again what did not move.
 *
 * Tuned with assistance off on seeds from 1000 on; FROZEN since 2026-11-29, with the stages and scripts beside it, and with one
 * habit that came with motions that begin twice.
 */
export class HandPilot implements UserStrategy {
  readonly #mapping: GestureMapping;
  readonly #makeScript: (view: HandView) => HandScript;
  readonly #eye: HandEye;
  readonly #onStage: ((name: string, view: HandView) => void) | undefined;
  #habit = new GestureHabit();
  #pilot = new AxisPilot();
  #twice = new TwiceHabit();
  #script: HandScript | undefined;
  #stage: Stage | undefined;
  #isOver = false;
  #doing = '';
  #activeS = Number.NEGATIVE_INFINITY;
  #progress: { readonly value: number; readonly atS: number } | undefined;
  #tries = 0;

  /** @param onStage - is told of each stage as it begins */
  constructor(
    mapping: GestureMapping,
    frames: { readonly tool: string; readonly base: string },
    makeScript: (view: HandView) => HandScript,
    onStage?: (name: string, view: HandView) => void,
  ) {
    this.#mapping = mapping;
    this.#makeScript = makeScript;
    this.#eye = new HandEye(frames.tool, frames.base);
    this.#onStage = onStage;
  }

  /** Whether all that was to be done was done, as far as the screen shows. */
  isContent(): boolean {
    return this.#isOver;
  }

  decide(seen: Screen, nowS: number): MuscleAction {
    const { status } = seen;
    const view = this.#eye.look(seen, nowS);
    if (status === undefined || view === undefined || status.stop_state === 'stopped') return this.#idle();
    if (status.choices.length > 0) return this.#choose(status, nowS);
    const step = this.#nextStep(view);
    if (step.kind === 'done') return this.#idle();
    const { level = status.level } = this.#stage ?? {};
    if (status.level !== level) return this.#act('menu', status.mode, nowS);
    if (status.mode !== step.mode) return this.#act('next-mode', status.mode, nowS);
    if (this.#isBlocked(step, view, status.gesture)) return this.#tryAgain();
    const wanted =
      step.kind === 'hold'
        ? this.#as(`hold ${step.gesture}`, nowS, () => this.#habit.hold(step.gesture, step.effort, nowS))
        : this.#as('move', nowS, () => this.#pilot.decide([step.axis], status.gesture, nowS));
    return this.#twice.make(wanted, status.begins_twice, nowS);
  }

  #nextStep(view: HandView): StageStep {
    for (let i = 0; i < 20 && !this.#isOver; i++) {
      const step = this.#stage?.step(view) ?? { kind: 'done' };
      if (step.kind !== 'done' && this.#tries < (this.#stage?.patience ?? 0)) return step;
      this.#script ??= this.#makeScript(view);
      const next = this.#script.next(view);
      this.#stage = next.done === true ? undefined : next.value;
      this.#isOver = next.done === true;
      this.#tries = 0;
      this.#progress = undefined;
      this.#letGo();
      this.#onStage?.(this.#stage?.name ?? 'content', view);
    }
    return { kind: 'done' };
  }

  /** Makes the gesture that does something once in a mode, until the screen shows another mode or the menu. */
  #act(action: 'menu' | 'next-mode', mode: string, nowS: number): MuscleAction {
    const gesture = actionGesture(this.#mapping, mode, action);
    if (gesture === undefined) return this.#idle();
    return this.#as(action, nowS, () => this.#habit.press(gesture, mode, nowS));
  }

  /** Rests between gestures of different habits, as between any two. */
  #as(doing: string, nowS: number, act: () => MuscleAction): MuscleAction {
    if (doing !== this.#doing && nowS - this.#activeS < pauseS) return rest;
    if (doing !== this.#doing) this.#letGo();
    this.#doing = doing;
    const action = act();
    if (action.gesture !== 'rest') this.#activeS = nowS;
    return action;
  }

  /** Whether a gesture is held and shown, and nothing moves. */
  #isBlocked(step: StageStep, view: HandView, shown: string): boolean {
    if (step.kind !== 'move') return false;
    const { error, plus, minus } = step.axis;
    const isHeld = shown === plus || shown === minus;
    if (!isHeld || this.#progress === undefined || Math.abs(error - this.#progress.value) > blockedBy)
      this.#progress = { value: error, atS: view.nowS };
    return view.nowS - this.#progress.atS > blockedS;
  }

  #tryAgain(): MuscleAction {
    this.#tries += 1;
    this.#progress = undefined;
    this.#letGo();
    return rest;
  }

  #choose(status: NonNullable<Screen['status']>, nowS: number): MuscleAction {
    const { choices, lit, lit_progress: progress } = status;
    const level = this.#stage?.level;
    const speed = level === undefined || level === status.level ? [] : [`${level} speed`];
    const label = [
      ...rearmingLabels,
      ...speed,
      'close the menu',
      'go back',
      'leave it',
      'give the robot back',
    ].find((each) => choices.includes(each));
    const gesture: GestureName = this.#mapping.scan.gesture;
    return this.#as('menu', nowS, () =>
      takeChoice(this.#habit, { choices, lit, progress }, label, gesture, nowS),
    );
  }

  #idle(): MuscleAction {
    this.#letGo();
    return rest;
  }

  #letGo(): void {
    this.#pilot = new AxisPilot();
    this.#habit = new GestureHabit();
    this.#doing = '';
  }
}
