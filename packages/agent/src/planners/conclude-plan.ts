import type { PlanGraph } from '../plan/plan-graph.ts';
import { describeGoals } from '../task/describe.ts';
import { TaskEnd } from '../task/limits.ts';
import type { TaskContext } from '../task/task-context.ts';
import type { PlanStrategy } from './plan-loop.ts';

/**
 * Ends a plan whose steps are all done: goes on planning, finishes, or finds out what is still missing.
 *
 * @returns the closing sentence when the belief confirms every goal, else undefined and there is a new plan
 * @throws {@link TaskEnd} `not-confirmed` when an empty plan leaves a goal open
 */
export async function concludePlan(
  task: TaskContext,
  plan: PlanGraph,
  strategy: Pick<PlanStrategy, 'newPlan'> & { replan(because: string): Promise<void> },
): Promise<string | undefined> {
  const { goals, signal } = task;
  if (!plan.complete) {
    await strategy.newPlan('replan', 'went on with what was found');
    return undefined;
  }
  await goals.settle(plan.goals, signal);
  const unmet = plan.goals.filter((goal) => !goals.isMet(goal));
  if (unmet.length === 0)
    return describeGoals(
      task.view(),
      plan.goals.map((goal) => goals.bound(goal)),
    );
  const open = unmet.map((goal) => goals.bound(goal)).join(', ');
  // An empty plan for an open goal will not get better by asking for it again.
  if (plan.subGoals.length === 0 && plan.revision > 0)
    throw new TaskEnd('not-confirmed', `I cannot confirm ${open}.`);
  await strategy.replan(`${open} not confirmed`);
  return undefined;
}
