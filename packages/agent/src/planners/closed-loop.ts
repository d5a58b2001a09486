import type { SkillContract } from '@efferent/skills';
import { parseAtom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import type { PlanProposal } from '../model/proposal.ts';
import { changedThings, type RepairLevel, repairLevel } from '../plan/belief-change.ts';
import { hopelessDoubt } from '../plan/critic.ts';
import { evidenceChance } from '../plan/plan-evidence.ts';
import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import { leftMembers, type Review, type ReviewContext, reviewPlan } from '../plan/review-plan.ts';
import { mainArgument } from '../plan/skill-context.ts';
import { confirmExplanation, recover, repairSteps, uncoverSteps } from '../task/recovery.ts';
import { isFind, type StepResult } from '../task/step-runner.ts';
import type { TaskContext } from '../task/task-context.ts';
import { concludePlan } from './conclude-plan.ts';
import { HybridSource } from './hybrid-source.ts';
import type { Objection, PlanStrategy, StepCritic } from './plan-loop.ts';

/** Codes for which trying the same again, with fresh poses, is worth it. */
const retryable = new Set([
  'grasp-failed',
  'slipped',
  'policy-failed',
  'blocked',
  'time-out',
  'no-pictures',
  'release-failed',
  'unavailable',
  'not-confirmed',
  'no-free-spot',
  'unreachable',
]);
/** Codes that say nothing about whether the contract of a skill holds for a thing. */
const passing = new Set([
  'target-lost',
  'unreachable',
  'blocked',
  'unavailable',
  'no-pictures',
  'time-out',
  'hand-empty',
  'hand-full',
  'dropped',
]);
const maxRepairs = 3;

/** Answers that one question is put for at most to a model whose answers vary. */
const samplesOfQuestion = 3;

/** Tries of a failed step at the lowest level. */
const maxRetries = 2;

/**
 * The combined planner: hold the plan against contracts and instruction, criticise, act, verify, and on failure explain and
 * put right at the lowest level that helps - other parameters of the step, its sub-goal, the task.
 */
export class ClosedLoop implements PlanStrategy, StepCritic {
  readonly closesLoop: boolean;
  readonly #task: TaskContext;
  readonly #criticises: boolean;
  readonly critic: StepCritic | undefined;
  /** Repairs by sub-goal of the present plan. */
  readonly #repairs = new WeakMap<SubGoal, number>();
  /** Of a planner without critic: the critic of plans would have ended the task, and spends nothing any more. */
  #isSpent = false;
  /** What was believed when the present plan was made. */
  #planned: BeliefView | undefined;

  /** @param criticises - false lets every plan pass that keeps to the contracts, and every step */
  constructor(task: TaskContext, criticises: boolean) {
    this.#task = task;
    this.#criticises = criticises;
    this.closesLoop = task.uses('verification');
    this.critic = criticises && task.uses('critic') ? this : undefined;
  }

  select(ready: readonly SubGoal[], running: readonly SubGoal[]): SubGoal | undefined {
    if (running.length > 0 && !this.#task.uses('parallel')) return undefined;
    return this.#task.nearest(ready, running);
  }

  async objection(
    subGoal: SubGoal,
    contract: SkillContract,
    signal: AbortSignal,
  ): Promise<Objection | 'holds' | undefined> {
    const { critic } = this.#task;
    const verdict = await critic.judge(
      subGoal,
      contract,
      ({ verdict: word, explanation, violatedPrecondition, feasibility }) =>
        this.#task.emit(
          'critique',
          subGoal,
          word === 'accept' ? 'approach' : explanation,
          violatedPrecondition,
          feasibility,
        ),
      signal,
    );
    if (verdict === undefined) return 'holds';
    if (verdict.verdict === 'accept') return undefined;
    const { explanation: because, violatedPrecondition, obstacle } = verdict;
    return { because, violatedPrecondition, obstacle };
  }

  async onObjection(subGoal: SubGoal, { because, violatedPrecondition, obstacle }: Objection): Promise<void> {
    subGoal.state = 'vetoed';
    subGoal.reason = because;
    if (obstacle !== undefined) {
      // As good as tried: who plans anew must know that it does not work from here.
      const tried = { ...obstacle, success: false, note: '', confirmed: false };
      this.#task.rememberFailure(subGoal, tried);
      this.#task.countFailure(subGoal, tried);
    }
    this.#task.memory.note('vetoed', `${subGoal.description}: ${because}`);
    this.#task.emit('step-end', subGoal, because, 'vetoed', subGoal.feasibility);
    if (violatedPrecondition === '') await this.replan(`${subGoal.description}: ${because}`);
    else await this.#putRight(subGoal, because, this.#level(subGoal, 'sub-goal'));
  }

  async onFailure(subGoal: SubGoal, result: StepResult): Promise<void> {
    const { environment } = this.#task;
    const failure = this.#task.rememberFailure(subGoal, result);
    if (isFind(subGoal)) {
      await this.replan(result.message);
      return;
    }
    this.#task.countFailure(subGoal, result);
    const contract = this.#task.contractOf(subGoal);
    const explanation = this.#task.uses('explanations') ? await this.#task.explain() : undefined;
    const { broken, because } = confirmExplanation(
      environment,
      subGoal,
      contract,
      explanation,
      result.message,
    );
    subGoal.reason = because;
    if (broken === undefined && this.#learnWrongContract(subGoal, result)) {
      await this.replan(`${subGoal.description} does not work here: ${because}`);
      return;
    }
    const level = this.#level(subGoal, broken === undefined ? 'parameters' : 'sub-goal');
    if (level === 'parameters' && retryable.has(result.code) && failure.count <= maxRetries)
      await this.#tryAgain(subGoal, because, failure.count);
    else await this.#putRight(subGoal, because, level === 'parameters' ? 'task' : level);
  }

  async onSuccess(subGoal: SubGoal): Promise<void> {
    this.#task.statistics.doubt.noteSuccess(subGoal.skill, mainArgument(subGoal));
  }

  async onStuck(): Promise<void> {
    await this.replan('no step of the plan can go on');
  }

  async newPlan(purpose: 'decompose' | 'replan', change: string): Promise<void> {
    const review = (proposal: PlanProposal, view: BeliefView) => this.#review(proposal, view);
    const samples = this.#task.uses('samples') ? samplesOfQuestion : 1;
    const source = new HybridSource(
      this.#task,
      purpose,
      samples,
      (proposal) => review(proposal, this.#task.view()).problems.length === 0,
      this.#criticises || this.#isSpent ? undefined : (proposal) => this.#wouldRefuse(proposal),
    );
    await this.#task.newPlan(source, change, review);
    this.#isSpent ||= source.isSpent;
    this.#task.critic.planChance = source.evidence === undefined ? 1 : evidenceChance(source.evidence);
    this.#planned = this.#task.view();
  }

  async replan(because: string): Promise<void> {
    this.#task.noteReplan(because);
    await this.newPlan('replan', because);
  }

  async onEnd(plan: PlanGraph): Promise<string | undefined> {
    const goals = plan.goals.map((goal) => this.#task.goals.bound(goal));
    const references = [...plan.references];
    const left = plan.complete
      ? leftMembers({ goals, references }, this.#reviewContext(this.#task.view()))
      : [];
    if (left.length === 0) return concludePlan(this.#task, plan, this);
    await this.replan(left.join('; '));
    return undefined;
  }

  #review(proposal: PlanProposal, view: BeliefView): Review {
    return reviewPlan(proposal, this.#reviewContext(view));
  }

  /**
   * Tells a planner without critic whether the critic of plans would have the model asked again: it asks as often, and then
   * takes what most answers say, since nobody tells it which of them are right.
   */
  #wouldRefuse(proposal: PlanProposal): boolean {
    const context = { ...this.#reviewContext(this.#task.view()), covers: true, mends: true };
    return reviewPlan(proposal, context).problems.length > 0;
  }

  #reviewContext(view: BeliefView): ReviewContext {
    const { environment, memory } = this.#task;
    return {
      view,
      skills: environment.skills,
      robots: environment.robots,
      instruction: memory.instruction,
      answers: memory.answers,
      achieved: memory.achieved,
      excluded: memory.excluded,
      failures: memory.failures,
      covers: this.#criticises && this.#task.uses('coverage'),
      mends: this.#task.uses('mending'),
    };
  }

  /** At what level a failed step is put right, by how much of the belief changed since the plan was made. */
  #level(subGoal: SubGoal, lowest: RepairLevel): RepairLevel {
    if (!this.#task.uses('repair-levels')) return 'task';
    const view = this.#task.view();
    const steps = this.#task.plan!.subGoals;
    const done = steps.filter((step) => step.state === 'done');
    const open = steps.filter(
      (step) => step !== subGoal && step.state !== 'done' && step.state !== 'skipped',
    );
    const byPlan = new Set(done.flatMap((step) => Object.values(step.arguments)));
    const changed = changedThings(this.#planned ?? view, view, byPlan);
    const level = repairLevel(subGoal, open, changed, view);
    return level === 'parameters' ? lowest : level;
  }

  /** Tries the step again: at first with fresh poses, then after a recovery. */
  async #tryAgain(subGoal: SubGoal, because: string, count: number): Promise<void> {
    const { environment, plan, memory } = this.#task;
    const named = new Set(plan!.goals.flatMap((goal) => parseAtom(goal)?.arguments ?? []));
    const isTried = (this.#repairs.get(subGoal) ?? 0) > 0;
    const cover = isTried ? undefined : uncoverSteps(environment, subGoal, named, plan!.revision + 1);
    if (cover !== undefined) {
      this.#repairs.set(subGoal, 1);
      this.#insert(subGoal, cover, because);
      return;
    }
    if (count > 1) await recover(this.#task, subGoal);
    subGoal.state = 'ready';
    memory.note('note', `${subGoal.description}: ${because}: tried again`);
    this.#task.emit('replan', subGoal, `${subGoal.description}: ${because}`, 'try again', Number.NaN);
  }

  /** Inserts the steps that bring a precondition about again; else replans the task. */
  async #putRight(subGoal: SubGoal, because: string, level: RepairLevel): Promise<void> {
    const { environment } = this.#task;
    const repairs = (this.#repairs.get(subGoal) ?? 0) + 1;
    this.#repairs.set(subGoal, repairs);
    const steps =
      level === 'task' || repairs > maxRepairs
        ? undefined
        : repairSteps(environment, subGoal, this.#task.contractOf(subGoal), this.#task.plan!.revision + 1);
    if (steps === undefined) await this.replan(`${subGoal.description}: ${because}`);
    else this.#insert(subGoal, steps, because);
  }

  #insert(subGoal: SubGoal, steps: readonly SubGoal[], because: string): void {
    const { environment, budget, memory } = this.#task;
    budget.countReplan();
    const inserted = steps.map((step) => step.description).join(', ');
    const change = `${because}: ${inserted === '' ? 'try again' : `first ${inserted}`}`;
    memory.note('note', change);
    this.#task.emit('replan', subGoal, change, `replan sub-goal (round ${budget.replans})`, Number.NaN);
    this.#task.plan = this.#task.plan!.withRepair(subGoal, steps, change);
    environment.publishPlan(this.#task.plan);
  }

  /**
   * Takes in a failure although all that the contract asks for held.
   *
   * @returns true when the contract is from now on taken to be wrong about this thing; the model is told so
   */
  #learnWrongContract(subGoal: SubGoal, { code, message }: StepResult): boolean {
    const { statistics, memory } = this.#task;
    if (passing.has(code)) return false;
    const { robot, skill, arguments: given } = subGoal;
    const thing = mainArgument(subGoal);
    const wasHopeless = statistics.doubt.probability(skill, thing) >= hopelessDoubt;
    // The failures of this thing have lowered the learned chance already; they must not count twice.
    const context = { ...this.#task.runner.contextOf(subGoal), tries: 0 };
    const chance = statistics.fittedProbability(skill, context);
    statistics.doubt.noteFailure(skill, thing, chance, code);
    if (wasHopeless || statistics.doubt.probability(skill, thing) < hopelessDoubt) return false;
    memory.addFailure({ robot, skill, arguments: given, code: 'does-not-hold', message });
    return true;
  }
}
