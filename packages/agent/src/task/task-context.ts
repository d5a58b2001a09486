import { Rng } from '@efferent/core';
import type { SkillContract } from '@efferent/skills';
import type { BeliefView } from '../belief/belief-view.ts';
import { viewBelief } from '../belief/truth.ts';
import type { StepFailure } from '../model/language-model.ts';
import { type Explanation, explanationSchema, planProposalSchema } from '../model/proposal.ts';
import { describeHorizons } from '../plan/horizon-features.ts';
import { sharedHorizonNetwork } from '../plan/horizon-network.ts';
import type { PlanGraph, SubGoal } from '../plan/plan-graph.ts';
import { selectSubGoal } from '../plan/selector.ts';
import type { SkillStatistics } from '../plan/skill-statistics.ts';
import type { Ablation } from './ablations.ts';
import { heldName, heldObject } from './amendment-effects.ts';
import { Amendments } from './amendments.ts';
import { CriticGate } from './critic-gate.ts';
import type { TaskEnvironment, TaskEvent } from './environment.ts';
import { Finder } from './finder.ts';
import { GoalGuard } from './goal-guard.ts';
import { TaskBudget, TaskEnd, type TaskOutcome } from './limits.ts';
import { ModelCaller } from './model-caller.ts';
import { Planning, type PlanReview, type PlanSource } from './planning.ts';
import { isFind, type StepResult, StepRunner } from './step-runner.ts';
import { TaskGoals } from './task-goals.ts';
import { TaskMemory } from './task-memory.ts';
import { TaskProgress } from './task-progress.ts';
import type { TaskReport, TaskSettings } from './task-report.ts';

/** One task under way: its world, bounds, memory and present plan, and the parts that every planner works with. */
export class TaskContext {
  readonly environment: TaskEnvironment;
  readonly settings: TaskSettings;
  readonly statistics: SkillStatistics;
  /** Aborts with a {@link TaskEnd} that names the outcome. */
  readonly signal: AbortSignal;
  readonly budget: TaskBudget;
  readonly memory: TaskMemory;
  readonly model: ModelCaller;
  readonly goalGuard: GoalGuard;
  readonly planning: Planning;
  readonly progress: TaskProgress;
  readonly runner: StepRunner;
  readonly finder: Finder;
  readonly goals: TaskGoals;
  readonly critic: CriticGate;
  readonly amendments: Amendments;
  readonly beganS: number;
  /** Of the selector `random` only. */
  readonly #random = new Rng(1);
  /** Of the selector `learned` only. */
  #horizonsM: ReadonlyMap<SubGoal, number> | undefined;
  #lastSteps = '';
  #equalPlans = 0;
  /** The newest plan; undefined before the first. */
  plan: PlanGraph | undefined;

  constructor(
    instruction: string,
    environment: TaskEnvironment,
    settings: TaskSettings,
    statistics: SkillStatistics,
    signal: AbortSignal,
  ) {
    this.environment = environment;
    this.settings = settings;
    this.statistics = statistics;
    this.signal = signal;
    this.budget = new TaskBudget(settings.limits);
    this.memory = new TaskMemory(instruction);
    this.progress = new TaskProgress(environment, settings.limits);
    this.model = new ModelCaller(
      environment,
      this.budget,
      this.memory,
      this.progress,
      this.uses('retrieval'),
    );
    this.goalGuard = new GoalGuard(environment, this.memory, this.uses('goals'));
    this.planning = new Planning(environment, this.budget, this.memory, this.goalGuard);
    this.runner = new StepRunner(environment, this.budget, statistics, this.progress);
    this.finder = new Finder(environment, this.budget, this.memory, this.runner, () => this.plan);
    this.goals = new TaskGoals(environment, this.memory, this.runner);
    this.critic = new CriticGate(
      environment,
      this.runner,
      statistics,
      settings.critic,
      { weighs: this.uses('feasibility'), rehearses: this.uses('rehearsal') },
      (subGoal) => this.goals.effectsHold(subGoal),
    );
    statistics.doubt.startTask();
    this.amendments = new Amendments(environment, this.memory, () => this.plan);
    this.beganS = environment.nowS();
    for (const { name } of environment.robots) {
      const held = heldObject(this.view(), name);
      if (held !== undefined) this.memory.bindings[heldName(held)] = held.id;
    }
  }

  /** Tells whether a part of the planner is in use. */
  uses(part: Ablation): boolean {
    return !this.settings.without.includes(part);
  }

  view(): BeliefView {
    return viewBelief(this.environment.belief, this.environment.nowS());
  }

  /** The ready sub-goal that the selector of the settings takes; undefined when all of them must wait. */
  nearest(ready: readonly SubGoal[], running: readonly SubGoal[] = []): SubGoal | undefined {
    const { selector } = this.settings;
    const { skills } = this.environment;
    const context = {
      view: this.view(),
      skills,
      statistics: this.statistics,
      selector,
      random: this.#random,
      horizonsM: this.#horizonsM,
    };
    const chosen = selectSubGoal(ready, context, running);
    if (chosen !== undefined && ready.length > 1)
      this.environment.onChoice?.({ chosen, descriptions: this.#describe(ready) });
    return chosen;
  }

  /** Lets the network look at what is ready, where it is the one that chooses. */
  async foresee(ready: readonly SubGoal[]): Promise<void> {
    this.#horizonsM = undefined;
    if (this.settings.selector !== 'learned' || ready.length < 2) return;
    const described = [...this.#describe(ready)];
    const work = async () =>
      (await sharedHorizonNetwork()).predict(described.map(([, features]) => features));
    const horizonsM = await (this.environment.runNetwork?.(work) ?? work());
    this.#horizonsM = new Map(described.map(([subGoal], index) => [subGoal, horizonsM[index]!]));
  }

  #describe(ready: readonly SubGoal[]): ReadonlyMap<SubGoal, Float32Array> {
    const plan = this.plan?.subGoals ?? [];
    return describeHorizons(ready, { view: this.view(), statistics: this.statistics, plan });
  }

  /** @throws {@link TaskEnd} for a name that the checker would not have let pass; it must not reach a robot */
  contractOf(subGoal: SubGoal): SkillContract {
    const contract = this.environment.skills.find((skill) => skill.name === subGoal.skill);
    if (contract === undefined) throw new TaskEnd('plan-rejected', `There is no skill "${subGoal.skill}".`);
    return contract;
  }

  /** Gets the next plan and makes it the present one. @throws {@link TaskEnd} or {@link TaskAmended} */
  async newPlan(source: PlanSource, change: string, review?: PlanReview): Promise<void> {
    await this.environment.whilePaused(this.signal);
    this.checkTime();
    this.critic.startPlan();
    const revision = this.plan === undefined ? 0 : this.plan.revision + 1;
    const signal = AbortSignal.any([this.signal, this.amendments.signal]);
    const plan = await this.planning.plan(source, { revision, change }, signal, review);
    this.#checkProgress(plan);
    this.setPlan(plan, source.id);
  }

  /** @throws {@link TaskEnd} `no-progress` when steps that are to find something out are planned again and again */
  #checkProgress(plan: PlanGraph): void {
    const steps = JSON.stringify(plan.subGoals.map(({ skill, arguments: given }) => [skill, given]));
    this.#equalPlans = !plan.complete && steps === this.#lastSteps ? this.#equalPlans + 1 : 0;
    this.#lastSteps = steps;
    if (this.#equalPlans >= this.settings.limits.maxEqualFailures)
      throw new TaskEnd(
        'no-progress',
        `The same steps were planned ${this.#equalPlans + 1} times in a row and found out nothing new.`,
      );
  }

  /** The language model as a source of whole plan graphs. */
  planSource(purpose: 'decompose' | 'replan'): PlanSource {
    return {
      id: this.environment.model.id,
      propose: (signal) => this.model.ask({ purpose }, planProposalSchema, signal),
    };
  }

  /** Asks why the newest failure happened; undefined when the model cannot say. */
  async explain(): Promise<Explanation | undefined> {
    try {
      const explanation = await this.model.ask({ purpose: 'explain' }, explanationSchema, this.signal);
      if (explanation.because !== '') this.memory.explainNewest(explanation.because);
      return explanation;
    } catch (error) {
      if (error instanceof TaskEnd && error.outcome === 'model-error') return undefined;
      throw error;
    }
  }

  /** @param author - who made it, for the person who watches */
  setPlan(plan: PlanGraph, author: string): void {
    this.plan = plan;
    const steps = plan.subGoals.map((subGoal, index) => `${index + 1} ${subGoal.description}`).join('   ');
    const duration = `${Math.round(plan.planningS * 1000)} ms`;
    this.emit(
      'plan',
      undefined,
      steps === '' ? 'nothing to do' : steps,
      `${author}, ${duration}`,
      Number.NaN,
    );
    this.environment.publishPlan(plan);
  }

  /** Counts and notes that the whole task is planned anew. @throws {@link TaskEnd} past the limit */
  noteReplan(because: string): void {
    this.budget.countReplan();
    this.memory.note('note', `replanned: ${because}`);
    this.emit('replan', undefined, because, `replan task (round ${this.budget.replans})`, Number.NaN);
  }

  start(subGoal: SubGoal): void {
    subGoal.state = 'running';
    subGoal.attempts += 1;
    subGoal.reason = '';
    this.#rememberOrigin(subGoal);
    const number = this.plan!.numberOf(subGoal);
    this.emit('step-start', subGoal, `${number} ${subGoal.description}`, '', Number.NaN);
    this.environment.publishPlan(this.plan!);
  }

  /** Where a thing was before a robot moves it, so that it can be put back. */
  #rememberOrigin({ arguments: given }: SubGoal): void {
    const object = this.view().objects.find((each) => each.id === given.object);
    if (object !== undefined && (object.relation === 'on' || object.relation === 'in'))
      this.memory.origins[object.id] = object.support;
  }

  /** A step that was stopped since the person changed the task; what it did shows when the plan is made anew. */
  stopForChange(subGoal: SubGoal): void {
    subGoal.state = 'skipped';
    subGoal.reason = 'the task was changed';
    this.memory.note('note', `stopped: ${subGoal.description}`);
    this.emit('step-end', subGoal, 'the task was changed', 'stopped', Number.NaN);
  }

  finish(subGoal: SubGoal, result: StepResult): void {
    subGoal.state = 'done';
    this.goals.achieve(subGoal);
    this.budget.clearFailures();
    this.memory.note('done', subGoal.description);
    const detail = result.confirmed && !isFind(subGoal) ? 'ok, confirmed' : 'ok';
    this.emit('step-end', subGoal, withFeasibility(subGoal, result.note), detail, subGoal.feasibility);
  }

  /** A step that need not be sent, since its effects hold; one that was begun is said to be over. */
  skip(subGoal: SubGoal): void {
    subGoal.state = 'skipped';
    subGoal.reason = 'it is so already';
    this.goals.achieve(subGoal);
    if (subGoal.attempts > 0) this.emit('step-end', subGoal, subGoal.reason, 'ok', Number.NaN);
  }

  fail(subGoal: SubGoal, result: StepResult): void {
    subGoal.state = 'failed';
    subGoal.reason = result.message;
    this.memory.note('failed', `${subGoal.description}: ${result.code}: ${result.message}`);
    const word = result.code === 'not-confirmed' ? 'refuted' : `failed: ${result.code}`;
    this.emit('step-end', subGoal, withFeasibility(subGoal, result.message), word, subGoal.feasibility);
  }

  /** Remembers a failed step for the model. @returns the failure with how often it has happened in this task */
  rememberFailure({ robot, skill, arguments: given }: SubGoal, { code, message }: StepResult): StepFailure {
    return this.memory.addFailure({ robot, skill, arguments: given, code, message });
  }

  /** Counts equal failures in a row. @throws {@link TaskEnd} past the limit */
  countFailure({ skill, arguments: given }: SubGoal, { code, message }: StepResult): void {
    this.budget.countFailure(`${skill} ${JSON.stringify(given)} ${code}`, message);
  }

  emit(
    kind: TaskEvent['kind'],
    subGoal: SubGoal | undefined,
    text: string,
    detail: string,
    feasibility: number,
  ): void {
    this.environment.emit({ kind, subGoalId: subGoal?.id ?? '', text, detail, feasibility });
  }

  /** @throws {@link TaskEnd} when the task was ended from outside or has lasted too long */
  checkTime(): void {
    this.signal.throwIfAborted();
    const elapsedS = this.environment.nowS() - this.beganS;
    if (elapsedS > this.settings.limits.maxTaskS)
      throw new TaskEnd(
        'time-limit',
        `I stopped after ${Math.round(elapsedS)} s, the time limit for one task.`,
      );
  }

  /** Leaves no step of the plan open, after the task ended early. */
  closePlan(reason: string): void {
    if (this.plan === undefined) return;
    for (const subGoal of this.plan.subGoals) {
      if (subGoal.state !== 'running' && subGoal.state !== 'ready' && subGoal.state !== 'waiting') continue;
      subGoal.reason = subGoal.state === 'running' ? reason : '';
      subGoal.state = subGoal.state === 'running' ? 'failed' : 'skipped';
    }
    this.environment.publishPlan(this.plan);
  }

  /** Leaves in the memory what later tasks may need. */
  remember({ outcome, message, elapsedS }: TaskReport): void {
    const { memory: kept } = this.environment;
    kept?.endTask({
      instruction: this.memory.instruction,
      planner: this.settings.planner,
      outcome,
      message,
      plan: this.plan?.subGoals.map(({ description, state }) => `${description}: ${state}`) ?? [],
      failures: this.memory.failureTexts(),
      answers: this.memory.answers,
      elapsedS,
    });
  }

  report(outcome: TaskOutcome, message: string): TaskReport {
    const goals = this.plan?.goals ?? [];
    const met = goals.filter((goal) => this.goals.isMet(goal)).length;
    const { steps, replans, modelCalls, tokens, modelS } = this.budget;
    return {
      success: outcome === 'success',
      outcome,
      message,
      goalConditionSuccess: goals.length === 0 ? Number(outcome === 'success') : met / goals.length,
      skills: steps,
      replans,
      modelCalls,
      tokens,
      modelS,
      elapsedS: this.environment.nowS() - this.beganS,
    };
  }
}

const withFeasibility = (subGoal: SubGoal, text: string): string =>
  Number.isNaN(subGoal.feasibility) ? text : `feasible ${subGoal.feasibility.toFixed(2)} · ${text}`;
