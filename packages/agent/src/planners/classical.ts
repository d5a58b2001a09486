import { planProposalSchema } from '../model/proposal.ts';
import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import { Reasoner } from '../reasoner/reasoner.ts';
import { TaskBudget } from '../task/limits.ts';
import { ModelCaller } from '../task/model-caller.ts';
import type { StepResult } from '../task/step-runner.ts';
import type { TaskContext } from '../task/task-context.ts';
import { concludePlan } from './conclude-plan.ts';
import type { PlanStrategy } from './plan-loop.ts';

/**
 * The symbolic planner on its own, planning anew from the belief after every step: no language model, no critic, no
 * explanation. A baseline.
 */
export class Classical implements PlanStrategy {
  readonly closesLoop = true;
  readonly #task: TaskContext;
  readonly #caller: ModelCaller;

  constructor(task: TaskContext) {
    this.#task = task;
    const { environment, settings, memory } = task;
    const symbolic = {
      ...environment,
      model: new Reasoner(),
      runModel: <T>(work: () => Promise<T>) => work(),
      publishModelCall: () => undefined,
    };
    // Its plans are no model calls and are not counted as such; the bounds on steps and failures end its loop.
    const limits = { ...settings.limits, maxModelCalls: Number.POSITIVE_INFINITY };
    this.#caller = new ModelCaller(
      symbolic,
      new TaskBudget(limits),
      memory,
      task.progress,
      task.uses('retrieval'),
    );
  }

  newPlan(purpose: 'decompose' | 'replan', change: string): Promise<void> {
    const propose = (signal: AbortSignal) => this.#caller.ask({ purpose }, planProposalSchema, signal);
    return this.#task.newPlan({ id: 'search', propose }, change);
  }

  async replan(because: string): Promise<void> {
    this.#task.noteReplan(because);
    await this.newPlan('replan', because);
  }

  select(ready: readonly SubGoal[], running: readonly SubGoal[]): SubGoal | undefined {
    return this.#task.nearest(ready, running);
  }

  async onSuccess(subGoal: SubGoal): Promise<void> {
    await this.newPlan('replan', `after: ${subGoal.description}`);
  }

  async onFailure(subGoal: SubGoal, result: StepResult): Promise<void> {
    this.#task.rememberFailure(subGoal, result);
    this.#task.countFailure(subGoal, result);
    await this.replan(`${subGoal.description}: ${result.message}`);
  }

  async onStuck(): Promise<void> {
    await this.replan('no step of the plan can go on');
  }

  async onEnd(plan: PlanGraph): Promise<string | undefined> {
    return concludePlan(this.#task, plan, this);
  }
}
