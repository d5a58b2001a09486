import { Classical } from './classical.ts';
import { Clea } from './clea/clea.ts';
import { ClosedLoop } from './closed-loop.ts';
import { Deps } from './deps/deps.ts';
import { OpenLoop } from './open-loop.ts';
import { PlanLoop } from './plan-loop.ts';
import type { Planner } from './planner.ts';
import { Retry } from './retry.ts';

/** Every planner by the name that `ExecuteTask.planner`, parameters and the command line give it. */
const planners = {
  hybrid: () => new PlanLoop((task) => new ClosedLoop(task, true)),
  deps: () => new PlanLoop((task) => new Deps(task)),
  clea: () => new Clea(),
  'no-critic': () => new PlanLoop((task) => new ClosedLoop(task, false)),
  'open-loop': () => new PlanLoop((task) => new OpenLoop(task)),
  retry: () => new PlanLoop((task) => new Retry(task)),
  classical: () => new PlanLoop((task) => new Classical(task)),
} satisfies Readonly<Record<string, () => Planner>>;

export type PlannerName = keyof typeof planners;

export const plannerNames = Object.keys(planners) as readonly PlannerName[];
export const defaultPlanner: PlannerName = 'hybrid';

export const isPlannerName = (name: string): name is PlannerName => Object.hasOwn(planners, name);

export const createPlanner = (name: PlannerName): Planner => planners[name]();
