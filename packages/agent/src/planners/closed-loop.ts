import type { SkillContract } from '@efferent/skills';
import type { BeliefView } from '../belief/belief-view.ts';
import type { PlanProposal } from '../model/proposal.ts';
import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import { type Review, reviewPlan } from '../plan/review-plan.ts';
import { confirmExplanation, repairSteps } from '../task/recovery.ts';
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
const maxRetries = 2;
const maxRepairs = 3;

/**
 * The combined planner: criticise, act, verify, and on failure explain and repair at the lowest level that helps - the
 * skill with fresh poses, the sub-goal, the task.
 */
export class ClosedLoop implements PlanStrategy, StepCritic {
  readonly closesLoop = true;
  readonly #task: TaskContext;
  readonly critic: StepCritic | undefined;
  /** Repairs by sub-goal of the present plan. */
  readonly #repairs = new WeakMap<SubGoal, number>();

  /** @param criticises - false for the planner `no-critic`, which sends every step */
  constructor(task: TaskContext, criticises: boolean) {
    this.#task = task;
    this.critic = criticises ? this : undefined;
  }

  select(ready: readonly SubGoal[], running: readonly SubGoal[]): SubGoal | undefined {
    return this.#task.nearest(ready, running);
  }

  async objection(
    subGoal: SubGoal,
    contract: SkillContract,
    signal: AbortSignal,
  ): Promise<Objection | undefined> {
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
    if (verdict.verdict === 'accept') return undefined;
    return { because: verdict.explanation, violatedPrecondition: verdict.violatedPrecondition };
  }

  async onObjection(subGoal: SubGoal, { because, violatedPrecondition }: Objection): Promise<void> {
    subGoal.state = 'vetoed';
    subGoal.reason = because;
    this.#task.memory.note('vetoed', `${subGoal.description}: ${because}`);
    this.#task.emit('step-end', subGoal, because, 'vetoed', subGoal.feasibility);
    if (violatedPrecondition === '') await this.replan(`${subGoal.description}: ${because}`);
    else await this.#repair(subGoal, because);
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
    const explanation = await this.#task.explain();
    const { broken, because } = confirmExplanation(
      environment,
      subGoal,
      contract,
      explanation,
      result.message,
    );
    subGoal.reason = because;
    if (broken === undefined && retryable.has(result.code) && failure.count <= maxRetries) {
      subGoal.state = 'ready';
      this.#task.emit('replan', subGoal, `${subGoal.description}: ${because}`, 'try again', Number.NaN);
      return;
    }
    if (broken !== undefined) await this.#repair(subGoal, because);
    else await this.replan(`${subGoal.description}: ${because}`);
  }

  async onStuck(): Promise<void> {
    await this.replan('no step of the plan can go on');
  }

  newPlan(purpose: 'decompose' | 'replan', change: string): Promise<void> {
    const review = (proposal: PlanProposal, view: BeliefView) => this.#review(proposal, view);
    const source = new HybridSource(
      this.#task,
      purpose,
      this.#task.uses('samples') ? 3 : 1,
      (proposal) => review(proposal, this.#task.view()).problems.length === 0,
    );
    return this.#task.newPlan(source, change, review);
  }

  #review(proposal: PlanProposal, view: BeliefView): Review {
    const { environment, memory } = this.#task;
    return reviewPlan(proposal, {
      view,
      skills: environment.skills,
      robots: environment.robots,
      instruction: memory.instruction,
      answers: memory.answers,
      achieved: memory.achieved,
      failures: memory.failures,
      covers: this.#task.uses('coverage'),
      mends: this.#task.uses('mending'),
    });
  }

  async replan(because: string): Promise<void> {
    this.#task.noteReplan(because);
    await this.newPlan('replan', because);
  }

  async onEnd(plan: PlanGraph): Promise<string | undefined> {
    return concludePlan(this.#task, plan, this);
  }

  /** Inserts the steps that bring a precondition about again; else replans the task. */
  async #repair(subGoal: SubGoal, because: string): Promise<void> {
    const { environment, budget, memory } = this.#task;
    const repairs = (this.#repairs.get(subGoal) ?? 0) + 1;
    this.#repairs.set(subGoal, repairs);
    const plan = this.#task.plan!;
    const steps =
      repairs > maxRepairs
        ? undefined
        : repairSteps(environment, subGoal, this.#task.contractOf(subGoal), plan.revision + 1);
    if (steps === undefined) {
      await this.replan(`${subGoal.description}: ${because}`);
      return;
    }
    budget.countReplan();
    const inserted = steps.map((step) => step.description).join(', ');
    const change = `${because}: ${inserted === '' ? 'try again' : `first ${inserted}`}`;
    memory.note('note', change);
    this.#task.emit('replan', subGoal, change, `replan sub-goal (round ${budget.replans})`, Number.NaN);
    this.#task.plan = plan.withRepair(subGoal, steps, change);
    environment.publishPlan(this.#task.plan);
  }
}
