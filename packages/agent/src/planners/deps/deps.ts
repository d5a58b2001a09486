import { formatAtom } from '../../belief/atom.ts';
import { truthOf } from '../../belief/truth.ts';
import type { DialogueTurn } from '../../model/language-model.ts';
import { goalExplanationSchema, goalListSchema, type PlanProposal } from '../../model/proposal.ts';
import { formatCall } from '../../plan/call-text.ts';
import type { PlanGraph, SubGoal } from '../../plan/plan-graph.ts';
import { fillTerm } from '../../reasoner/operators.ts';
import { describeSituation } from '../../task/describe-situation.ts';
import { TaskEnd } from '../../task/limits.ts';
import { isFind, type StepResult } from '../../task/step-runner.ts';
import type { TaskContext } from '../../task/task-context.ts';
import { concludePlan } from '../conclude-plan.ts';
import type { PlanStrategy } from '../plan-loop.ts';
import { parseGoals } from './goal-parser.ts';

/** Turns of the dialogue that are sent again; the first, the instruction, always is. */
const keptTurns = 24;

/**
 * DEPS: describe, explain, plan and select (Wang et al., 2023, arXiv 2302.01560).
 *
 * The planner writes a list of goals, the parser reads them as skills, the selector takes the nearest of those whose
 * preconditions hold, and the success detector checks each on fresh pictures. After a failure the descriptor says what
 * happened, the explainer why, and the planner goes on with the dialogue. What the released code lacks is here: the
 * selector, a bound on every goal, and a replan when the list ends before the task does.
 */
export class Deps implements PlanStrategy {
  readonly closesLoop = true;
  readonly #task: TaskContext;
  readonly #dialogue: DialogueTurn[] = [];
  /** As it was when the newest plan was asked for. */
  #instruction = '';

  constructor(task: TaskContext) {
    this.#task = task;
  }

  newPlan(_purpose: 'decompose' | 'replan', change: string): Promise<void> {
    const { environment, memory, model } = this.#task;
    const last = this.#dialogue.at(-1);
    if (memory.instruction !== this.#instruction && last !== undefined) {
      this.#dialogue[0] = { speaker: 'user', text: memory.instruction };
      this.#say('user', `The task has changed: ${memory.instruction}`);
    } else if (last === undefined) this.#say('user', memory.instruction);
    else if (last.speaker === 'planner') this.#say('user', `Go on: ${change}.`);
    this.#instruction = memory.instruction;
    const propose = async (signal: AbortSignal): Promise<PlanProposal> => {
      const rejected = memory.history.at(-1);
      if (rejected?.kind === 'rejected')
        this.#say('descriptor', `The plan cannot be used: ${rejected.text}.`);
      const question = { purpose: 'plan-goals', dialogue: [...this.#dialogue] } as const;
      const list = await model.ask(question, goalListSchema, signal);
      this.#say('planner', list.lines.join('\n') || list.message || 'nothing is left to do');
      return parseGoals(this.#task, list, signal);
    };
    return this.#task.newPlan({ id: environment.model.id, propose }, change);
  }

  async replan(because: string): Promise<void> {
    this.#task.noteReplan(because);
    await this.newPlan('replan', because);
  }

  /** The nearest of the goals whose preconditions the belief does not contradict. */
  select(ready: readonly SubGoal[], running: readonly SubGoal[]): SubGoal | undefined {
    if (running.length > 0) return undefined;
    const possible = ready.filter((subGoal) => this.#brokenPrecondition(subGoal) === undefined);
    return this.#task.nearest(possible);
  }

  async onFailure(subGoal: SubGoal, result: StepResult): Promise<void> {
    this.#task.rememberFailure(subGoal, result);
    this.#task.countFailure(subGoal, result);
    await this.#explainAndReplan(subGoal, `${result.code}: ${result.message}`);
  }

  async onStuck(): Promise<void> {
    const [blocked] = this.#task.plan!.ready();
    if (blocked === undefined) {
      await this.replan('no goal of the plan can go on');
      return;
    }
    const broken = this.#brokenPrecondition(blocked) ?? 'one of its preconditions';
    await this.#explainAndReplan(blocked, `it needs ${broken}, which does not hold`);
  }

  async onEnd(plan: PlanGraph): Promise<string | undefined> {
    return concludePlan(this.#task, plan, this);
  }

  async #explainAndReplan(subGoal: SubGoal, event: string): Promise<void> {
    const { environment, model, signal } = this.#task;
    const situation = describeSituation(this.#task.view(), environment.robots);
    this.#say('descriptor', `I failed on ${formatCall(subGoal)}: ${event}. ${situation}`);
    const because = await this.#explain(model, signal, event);
    this.#say('explainer', because);
    subGoal.reason = because;
    await this.replan(`${subGoal.description}: ${because}`);
  }

  /** An explanation that cannot be had costs no task: the event itself has to do. */
  async #explain(model: TaskContext['model'], signal: AbortSignal, event: string): Promise<string> {
    try {
      const question = { purpose: 'explain-goal', dialogue: [...this.#dialogue] } as const;
      return (await model.ask(question, goalExplanationSchema, signal)).because;
    } catch (error) {
      if (error instanceof TaskEnd && error.outcome === 'model-error') return event;
      throw error;
    }
  }

  #brokenPrecondition(subGoal: SubGoal): string | undefined {
    if (isFind(subGoal)) return undefined;
    const { belief } = this.#task.environment;
    const nowS = this.#task.environment.nowS();
    for (const term of this.#task.contractOf(subGoal).preconditions) {
      const statement = fillTerm(term, subGoal.arguments);
      if (statement === undefined || term.predicate === 'reachable' || term.predicate === 'stowed') continue;
      const truth = truthOf(belief, statement, subGoal.robot, nowS);
      if (truth === (term.negated ? 'true' : 'false'))
        return `${term.negated ? 'not ' : ''}${formatAtom(statement)}`;
    }
    return undefined;
  }

  #say(speaker: DialogueTurn['speaker'], text: string): void {
    this.#dialogue.push({ speaker, text });
    if (this.#dialogue.length > keptTurns) this.#dialogue.splice(1, this.#dialogue.length - keptTurns);
  }
}
