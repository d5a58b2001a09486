import type { SkillContract } from '@efferent/skills';
import { gripEvidence } from '../belief/robot-state.ts';
import { viewBelief } from '../belief/truth.ts';
import type { SubGoal } from '../plan/plan-graph.ts';
import { contextOf, type SkillContext } from '../plan/skill-context.ts';
import type { SkillStatistics } from '../plan/skill-statistics.ts';
import { verifyEffects } from '../plan/verifier.ts';
import { findSkill } from '../reasoner/operators.ts';
import { confirmStep } from './confirm-step.ts';
import { describeStep } from './describe.ts';
import type { SkillCall, SkillOutcome, SkillRun, TaskEnvironment } from './environment.ts';
import { type TaskBudget, TaskEnd } from './limits.ts';
import { rememberPlace } from './remember-place.ts';
import type { TaskProgress } from './task-progress.ts';

/** How one try of a sub-goal ended. */
export interface StepResult {
  readonly success: boolean;
  /** Failure code of the skill, `not-confirmed`, or empty. */
  readonly code: string;
  readonly message: string;
  /** What a person reads in the step's line: phases or evidence. */
  readonly note: string;
  readonly confirmed: boolean;
}

/** Failure codes that mean that the thing is not where it was believed to be. */
const lostCodes = new Set(['target-lost']);
/** Failure codes that say nothing about the next try. */
const passingCodes = new Set(['blocked', 'unavailable', 'no-pictures', 'time-out']);
/** How long to wait for pictures taken after a skill ended, s. */
const freshPictureTimeoutS = 3;
const freshPictures = 3;
const pollS = 0.1;
/** What the fingers of a stopped robot are given to come to rest, s. */
const settleS = 0.3;
/** Fingers farther apart than this hold nothing that this robot can pick, m. */
const wideOpenM = 0.1;

/** Sends skills to the robot and checks what they did. */
export class StepRunner {
  readonly #environment: TaskEnvironment;
  readonly #budget: TaskBudget;
  readonly #statistics: SkillStatistics;
  /** Failures in a row by call. */
  readonly #failures = new Map<string, number>();
  readonly #progress: TaskProgress;

  constructor(
    environment: TaskEnvironment,
    budget: TaskBudget,
    statistics: SkillStatistics,
    progress: TaskProgress,
  ) {
    this.#environment = environment;
    this.#budget = budget;
    this.#statistics = statistics;
    this.#progress = progress;
  }

  /**
   * Runs a sub-goal's skill once, then lets the belief catch up and verifies the effects.
   *
   * @param verify - false in open loop: the skill's own word is taken
   * @throws {@link TaskEnd} when a bound is passed or the robot is stopped
   */
  async run(
    subGoal: SubGoal,
    contract: SkillContract,
    verify: boolean,
    signal: AbortSignal,
  ): Promise<StepResult> {
    const { belief, confirmsSteps } = this.#environment;
    if (confirmsSteps?.() === true) {
      const view = viewBelief(belief, this.#environment.nowS());
      const step = describeStep(view, subGoal.skill, subGoal.arguments);
      await confirmStep(this.#environment, step, this.#budget.limits.questionTimeoutS, signal);
    }
    this.#progress.countStep(subGoal);
    const context = this.contextOf(subGoal);
    const phases: string[] = [];
    const moved = movedObject(subGoal, contract);
    const picks = isPick(contract);
    if (moved !== undefined && picks)
      rememberPlace(this.#environment.memory, belief, moved, 'seen', this.#environment.nowS());
    for (const id of Object.values(subGoal.arguments)) belief.button(id)?.begin();
    if (moved !== undefined) belief.beginHandling(subGoal.robot, moved, this.#environment.nowS());
    const report = (outcome: SkillOutcome, verdict: SkillRun['verdict']) =>
      this.#report(subGoal, context, subGoal.feasibility, outcome, verdict);
    const outcome = await this.#call(
      subGoal,
      (phase) => {
        if (phase !== '' && phase !== phases[phases.length - 1]) phases.push(phase);
      },
      signal,
    )
      .catch(async (error: unknown): Promise<never> => {
        if (signal.aborted) await this.#feelHand(subGoal, contract);
        throw error;
      })
      .finally(() => belief.endHandling(subGoal.robot));
    if (outcome.success) this.#progress.noteSuccess(subGoal);
    const note = phases.join(' · ');
    if (!verify) {
      report(outcome, 'unverified');
      this.#write(subGoal, contract, outcome.success);
      return {
        success: outcome.success,
        code: outcome.failureCode,
        message: outcome.message,
        note,
        confirmed: false,
      };
    }
    const endS = this.#environment.nowS();
    await this.waitForPictures(endS, signal);
    if (!outcome.success) {
      this.#statistics.record(subGoal.skill, context.className, false, outcome.elapsedS);
      report(outcome, 'unverified');
      this.#writeFailure(subGoal, contract, outcome);
      this.#noteHeld(subGoal, contract, endS);
      return { success: false, code: outcome.failureCode, message: outcome.message, note, confirmed: false };
    }
    const result = await this.#verify(subGoal, contract, endS, note, signal);
    this.#statistics.record(subGoal.skill, context.className, result.success, outcome.elapsedS);
    report(outcome, result.success ? 'confirmed' : 'refuted');
    if (result.success && moved !== undefined && empties(contract))
      rememberPlace(this.#environment.memory, belief, moved, 'put', this.#environment.nowS());
    return result;
  }

  /** Sends one skill whose effects nobody verifies, such as a look; counts it. @throws {@link TaskEnd} */
  async send(
    call: Pick<SubGoal, 'robot' | 'skill' | 'arguments'>,
    onPhase: (phase: string) => void,
    signal: AbortSignal,
  ): Promise<SkillOutcome> {
    this.#progress.countAside();
    const context = this.contextOf(call);
    const outcome = await this.#call(call, onPhase, signal);
    this.#report(call, context, Number.NaN, outcome, 'unverified');
    return outcome;
  }

  /** What the success of a call may depend on now. */
  contextOf(call: SkillCall): SkillContext {
    const view = viewBelief(this.#environment.belief, this.#environment.nowS());
    return contextOf(call, view, this.#failures.get(keyOf(call)) ?? 0);
  }

  #report(
    { robot, skill, arguments: given }: SkillCall,
    context: SkillContext,
    feasibility: number,
    outcome: SkillOutcome,
    verdict: SkillRun['verdict'],
  ): void {
    const key = keyOf({ robot, skill, arguments: given });
    if (outcome.success && verdict !== 'refuted') this.#failures.delete(key);
    else if (!passingCodes.has(outcome.failureCode))
      this.#failures.set(key, (this.#failures.get(key) ?? 0) + 1);
    const run: SkillRun = { robot, skill, arguments: given, context, feasibility, outcome, verdict };
    this.#environment.publishSkillRun(run);
    this.#environment.memory?.rememberSkill(run);
  }

  async #call(
    call: Pick<SubGoal, 'robot' | 'skill' | 'arguments'>,
    onPhase: (phase: string) => void,
    signal: AbortSignal,
  ): Promise<SkillOutcome> {
    await this.#environment.whilePaused(signal);
    this.#budget.countStep();
    const outcome = await this.#environment.executeSkill(call, onPhase, signal);
    if (signal.aborted) throw signal.reason;
    if (outcome.failureCode === 'stopped')
      throw new TaskEnd('stopped', `The robot was stopped: ${outcome.message}`);
    return outcome;
  }

  /** Waits until the belief holds some pictures taken after `sinceS`, at most for a few seconds. */
  async waitForPictures(sinceS: number, signal: AbortSignal): Promise<void> {
    const { belief } = this.#environment;
    const untilS = this.#environment.nowS() + freshPictureTimeoutS;
    let counted = belief.pictures;
    let fresh = 0;
    while (fresh < freshPictures && this.#environment.nowS() < untilS) {
      await this.#environment.sleep(pollS, signal);
      if (belief.pictureS > sinceS) fresh += belief.pictures - counted;
      counted = belief.pictures;
    }
  }

  async #verify(
    subGoal: SubGoal,
    contract: SkillContract,
    endS: number,
    note: string,
    signal: AbortSignal,
  ): Promise<StepResult> {
    const { belief } = this.#environment;
    if (empties(contract) && this.#stillHolds(subGoal.robot)) {
      const message = 'the skill reported success, but the fingers still press on something';
      return { success: false, code: 'not-confirmed', message, note, confirmed: false };
    }
    this.#letGo(subGoal, contract);
    let check = verifyEffects(belief, subGoal, contract, endS, this.#environment.nowS(), false);
    if (check.verdict === 'unknown' && check.lookAt !== '' && this.#canLook()) {
      const target = check.lookAt;
      this.#environment.emit({
        kind: 'note',
        subGoalId: subGoal.id,
        text: `looking again: ${check.evidence}`,
        detail: '',
        feasibility: Number.NaN,
      });
      const look = await this.send(
        { robot: subGoal.robot, skill: 'look', arguments: { target } },
        () => undefined,
        signal,
      );
      await this.waitForPictures(this.#environment.nowS(), signal);
      check = verifyEffects(belief, subGoal, contract, endS, this.#environment.nowS(), look.success);
    }
    const full = [note, check.evidence].filter(Boolean).join(' · ');
    if (check.verdict === 'confirmed') {
      this.#write(subGoal, contract, true);
      return { success: true, code: '', message: check.evidence, note: full, confirmed: true };
    }
    if (check.effect.startsWith('holding') && check.verdict === 'refuted') this.#doubtPose(subGoal);
    return {
      success: false,
      code: 'not-confirmed',
      message: `the skill reported success, but ${check.evidence}`,
      note: full,
      confirmed: false,
    };
  }

  #canLook(): boolean {
    return this.#environment.skills.some((skill) => skill.name === 'look');
  }

  /** A skill that emptied the hand: from here on pictures say where the thing is. */
  #letGo(subGoal: SubGoal, contract: SkillContract): void {
    if (empties(contract)) this.#environment.belief.confirmReleased(subGoal.robot);
  }

  /** What a stopped skill left in the hand: the fingers say it, since nobody verified the effects. */
  async #feelHand(subGoal: SubGoal, contract: SkillContract): Promise<void> {
    const { belief } = this.#environment;
    const object = movedObject(subGoal, contract);
    const robot = belief.robot(subGoal.robot);
    if (object === undefined || robot === undefined) return;
    // The step is over and its signal aborted; this short wait is not to be.
    const { signal } = new AbortController();
    const endS = this.#environment.nowS();
    while (robot.jointStampS < endS + settleS && this.#environment.nowS() < endS + 2 * settleS)
      await this.#environment.sleep(pollS, signal);
    if (isPick(contract) && this.#stillHolds(subGoal.robot)) belief.confirmHolding(subGoal.robot, object);
    if (empties(contract) && gripEvidence(robot) === 'empty') belief.confirmReleased(subGoal.robot);
  }

  /** A failed grasp may have ended with the thing in the hand, such as one that failed on the way back. */
  #noteHeld(subGoal: SubGoal, contract: SkillContract, endS: number): void {
    const { belief } = this.#environment;
    const object = movedObject(subGoal, contract);
    if (object === undefined || !isPick(contract) || !this.#stillHolds(subGoal.robot)) return;
    const check = verifyEffects(belief, subGoal, contract, endS, this.#environment.nowS(), true);
    if (check.verdict === 'confirmed') belief.confirmHolding(subGoal.robot, object);
  }

  #stillHolds(robotName: string): boolean {
    const robot = this.#environment.belief.robot(robotName);
    return robot !== undefined && gripEvidence(robot) === 'holding' && robot.apertureM < wideOpenM;
  }

  /** Writes confirmed effects that no picture shows: what is in the hand. */
  #write(subGoal: SubGoal, contract: SkillContract, success: boolean): void {
    if (!success) return;
    const { belief } = this.#environment;
    this.#letGo(subGoal, contract);
    for (const term of contract.effects) {
      const object = subGoal.arguments[term.arguments[0] ?? ''];
      if (term.predicate === 'holding' && !term.negated && object !== undefined)
        belief.confirmHolding(subGoal.robot, object);
    }
  }

  /** What a failure says about the world: the thing was not there, or it left the hand. */
  #writeFailure(subGoal: SubGoal, contract: SkillContract, outcome: SkillOutcome): void {
    const { belief } = this.#environment;
    if (outcome.failureCode === 'dropped' || outcome.failureCode === 'hand-empty') {
      const held = belief.heldBy(subGoal.robot);
      if (held !== undefined) belief.tracker.markMissing(held.id);
    }
    if (!lostCodes.has(outcome.failureCode)) return;
    const carried = contract.preconditions.find((term) => term.predicate === 'holding')?.arguments[0];
    for (const [name, id] of Object.entries(subGoal.arguments)) {
      if (name !== carried) this.#doubt(id);
    }
  }

  #doubtPose(subGoal: SubGoal): void {
    const { object } = subGoal.arguments;
    if (object !== undefined) this.#doubt(object);
  }

  /** Gives up on a pose unless a picture of this moment shows the thing. */
  #doubt(id: string): void {
    const track = this.#environment.belief.tracker.find(id);
    if (track !== undefined && !track.visible) this.#environment.belief.tracker.markMissing(id);
  }
}

const keyOf = ({ robot, skill, arguments: given }: SkillCall): string =>
  `${robot} ${skill} ${JSON.stringify(given)}`;

/** The object that a skill picks up or puts down. */
const movedObject = (subGoal: SubGoal, contract: SkillContract): string | undefined => {
  const term = [...contract.effects, ...contract.preconditions].find((each) => each.predicate === 'holding');
  return subGoal.arguments[term?.arguments[0] ?? ''];
};

const isPick = (contract: SkillContract): boolean =>
  contract.effects.some((term) => term.predicate === 'holding' && !term.negated);

const empties = (contract: SkillContract): boolean =>
  contract.effects.some((term) => term.predicate === 'hand-empty' && !term.negated);

/** Tells whether a sub-goal is done by the agent's own search. */
export const isFind = (subGoal: Pick<SubGoal, 'skill'>): boolean => subGoal.skill === findSkill;
