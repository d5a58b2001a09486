import type { SkillContract } from '@efferent/skills';
import { viewBelief } from '../belief/truth.ts';
import type { Verdict } from '../plan/critic.ts';
import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import { selectSubGoal } from '../plan/selector.ts';
import type { SkillStatistics } from '../plan/skill-statistics.ts';
import { CriticGate } from './critic-gate.ts';
import { describeGoals } from './describe.ts';
import type { TaskEnvironment, TaskEvent } from './environment.ts';
import { Finder, type FindResult } from './finder.ts';
import { TaskBudget, TaskEnd, type TaskOutcome } from './limits.ts';
import { Planning, TaskMemory } from './planning.ts';
import { confirmExplanation, repairSteps } from './recovery.ts';
import { isFind, type StepResult, StepRunner } from './step-runner.ts';
import { TaskGoals } from './task-goals.ts';
import type { TaskReport, TaskSettings } from './task-report.ts';

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
 * Carries out one instruction: decompose, select, criticise, act, verify, and on failure explain and replan.
 *
 * Every loop is bounded by the limits; every end has a named outcome.
 *
 * @param signal - aborts with a {@link TaskEnd} that names the outcome
 * @returns the verdict; throws only what is a defect
 */
export async function runTask(
  instruction: string,
  environment: TaskEnvironment,
  settings: TaskSettings,
  statistics: SkillStatistics,
  signal: AbortSignal,
): Promise<TaskReport> {
  return new TaskRun(instruction, environment, settings, statistics, signal).run();
}

class TaskRun {
  readonly #environment: TaskEnvironment;
  readonly #settings: TaskSettings;
  readonly #statistics: SkillStatistics;
  readonly #signal: AbortSignal;
  readonly #budget: TaskBudget;
  readonly #memory: TaskMemory;
  readonly #planning: Planning;
  readonly #runner: StepRunner;
  readonly #finder: Finder;
  readonly #beganS: number;
  readonly #goals: TaskGoals;
  readonly #critic: CriticGate;
  readonly #repairs = new Map<string, number>();
  #plan: PlanGraph | undefined;

  constructor(
    instruction: string,
    environment: TaskEnvironment,
    settings: TaskSettings,
    statistics: SkillStatistics,
    signal: AbortSignal,
  ) {
    this.#environment = environment;
    this.#settings = settings;
    this.#statistics = statistics;
    this.#signal = signal;
    this.#budget = new TaskBudget(settings.limits);
    this.#memory = new TaskMemory(instruction);
    this.#planning = new Planning(environment, this.#budget, this.#memory);
    this.#runner = new StepRunner(environment, this.#budget, statistics);
    this.#finder = new Finder(environment, this.#budget, this.#runner);
    this.#goals = new TaskGoals(environment, this.#memory, this.#runner);
    this.#critic = new CriticGate(environment, this.#runner, statistics, settings.critic);
    this.#beganS = environment.nowS();
  }

  async run(): Promise<TaskReport> {
    try {
      await this.#newPlan('decompose', '');
      const message = await this.#loop();
      return this.#report('success', message);
    } catch (error) {
      const end =
        this.#signal.aborted && this.#signal.reason instanceof TaskEnd ? this.#signal.reason : error;
      if (!(end instanceof TaskEnd)) throw error;
      this.#closePlan(end.message);
      return this.#report(end.outcome, end.message);
    }
  }

  async #loop(): Promise<string> {
    for (;;) {
      this.#checkTime();
      const plan = this.#plan!;
      if (plan.isFinished) {
        const message = await this.#atEndOfPlan(plan);
        if (message !== undefined) return message;
        continue;
      }
      const view = viewBelief(this.#environment.belief, this.#environment.nowS());
      const subGoal = selectSubGoal(plan.ready(), view, this.#environment.skills, this.#statistics);
      if (subGoal === undefined) {
        await this.#replanTask('no step of the plan can go on');
        continue;
      }
      if (isFind(subGoal)) await this.#findStep(plan, subGoal);
      else await this.#skillStep(subGoal);
      plan.refresh();
      this.#environment.publishPlan(this.#plan!);
    }
  }

  /** All steps are done: go on planning, finish, or find out what is still missing. */
  async #atEndOfPlan(plan: PlanGraph): Promise<string | undefined> {
    if (!plan.complete) {
      await this.#newPlan('replan', 'went on with what was found');
      return undefined;
    }
    if (this.#settings.planner === 'closed-loop') await this.#goals.settle(plan.goals, this.#signal);
    const unmet = plan.goals.filter((goal) => !this.#goals.isMet(goal));
    if (unmet.length === 0 || this.#settings.planner === 'open-loop') {
      return describeGoals(
        viewBelief(this.#environment.belief, this.#environment.nowS()),
        plan.goals.map((goal) => this.#goals.bound(goal)),
      );
    }
    const open = unmet.map((goal) => this.#goals.bound(goal)).join(', ');
    // An empty plan for an open goal will not get better by asking for it again.
    if (plan.subGoals.length === 0 && plan.revision > 0)
      throw new TaskEnd('not-confirmed', `I cannot confirm ${open}.`);
    await this.#replanTask(`${open} not confirmed`);
    return undefined;
  }

  // --- one step ---

  async #findStep(plan: PlanGraph, subGoal: SubGoal): Promise<void> {
    this.#start(subGoal);
    const beganS = this.#environment.nowS();
    const name = subGoal.arguments.object ?? '';
    const reference = plan.references.find((candidate) => candidate.name === name);
    const result = await this.#finder.find(subGoal, reference, this.#signal);
    subGoal.elapsedS += this.#environment.nowS() - beganS;
    if (!result.success) {
      this.#fail(subGoal, result);
      if (this.#settings.planner === 'open-loop') throw new TaskEnd(result.code, result.message);
      this.#memory.addFailure({
        skill: subGoal.skill,
        arguments: subGoal.arguments,
        code: result.code,
        message: result.message,
      });
      await this.#replanTask(result.message);
      return;
    }
    this.#finish(subGoal, result);
    await this.#bind(name, result, reference?.choose ?? 'any');
  }

  /** Puts the found thing's id in place of the reference; several candidates are for the model or the person to decide. */
  async #bind(name: string, result: FindResult, choose: 'ask' | 'any'): Promise<void> {
    const [first] = result.found;
    if (first === undefined || first === name) return;
    if (result.found.length > 1 && choose === 'ask') {
      await this.#newPlan('replan', `found ${result.found.length} things that "${name}" can mean`);
      return;
    }
    this.#memory.bindings[name] = first;
    for (const subGoal of this.#plan!.subGoals) {
      subGoal.arguments = Object.fromEntries(
        Object.entries(subGoal.arguments).map(([key, value]) => [key, value === name ? first : value]),
      );
    }
  }

  async #skillStep(subGoal: SubGoal): Promise<void> {
    const { skills } = this.#environment;
    const contract = skills.find((skill) => skill.name === subGoal.skill);
    // The checker lets no other name pass; a plan that holds one anyway must not reach the robot.
    if (contract === undefined) throw new TaskEnd('plan-rejected', `There is no skill "${subGoal.skill}".`);
    const closedLoop = this.#settings.planner === 'closed-loop';
    if (closedLoop && this.#goals.holdsAlready(subGoal)) {
      subGoal.state = 'skipped';
      subGoal.reason = 'it is so already';
      this.#goals.achieve(subGoal);
      return;
    }
    this.#start(subGoal);
    if (closedLoop && !(await this.#passCritic(subGoal, contract))) return;
    const beganS = this.#environment.nowS();
    const result = await this.#runner.run(subGoal, contract, closedLoop, this.#signal);
    subGoal.elapsedS += this.#environment.nowS() - beganS;
    if (result.success) {
      this.#finish(subGoal, result);
      return;
    }
    this.#fail(subGoal, result);
    if (!closedLoop) throw new TaskEnd(result.code === '' ? 'skill-failed' : result.code, result.message);
    await this.#recover(subGoal, result);
  }

  /** Returns whether the step may be sent; a veto is repaired or leads to a new plan. */
  async #passCritic(subGoal: SubGoal, contract: SkillContract): Promise<boolean> {
    const onVerdict = (verdict: Verdict) => {
      const text = verdict.verdict === 'accept' ? 'approach' : verdict.explanation;
      this.#emit('critique', subGoal, text, verdict.violatedPrecondition, verdict.feasibility);
    };
    const verdict = await this.#critic.judge(subGoal, contract, onVerdict, this.#signal);
    if (verdict.verdict === 'accept') return true;
    const because = verdict.explanation;
    subGoal.state = 'vetoed';
    subGoal.reason = because;
    this.#memory.note('vetoed', `${subGoal.description}: ${because}`);
    this.#emit('step-end', subGoal, because, 'vetoed', verdict.feasibility);
    if (verdict.violatedPrecondition === '') await this.#replanTask(`${subGoal.description}: ${because}`);
    else await this.#repair(subGoal, because);
    return false;
  }

  // --- after a failure ---

  async #recover(subGoal: SubGoal, result: StepResult): Promise<void> {
    const contract = this.#environment.skills.find((skill) => skill.name === subGoal.skill)!;
    const failure = this.#memory.addFailure({
      skill: subGoal.skill,
      arguments: subGoal.arguments,
      code: result.code,
      message: result.message,
    });
    this.#budget.countFailure(
      `${subGoal.skill} ${JSON.stringify(subGoal.arguments)} ${result.code}`,
      result.message,
    );
    const explanation = await this.#planning.explain(this.#signal);
    const { broken, because } = confirmExplanation(
      this.#environment,
      subGoal,
      contract,
      explanation,
      result.message,
    );
    subGoal.reason = because;
    if (broken === undefined && retryable.has(result.code) && failure.count <= maxRetries) {
      subGoal.state = 'ready';
      this.#emit('replan', subGoal, `${subGoal.description}: ${because}`, 'try again', Number.NaN);
      return;
    }
    if (broken !== undefined) await this.#repair(subGoal, because);
    else await this.#replanTask(`${subGoal.description}: ${because}`);
  }

  /** Inserts the steps that bring a precondition about again; else replans the task. */
  async #repair(subGoal: SubGoal, because: string): Promise<void> {
    const contract = this.#environment.skills.find((skill) => skill.name === subGoal.skill)!;
    const repairs = (this.#repairs.get(subGoal.id) ?? 0) + 1;
    this.#repairs.set(subGoal.id, repairs);
    const plan = this.#plan!;
    const steps =
      repairs > maxRepairs ? undefined : repairSteps(this.#environment, subGoal, contract, plan.revision + 1);
    if (steps === undefined) {
      await this.#replanTask(`${subGoal.description}: ${because}`);
      return;
    }
    this.#budget.countReplan();
    const inserted = steps.map((step) => step.description).join(', ');
    const change = `${because}: ${inserted === '' ? 'try again' : `first ${inserted}`}`;
    this.#memory.note('note', change);
    this.#plan = plan.withRepair(subGoal, steps, change);
    this.#emit('replan', subGoal, change, `replan sub-goal (round ${this.#budget.replans})`, Number.NaN);
    this.#environment.publishPlan(this.#plan);
  }

  async #replanTask(because: string): Promise<void> {
    if (this.#settings.planner === 'open-loop') throw new TaskEnd('not-confirmed', because);
    this.#budget.countReplan();
    this.#memory.note('note', `replanned: ${because}`);
    this.#emit('replan', undefined, because, `replan task (round ${this.#budget.replans})`, Number.NaN);
    await this.#newPlan('replan', because);
  }

  async #newPlan(purpose: 'decompose' | 'replan', change: string): Promise<void> {
    await this.#environment.whilePaused(this.#signal);
    this.#checkTime();
    const revision = this.#plan === undefined ? 0 : this.#plan.revision + 1;
    this.#critic.startPlan();
    this.#repairs.clear();
    this.#plan = await this.#planning.plan(purpose, revision, change, this.#signal);
    const steps = this.#plan.subGoals
      .map((subGoal, index) => `${index + 1} ${subGoal.description}`)
      .join('   ');
    const duration = `${Math.round(this.#plan.planningS * 1000)} ms`;
    this.#emit(
      'plan',
      undefined,
      steps === '' ? 'nothing to do' : steps,
      `${this.#environment.model.id}, ${duration}`,
      Number.NaN,
    );
    this.#environment.publishPlan(this.#plan);
  }

  // --- bookkeeping ---

  #start(subGoal: SubGoal): void {
    subGoal.state = 'running';
    subGoal.attempts += 1;
    subGoal.reason = '';
    this.#emit('step-start', subGoal, this.#label(subGoal), '', Number.NaN);
    this.#environment.publishPlan(this.#plan!);
  }

  #finish(subGoal: SubGoal, result: StepResult): void {
    subGoal.state = 'done';
    this.#goals.achieve(subGoal);
    this.#budget.clearFailures();
    this.#memory.note('done', subGoal.description);
    const detail = result.confirmed && !isFind(subGoal) ? 'ok, confirmed' : 'ok';
    this.#emit('step-end', subGoal, withFeasibility(subGoal, result.note), detail, subGoal.feasibility);
  }

  #fail(subGoal: SubGoal, result: StepResult): void {
    subGoal.state = 'failed';
    subGoal.reason = result.message;
    this.#memory.note('failed', `${subGoal.description}: ${result.code}: ${result.message}`);
    const word = result.code === 'not-confirmed' ? 'refuted' : `failed: ${result.code}`;
    this.#emit('step-end', subGoal, withFeasibility(subGoal, result.message), word, subGoal.feasibility);
  }

  #label(subGoal: SubGoal): string {
    const index = this.#plan!.subGoals.indexOf(subGoal);
    return `${index + 1} ${subGoal.description}`;
  }

  #emit(
    kind: TaskEvent['kind'],
    subGoal: SubGoal | undefined,
    text: string,
    detail: string,
    feasibility: number,
  ): void {
    this.#environment.emit({ kind, subGoalId: subGoal?.id ?? '', text, detail, feasibility });
  }

  #checkTime(): void {
    this.#signal.throwIfAborted();
    const elapsedS = this.#environment.nowS() - this.#beganS;
    if (elapsedS > this.#settings.limits.maxTaskS)
      throw new TaskEnd(
        'time-limit',
        `I stopped after ${Math.round(elapsedS)} s, the time limit for one task.`,
      );
  }

  #closePlan(reason: string): void {
    if (this.#plan === undefined) return;
    for (const subGoal of this.#plan.subGoals) {
      if (subGoal.state !== 'running' && subGoal.state !== 'ready' && subGoal.state !== 'waiting') continue;
      subGoal.reason = subGoal.state === 'running' ? reason : '';
      subGoal.state = subGoal.state === 'running' ? 'failed' : 'skipped';
    }
    this.#environment.publishPlan(this.#plan);
  }

  #report(outcome: TaskOutcome, message: string): TaskReport {
    const goals = this.#plan?.goals ?? [];
    const met = goals.filter((goal) => this.#goals.isMet(goal)).length;
    const { steps, replans, modelCalls, tokens } = this.#budget;
    return {
      success: outcome === 'success',
      outcome,
      message,
      goalConditionSuccess: goals.length === 0 ? Number(outcome === 'success') : met / goals.length,
      skills: steps,
      replans,
      modelCalls,
      tokens,
      elapsedS: this.#environment.nowS() - this.#beganS,
    };
  }
}

const withFeasibility = (subGoal: SubGoal, text: string): string =>
  Number.isNaN(subGoal.feasibility) ? text : `feasible ${subGoal.feasibility.toFixed(2)} · ${text}`;
