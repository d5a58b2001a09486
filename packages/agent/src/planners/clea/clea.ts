import type { SkillContract } from '@efferent/skills';
import type { ProposedAction, TrajectoryRecord, TrajectorySummary } from '../../model/language-model.ts';
import {
  type ActionPlan,
  actionPlanSchema,
  observationSchema,
  suitabilitySchema,
  summarySchema,
} from '../../model/proposal.ts';
import { formatCall } from '../../plan/call-text.ts';
import { checkAction } from '../../plan/check-plan.ts';
import { newSubGoal, PlanGraph, type SubGoal } from '../../plan/plan-graph.ts';
import { describeGoals, describeStep } from '../../task/describe.ts';
import { putToPerson } from '../../task/dialogue.ts';
import { TaskAmended } from '../../task/interjections.ts';
import { TaskEnd } from '../../task/limits.ts';
import type { TaskContext } from '../../task/task-context.ts';
import type { Planner } from '../planner.ts';

/** Executed actions that are remembered, as in the released code. */
const keptRecords = 30;
const mostActions = 5;
/** Rounds in a row in which no action was executed; then the robot does not know how to go on. */
const maxIdleRounds = 4;
/** Times that an action may succeed and change nothing: a camera that missed a thing gets a second chance. */
const mostIdle = 2;

/**
 * CLEA: closed-loop embodied agent (Lei et al., 2025, arXiv 2503.00729).
 *
 * An observer describes what is seen, a summary of the trajectory is the belief, the planner gives a sub-goal and one to
 * five actions, and the critic judges each action on a fresh observation before it is executed; an objection goes back to
 * the planner. What the released code lacks is here: an end that is checked, and bounds on vetoes, rounds and steps.
 */
export class Clea implements Planner {
  async run(task: TaskContext): Promise<string> {
    const run = new CleaRun(task);
    await run.begin();
    return run.loop();
  }
}

class CleaRun {
  readonly #task: TaskContext;
  readonly #trajectory: TrajectoryRecord[] = [];
  #observation = '';
  #summary: TrajectorySummary = { steps: [], spatial: '' };
  /** What the critic or a robot objected to; the next plan answers it. */
  #reflection = '';
  #idleRounds = 0;
  #vetoes = 0;

  constructor(task: TaskContext) {
    this.#task = task;
  }

  async begin(): Promise<void> {
    await this.#remember('', '');
  }

  async loop(): Promise<string> {
    const { environment, budget, amendments } = this.#task;
    for (;;) {
      await environment.whilePaused(this.#task.signal);
      this.#task.checkTime();
      this.#heedChange();
      const answer = await this.#nextActions();
      if ((await this.#isAsked(answer)) || amendments.isPending) continue;
      if (answer.status === 'done') {
        const message = await this.#conclude(answer);
        if (message !== undefined) return message;
        continue;
      }
      const before = budget.steps;
      const isRepetition = await this.#carryOut(answer);
      // A plan of what was done already is bounded by the replans: asking again costs one call, and another plan may come.
      if (budget.steps > before) this.#idleRounds = 0;
      else if (!isRepetition) this.#idleRounds += 1;
      if (this.#idleRounds >= maxIdleRounds)
        throw new TaskEnd('no-progress', `No action came of ${maxIdleRounds} plans: ${this.#reflection}`);
    }
  }

  #heedChange(): void {
    const change = this.#task.amendments.take();
    if (change === undefined) return;
    this.#reflection = `The person changed the task: ${change}.`;
    this.#idleRounds = 0;
  }

  /** Puts a question of the planner to the person; a change of the task is an answer too. */
  async #isAsked(answer: ActionPlan): Promise<boolean> {
    const { environment, budget, memory, amendments } = this.#task;
    const signal = AbortSignal.any([this.#task.signal, amendments.signal]);
    try {
      return await putToPerson(environment, budget, memory, answer, signal);
    } catch (error) {
      if (error instanceof TaskAmended) return true;
      throw error;
    }
  }

  async #nextActions(): Promise<ActionPlan> {
    const { model, signal } = this.#task;
    const question = {
      purpose: 'act',
      summary: this.#summary,
      observation: this.#observation,
      reflection: this.#reflection,
      mostActions,
    } as const;
    const answer = await model.ask(question, actionPlanSchema, signal);
    this.#reflection = '';
    return answer;
  }

  /** @returns whether the plan ended at an action that was done already and changes nothing */
  async #carryOut(answer: ActionPlan): Promise<boolean> {
    let isRepetition = false;
    const plan = this.#showPlan(answer);
    for (const subGoal of plan.subGoals) {
      this.#task.checkTime();
      if (this.#task.amendments.isPending) break;
      const problem = checkAction(
        subGoal,
        this.#task.view(),
        this.#task.environment.skills,
        this.#task.environment.robots,
      );
      const [stray] = this.#task.goalGuard.problems({ goals: [], steps: [subGoal], references: [] });
      if (problem !== undefined || stray !== undefined) {
        this.#object(subGoal, `it is not valid: ${problem ?? stray}`);
        break;
      }
      isRepetition = this.#task.progress.timesIdled(subGoal) >= mostIdle;
      if (isRepetition) {
        this.#object(subGoal, `it was done ${mostIdle} times and changed nothing: do something else`);
        break;
      }
      this.#task.start(subGoal);
      if (!(await this.#isSuitable(answer.subGoal, subGoal))) break;
      if (!(await this.#tryAction(subGoal))) break;
      this.#task.environment.publishPlan(plan);
    }
    this.#task.closePlan('the rest of this plan was given up');
    return isRepetition;
  }

  /** Hierarchical replanning: an objection ends the list of actions, and the planner is asked for another sub-goal. */
  #object(subGoal: SubGoal, because: string): void {
    subGoal.state = 'vetoed';
    subGoal.reason = because;
    this.#reflection = `${formatCall(subGoal)}: ${because}`;
    this.#task.budget.countReplan();
    this.#task.memory.note('vetoed', this.#reflection);
    this.#task.emit('step-end', subGoal, because, 'vetoed', Number.NaN);
  }

  async #isSuitable(goal: string, subGoal: SubGoal): Promise<boolean> {
    const { model, settings, signal } = this.#task;
    // After as many vetoes in a row the next action is tried: a critic that always says no must not stop the robot.
    if (this.#vetoes >= settings.critic.maxVetoes) return true;
    const action: ProposedAction = subGoal;
    const question = {
      purpose: 'criticise',
      summary: this.#summary,
      observation: this.#observation,
      subGoal: goal,
      action: { robot: action.robot, skill: action.skill, arguments: action.arguments },
    } as const;
    const { suitable, reason, feedback } = await model.ask(question, suitabilitySchema, signal);
    this.#task.emit('critique', subGoal, suitable ? 'approach' : feedback, reason, Number.NaN);
    if (suitable) return true;
    this.#vetoes += 1;
    this.#object(subGoal, `${reason}: ${feedback}`);
    return false;
  }

  async #tryAction(subGoal: SubGoal): Promise<boolean> {
    const { amendments, signal } = this.#task;
    const contract = this.#task.contractOf(subGoal);
    try {
      return await amendments.during(subGoal, signal, (own) => this.#execute(subGoal, contract, own));
    } catch (error) {
      if (!(error instanceof TaskAmended)) throw error;
      this.#task.stopForChange(subGoal);
      await this.#remember(formatCall(subGoal), 'stopped: the person changed the task');
      return false;
    }
  }

  async #execute(subGoal: SubGoal, contract: SkillContract, signal: AbortSignal): Promise<boolean> {
    const { environment, budget, runner } = this.#task;
    const beganS = environment.nowS();
    const result = await runner.run(subGoal, contract, false, signal);
    subGoal.elapsedS += environment.nowS() - beganS;
    await runner.waitForPictures(environment.nowS(), signal);
    this.#vetoes = 0;
    if (result.success) this.#task.finish(subGoal, result);
    else {
      this.#task.fail(subGoal, result);
      this.#task.rememberFailure(subGoal, result);
      this.#task.countFailure(subGoal, result);
      this.#reflection = `${formatCall(subGoal)} failed: ${result.code}: ${result.message}`;
    }
    const feedback = result.success ? 'ok' : `failed: ${result.code}: ${result.message}`;
    await this.#remember(formatCall(subGoal), feedback);
    if (!result.success) budget.countReplan();
    return result.success;
  }

  /** Looks, and keeps what was done and seen; the summary is written anew from the whole of it. */
  async #remember(action: string, feedback: string): Promise<void> {
    const { model, signal } = this.#task;
    this.#observation = (await model.ask({ purpose: 'observe' }, observationSchema, signal)).text;
    this.#trajectory.push({ observation: this.#observation, action, feedback });
    if (this.#trajectory.length > keptRecords) this.#trajectory.shift();
    const question = { purpose: 'summarise', trajectory: [...this.#trajectory] } as const;
    this.#summary = await model.ask(question, summarySchema, signal);
  }

  /** The planner says that it is done; the belief decides. */
  async #conclude(answer: ActionPlan): Promise<string | undefined> {
    const { goals, signal } = this.#task;
    const plan = this.#showPlan(answer);
    await goals.settle(plan.goals, signal);
    if (this.#task.amendments.isPending) return undefined;
    const stray = this.#task.goalGuard.problems({ goals: plan.goals, steps: [], references: [] });
    const unmet = [...plan.goals.filter((goal) => !goals.isMet(goal)), ...stray];
    if (unmet.length === 0 && plan.goals.length > 0)
      return describeGoals(
        this.#task.view(),
        plan.goals.map((goal) => goals.bound(goal)),
      );
    this.#idleRounds += 1;
    if (this.#idleRounds >= maxIdleRounds)
      throw new TaskEnd(
        'not-confirmed',
        `I cannot confirm ${unmet.join(', ') || 'that anything was to be done'}.`,
      );
    this.#reflection = `It is not done: ${unmet.join(', ') || 'name the statements that hold when it is'}.`;
    this.#task.noteReplan(this.#reflection);
    return undefined;
  }

  #showPlan(answer: ActionPlan): PlanGraph {
    const view = this.#task.view();
    const revision = this.#task.plan === undefined ? 0 : this.#task.plan.revision + 1;
    const subGoals = answer.actions.slice(0, mostActions).map((action, index) => {
      const given = Object.fromEntries(action.arguments.map(({ name, value }) => [name, value]));
      return newSubGoal({
        id: `a${index + 1}`,
        description: describeStep(view, action.skill, given),
        skill: action.skill,
        arguments: given,
        dependsOn: index === 0 ? [] : [`a${index}`],
        robot: action.robot,
      });
    });
    const fields = { revision, change: answer.subGoal, goals: answer.goals, references: [], complete: false };
    const plan = new PlanGraph({ ...fields, planningS: 0, subGoals });
    this.#task.setPlan(plan, this.#task.environment.model.id);
    return plan;
  }
}
