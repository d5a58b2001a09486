import type { SkillContract } from '@efferent/skills';
import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import type { SkillObstacle } from '../task/environment.ts';
import type { FindResult } from '../task/finder.ts';
import { TaskAmended } from '../task/interjections.ts';
import { isFind, type StepResult } from '../task/step-runner.ts';
import type { TaskContext } from '../task/task-context.ts';
import type { Planner } from './planner.ts';

/** Why a step is not sent. */
export interface Objection {
  readonly because: string;
  /** The statement that does not hold; empty when it is the chance alone. */
  readonly violatedPrecondition: string;
  /** Why the robot finds no way to do it. */
  readonly obstacle?: SkillObstacle | undefined;
}

/** Judges steps before they are sent. */
export interface StepCritic {
  /** Judges a step before it is sent; undefined lets it pass, `holds` says that it would change nothing. */
  objection(
    subGoal: SubGoal,
    contract: SkillContract,
    signal: AbortSignal,
  ): Promise<Objection | 'holds' | undefined>;
  /** Puts the plan right after an objection, or ends the task. */
  onObjection(subGoal: SubGoal, objection: Objection): Promise<void>;
}

/** What makes one planner that follows a plan graph different from another. */
export interface PlanStrategy {
  /** Reads the belief: skips what holds already and verifies effects. Otherwise a skill's own word counts. */
  readonly closesLoop: boolean;
  /** Makes a plan and sets it. @param change - what it changes and why; empty for the first */
  newPlan(purpose: 'decompose' | 'replan', change: string): Promise<void>;
  /** Undefined sends every step. */
  readonly critic?: StepCritic | undefined;
  /** Takes one of the ready sub-goals that may run beside those that do; undefined to wait for those. */
  select(ready: readonly SubGoal[], running: readonly SubGoal[]): SubGoal | undefined;
  /** Puts the plan right after a failed step, or ends the task. */
  onFailure(subGoal: SubGoal, result: StepResult): Promise<void>;
  /** Looks at the plan after a step that did what it should. */
  onSuccess?(subGoal: SubGoal): Promise<void>;
  /** Nothing runs and nothing can. */
  onStuck(): Promise<void>;
  /** Every step is done. @returns the closing sentence, or undefined when there is a new plan */
  onEnd(plan: PlanGraph): Promise<string | undefined>;
}

type StepEnd =
  | { readonly kind: 'found'; readonly result: FindResult }
  | { readonly kind: 'done'; readonly result: StepResult }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'objection'; readonly objection: Objection }
  | { readonly kind: 'failed'; readonly result: StepResult }
  | { readonly kind: 'changed' }
  | { readonly kind: 'broke'; readonly error: unknown };

interface RunningStep {
  readonly subGoal: SubGoal;
  readonly end: Promise<StepEnd>;
}

/**
 * Follows a plan graph: what is ready and claims nothing that is in use runs, side by side on several robots.
 *
 * A step takes all that it claims at once or waits, so that no two can wait for each other. The plan is changed only
 * when nothing runs.
 */
export class PlanLoop implements Planner {
  readonly #strategyFor: (task: TaskContext) => PlanStrategy;

  constructor(strategyFor: (task: TaskContext) => PlanStrategy) {
    this.#strategyFor = strategyFor;
  }

  async run(task: TaskContext): Promise<string> {
    const strategy = this.#strategyFor(task);
    const running: RunningStep[] = [];
    const stop = new AbortController();
    const signal = AbortSignal.any([task.signal, stop.signal]);
    try {
      for (;;) {
        try {
          const message = await advance(task, strategy, running, signal);
          // What is said at the last moment still counts.
          if (message !== undefined && !task.amendments.isPending) return message;
        } catch (error) {
          // What was asked or planned for is no longer what the person wants.
          if (!(error instanceof TaskAmended)) throw error;
        }
      }
    } catch (error) {
      stop.abort(error);
      throw error;
    } finally {
      await Promise.all(running.map((step) => step.end));
    }
  }
}

/** Does the next thing: plans, starts a step, or waits for one. @returns the closing sentence at the end */
async function advance(
  task: TaskContext,
  strategy: PlanStrategy,
  running: RunningStep[],
  signal: AbortSignal,
): Promise<string | undefined> {
  task.checkTime();
  if (task.plan === undefined) {
    task.amendments.take();
    await strategy.newPlan('decompose', '');
    return undefined;
  }
  await task.foresee(task.plan.ready());
  if (task.amendments.isPending && running.length === 0) {
    await strategy.newPlan('replan', task.amendments.take() ?? '');
    return undefined;
  }
  if (running.length === 0 && task.plan.isFinished) return strategy.onEnd(task.plan);
  const busy = running.map((step) => step.subGoal);
  const subGoal = task.amendments.isPending ? undefined : strategy.select(task.plan.ready(), busy);
  if (subGoal !== undefined) running.push(startStep(task, strategy, subGoal, signal));
  else if (running.length > 0) await settleSteps(task, strategy, running);
  else await strategy.onStuck();
  return undefined;
}

function startStep(
  task: TaskContext,
  strategy: PlanStrategy,
  subGoal: SubGoal,
  signal: AbortSignal,
): RunningStep {
  const end = task.amendments
    .during(subGoal, signal, (own) => runStep(task, strategy, subGoal, own))
    .catch((error: unknown): StepEnd => {
      return error instanceof TaskAmended ? { kind: 'changed' } : { kind: 'broke', error };
    });
  return { subGoal, end };
}

async function runStep(
  task: TaskContext,
  strategy: PlanStrategy,
  subGoal: SubGoal,
  signal: AbortSignal,
): Promise<StepEnd> {
  const beganS = task.environment.nowS();
  if (isFind(subGoal)) {
    task.start(subGoal);
    const reference = task.plan!.references.find((each) => each.name === subGoal.arguments.object);
    const result = await task.finder.find(subGoal, reference, signal);
    subGoal.elapsedS += task.environment.nowS() - beganS;
    return result.success ? { kind: 'found', result } : { kind: 'failed', result };
  }
  const contract = task.contractOf(subGoal);
  if (strategy.closesLoop && task.goals.holdsAlready(subGoal)) {
    task.skip(subGoal);
    return { kind: 'skipped' };
  }
  task.start(subGoal);
  const objection = await strategy.critic?.objection(subGoal, contract, signal);
  if (objection === 'holds') {
    task.skip(subGoal);
    return { kind: 'skipped' };
  }
  if (objection !== undefined) return { kind: 'objection', objection };
  const sentS = task.environment.nowS();
  const result = await task.runner.run(subGoal, contract, strategy.closesLoop, signal);
  subGoal.elapsedS += task.environment.nowS() - sentS;
  return { kind: result.success ? 'done' : 'failed', result };
}

/** Waits for the first step to end; when something went wrong with it, for all, and then changes the plan. */
async function settleSteps(task: TaskContext, strategy: PlanStrategy, running: RunningStep[]): Promise<void> {
  const first = await Promise.race(running.map((step) => step.end.then((end) => ({ step, end }))));
  const settled = keepsPlan(first.end) ? [first.step] : [...running];
  for (const step of settled) await step.end;
  for (const step of settled) {
    running.splice(running.indexOf(step), 1);
    await settleStep(task, strategy, step.subGoal, await step.end);
  }
  task.plan!.refresh();
  task.environment.publishPlan(task.plan!);
}

/** Tells whether others may go on meanwhile; of several things that were found one has to be chosen first. */
const keepsPlan = (end: StepEnd): boolean =>
  end.kind === 'done' || end.kind === 'skipped' || (end.kind === 'found' && end.result.found.length < 2);

async function settleStep(
  task: TaskContext,
  strategy: PlanStrategy,
  subGoal: SubGoal,
  end: StepEnd,
): Promise<void> {
  // Another step that ended at the same time may have led to a plan without this one.
  const isCurrent = task.plan!.subGoals.includes(subGoal) && !task.amendments.isPending;
  switch (end.kind) {
    case 'broke':
      throw end.error;
    case 'changed':
      task.stopForChange(subGoal);
      return;
    case 'skipped':
      return;
    case 'done':
      task.finish(subGoal, end.result);
      if (isCurrent) await strategy.onSuccess?.(subGoal);
      return;
    case 'found':
      task.finish(subGoal, end.result);
      if (isCurrent) await bindFound(task, strategy, subGoal, end.result);
      return;
    case 'objection':
      if (isCurrent) await strategy.critic?.onObjection(subGoal, end.objection);
      return;
    case 'failed':
      task.fail(subGoal, end.result);
      if (isCurrent) await strategy.onFailure(subGoal, end.result);
  }
}

/** Puts the found thing's id in place of the reference; several candidates are for the model or the person to decide. */
async function bindFound(
  task: TaskContext,
  strategy: PlanStrategy,
  subGoal: SubGoal,
  result: FindResult,
): Promise<void> {
  const name = subGoal.arguments.object ?? '';
  const [first] = result.found;
  if (first === undefined || first === name) return;
  const choose = task.plan!.references.find((reference) => reference.name === name)?.choose ?? 'any';
  if (result.found.length > 1 && choose === 'ask') {
    await strategy.newPlan('replan', `found ${result.found.length} things that "${name}" can mean`);
    return;
  }
  task.memory.bindings[name] = first;
  for (const each of task.plan!.subGoals) {
    each.arguments = Object.fromEntries(
      Object.entries(each.arguments).map(([key, value]) => [key, value === name ? first : value]),
    );
  }
}
