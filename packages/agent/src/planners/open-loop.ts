import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import { describeGoals } from '../task/describe.ts';
import { TaskEnd } from '../task/limits.ts';
import type { StepResult } from '../task/step-runner.ts';
import type { TaskContext } from '../task/task-context.ts';
import type { PlanStrategy } from './plan-loop.ts';

/** Plans once and carries the plan out: no critic, no verification, no replanning. A baseline. */
export class OpenLoop implements PlanStrategy {
  readonly closesLoop = false;
  protected readonly task: TaskContext;

  constructor(task: TaskContext) {
    this.task = task;
  }

  newPlan(purpose: 'decompose' | 'replan', change: string): Promise<void> {
    return this.task.newPlan(this.task.planSource(purpose), change);
  }

  select(ready: readonly SubGoal[], running: readonly SubGoal[]): SubGoal | undefined {
    return this.task.nearest(ready, running);
  }

  async onFailure(_subGoal: SubGoal, result: StepResult): Promise<void> {
    throw new TaskEnd(result.code === '' ? 'skill-failed' : result.code, result.message);
  }

  async onStuck(): Promise<void> {
    throw new TaskEnd('not-confirmed', 'no step of the plan can go on');
  }

  async onEnd(plan: PlanGraph): Promise<string | undefined> {
    if (!plan.complete) {
      await this.newPlan('replan', 'went on with what was found');
      return undefined;
    }
    return describeGoals(
      this.task.view(),
      plan.goals.map((goal) => this.task.goals.bound(goal)),
    );
  }
}
