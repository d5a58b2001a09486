import type { GestureMapping, GestureName } from '@efferent/emg';
import { GestureHabit } from './gesture-habit.ts';
import { rearmingLabels, takeChoice } from './menu-habit.ts';
import type { MuscleAction } from './motor-response.ts';
import type { SeenState } from './seen-state.ts';

/** After asking for something the user waits so long for the agent's plan, s. */
const planPatienceS = 12;

/** States of efferent_interfaces/msg/SubGoal that are not over: waiting, ready, running. */
const openStates: readonly number[] = [0, 1, 2];
/** States of the steps of a plan that was carried out. */
const done = 3;
const skipped = 6;

/**
 * A person who lets the agent work: chooses from the menu what the agent shall do, lets it go on when it was paused,
 * answers it, re-arms after a stop, and asks again when the agent gives up. FROZEN since 2026-11-29, before any assistance
 * was tuned.
 */
export class SharedUser {
  readonly #wish: string;
  readonly #mapping: GestureMapping;
  readonly #habit = new GestureHabit();
  readonly #looked = new Set<string>();
  #isPatientUntilS = 0;
  #aiming: { readonly label: string; readonly shown: string } | undefined;
  #seenTask = '';
  /** How often the wish was asked for. */
  askedCount = 0;

  /** @param wish - the instruction that the person wants carried out, as the agent words it */
  constructor(wish: string, mapping: GestureMapping) {
    this.#wish = wish;
    this.#mapping = mapping;
  }

  /** Whether the screen shows that the wish was carried out. */
  isContent({ plan }: SeenState): boolean {
    if (plan === undefined || this.askedCount === 0 || plan.instruction !== this.#wish) return false;
    return (
      plan.sub_goals.length > 0 && plan.sub_goals.every(({ state }) => state === done || state === skipped)
    );
  }

  /** Decides what to do with the forearm, by what the screen shows now. */
  decide(seen: SeenState, nowS: number): MuscleAction {
    const { status, plan } = seen;
    if (status === undefined || status.stop_state === 'stopped') return this.#habit.relax(nowS);
    this.#noteChoice(status.choices.join('|'), nowS);
    if (plan !== undefined && plan.task_id !== this.#seenTask) {
      this.#seenTask = plan.task_id;
      this.#isPatientUntilS = 0;
    }
    if (status.choices.length > 0) return this.#choose(seen, nowS);
    if (nowS < this.#isPatientUntilS) return this.#habit.relax(nowS);
    const { agent_paused: isPaused = false, source = 'none' } = seen.gate ?? {};
    if (isPaused && source !== 'human') return this.#letGoOn(nowS);
    if (isPaused || !(this.#isBusy(seen) || this.isContent(seen))) return this.#openMenu(seen, nowS);
    return this.#habit.relax(nowS);
  }

  #isBusy({ plan }: SeenState): boolean {
    return plan?.sub_goals.some(({ state }) => openStates.includes(state)) ?? false;
  }

  #letGoOn(nowS: number): MuscleAction {
    const { takeOver } = this.#mapping;
    if (takeOver === undefined) return this.#habit.relax(nowS);
    return this.#habit.press(takeOver.resumeGesture, 'paused', nowS);
  }

  #openMenu({ status }: SeenState, nowS: number): MuscleAction {
    const mode = this.#mapping.modes.find(({ name }) => name === status?.mode);
    const actions = Object.entries(mode?.actions ?? {});
    const opens =
      actions.find(([, action]) => action === 'menu') ?? actions.find(([, a]) => a === 'next-mode');
    if (opens === undefined) return this.#habit.relax(nowS);
    return this.#habit.press(opens[0] as GestureName, status?.mode ?? '', nowS);
  }

  #choose(seen: SeenState, nowS: number): MuscleAction {
    const { choices, lit, lit_progress: progress } = seen.status!;
    const label = this.#wantedOf(seen, choices);
    const action = takeChoice(
      this.#habit,
      { choices, lit, progress },
      label,
      this.#mapping.scan.gesture,
      nowS,
    );
    if (label !== undefined && this.#habit.isPressing) this.#aiming = { label, shown: choices.join('|') };
    return action;
  }

  /** Takes note of what was chosen when the choices change after it was aimed at. */
  #noteChoice(shown: string, nowS: number): void {
    const aim = this.#aiming;
    if (aim === undefined || shown === aim.shown) return;
    this.#aiming = undefined;
    const isLook = aim.label.startsWith('look at');
    if (isLook) this.#looked.add(aim.label);
    if (aim.label === this.#wish) this.askedCount += 1;
    if (isLook || aim.label === this.#wish) this.#isPatientUntilS = nowS + planPatienceS;
  }

  /** The choice that leads on, most urgent first. */
  #wantedOf(seen: SeenState, choices: readonly string[]): string | undefined {
    const question = seen.question?.id === '' ? undefined : seen.question;
    const answers = question?.choices ?? [];
    const isIdle = !this.#isBusy(seen) && !this.isContent(seen);
    const wanted = [
      ...rearmingLabels,
      answers.find((answer) => this.#wish.includes(answer)) ?? answers[0],
      'let the agent go on',
      'give the robot back',
      ...(isIdle
        ? [
            this.#wish,
            choices.find((label) => label.startsWith('look at') && !this.#looked.has(label)),
            'ask the agent',
          ]
        : []),
      'close the menu',
      'go back',
      'leave it',
    ];
    return wanted.find((label) => label !== undefined && choices.includes(label));
  }
}
