import { describeError } from '@efferent/core';
import type { RosNode, ServerGoalHandle } from '@efferent/ros';
import type { SkillContract } from '@efferent/skills';
import type { Belief } from './belief/belief.ts';
import type { BeliefView } from './belief/belief-view.ts';
import { viewBelief } from './belief/truth.ts';
import type { EpisodicMemory } from './memory/episodic-memory.ts';
import type { LanguageModel, Picture, RobotOffer } from './model/language-model.ts';
import type { SkillStatistics } from './plan/skill-statistics.ts';
import { isPlannerName } from './planners/planners.ts';
import type { QuestionDesk } from './question-desk-node.ts';
import type { RobotClient } from './robot-client-node.ts';
import { areAblations } from './task/ablations.ts';
import { withTidyHand } from './task/amendment-effects.ts';
import type { SkillCall, SkillOutcome, TaskEnvironment } from './task/environment.ts';
import { type Heard, hear, type OpenTask } from './task/hear.ts';
import { Interjections } from './task/interjections.ts';
import { TaskEnd } from './task/limits.ts';
import type { TaskReport, TaskSettings } from './task/task-report.ts';
import { runTask } from './task/task-run.ts';
import { TaskPublishers } from './task-publishers-node.ts';

type ExecuteTask = 'efferent_interfaces/action/ExecuteTask';
type ExecuteTaskGoal = ServerGoalHandle<ExecuteTask>['request'];

/** What the server needs beside its ROS node. */
export interface TaskServerParts {
  readonly belief: Belief;
  /** Robots that take part; the first is the one that is spoken to. */
  readonly robots: readonly [RobotClient, ...RobotClient[]];
  readonly model: LanguageModel;
  readonly statistics: SkillStatistics;
  readonly memory: EpisodicMemory;
  readonly questions: QuestionDesk;
  /** Read anew for every task, so that parameters may change between tasks. */
  settings(planner: string, without: string): TaskSettings;
  /** Whether every step waits for the person's word; read anew before each. */
  confirmsSteps(): boolean;
  runModel<T>(work: () => Promise<T>): Promise<T>;
  runNetwork<T>(work: () => Promise<T>): Promise<T>;
  /** Absent where the model may not see the camera's pictures. */
  readonly picture?: () => Promise<Picture | undefined>;
  /** Called before a result is sent, so that who asks then reads what the task brought about. */
  publishBelief(): void;
}

const pausePollMs = 100;
/** A skill that fails so often while a person holds the robot has failed. */
const mostHeldRuns = 20;

interface Accepted extends OpenTask {
  readonly abort: AbortController;
}

/** Words of `ExecuteTask.when_busy`; empty means the first. */
const whenBusyWords = ['replace', 'queue', 'as-said'];

/** Serves `/agent/execute_task` and `/agent/pause`: one task at a time; newer ones replace it, change it or wait for it. */
export class TaskServer {
  readonly #node: RosNode;
  readonly #parts: TaskServerParts;
  readonly #publishers: TaskPublishers;
  readonly #accepted = new Set<Accepted>();
  #last: Promise<void> = Promise.resolve();
  #tasks = 0;
  #paused = false;
  /** Aborts to interrupt the running skill when a pause begins. */
  #pauseBegins = new AbortController();

  constructor(node: RosNode, parts: TaskServerParts) {
    this.#node = node;
    this.#parts = parts;
    this.#publishers = new TaskPublishers(node);
    node.createService('std_srvs/srv/SetBool', '/agent/pause', ({ data }) => this.#pause(data));
    node.createActionServer('efferent_interfaces/action/ExecuteTask', '/agent/execute_task', {
      onGoal: ({ planner, without, when_busy: whenBusy }) =>
        (planner === '' || isPlannerName(planner)) &&
        areAblations(without) &&
        (whenBusy === '' || whenBusyWords.includes(whenBusy)),
      execute: (goal) => this.#execute(goal),
    });
  }

  /** Ends whatever runs or waits; resolves when the robot has been told to stop. */
  async stop(reason: string): Promise<void> {
    this.#endAll(new TaskEnd('cancelled', reason));
    await this.#last;
  }

  #endAll(end: TaskEnd): void {
    for (const other of this.#accepted) other.abort.abort(end);
  }

  async #execute(goal: ServerGoalHandle<ExecuteTask>): Promise<ReturnType<typeof resultMessage>> {
    const heard = this.#hear(goal.request);
    if (heard !== undefined) {
      const how = heard.kind === 'run' ? heard.how : heard.kind;
      this.#node.logger.info('instruction-heard', {
        said: goal.request.instruction,
        how,
        message: heard.message,
      });
      goal.publishFeedback({ kind: 'heard', text: heard.message, detail: how, feasibility: Number.NaN });
      if (heard.kind !== 'run') return this.#answer(goal, heard);
    }
    const accepted = newTask(heard?.instruction ?? goal.request.instruction);
    this.#accepted.add(accepted);
    const onCancel = () => accepted.abort.abort(new TaskEnd('cancelled', 'The task was cancelled.'));
    goal.cancelSignal.addEventListener('abort', onCancel, { once: true });
    if (goal.cancelSignal.aborted) onCancel();
    this.#tasks += 1;
    const taskId = `task-${this.#tasks}`;
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    this.#last = turn.promise;
    try {
      await before;
      if (heard?.tidies === true)
        accepted.instruction = withTidyHand(
          accepted.instruction,
          this.#view(),
          this.#parts.robots[0].namespace,
        );
      const report = await this.#run(goal, taskId, accepted);
      this.#parts.publishBelief();
      if (report.outcome === 'cancelled' && goal.isCancelRequested) goal.canceled();
      else if (report.success) goal.succeed();
      else goal.abort();
      this.#node.logger.info('task-ended', {
        task: taskId,
        outcome: report.outcome,
        message: report.message,
      });
      return resultMessage(report, taskId);
    } finally {
      goal.cancelSignal.removeEventListener('abort', onCancel);
      this.#accepted.delete(accepted);
      turn.resolve();
    }
  }

  /** Lets the words decide what becomes of the open tasks; undefined for goals that say it themselves. */
  #hear({ instruction, when_busy: whenBusy }: ExecuteTaskGoal): Heard | undefined {
    if (whenBusy === 'as-said') {
      const open = [...this.#accepted].filter((task) => !task.abort.signal.aborted);
      return hear(instruction, open, this.#view(), this.#parts.model.id.startsWith('reasoner'));
    }
    if (whenBusy !== 'queue') this.#endAll(new TaskEnd('replaced', `It was replaced by "${instruction}".`));
    return undefined;
  }

  /** Ends the goal of words that are no task of their own. */
  #answer(
    goal: ServerGoalHandle<ExecuteTask>,
    { kind, message }: Exclude<Heard, { readonly kind: 'run' }>,
  ): ReturnType<typeof resultMessage> {
    if (kind === 'unclear' || kind === 'refused') {
      goal.abort();
      const outcome = kind === 'refused' ? 'refused' : 'not-understood';
      return resultMessage(endedBefore(new TaskEnd(outcome, message)), '');
    }
    goal.succeed();
    const outcome = kind === 'amended' ? 'amended' : 'success';
    return resultMessage({ ...endedBefore(new TaskEnd(outcome, message)), success: true }, '');
  }

  #view(): BeliefView {
    return viewBelief(this.#parts.belief, this.#nowS());
  }

  async #run(goal: ServerGoalHandle<ExecuteTask>, taskId: string, accepted: Accepted): Promise<TaskReport> {
    const { instruction, interjections } = accepted;
    const { signal } = accepted.abort;
    const beganS = this.#nowS();
    if (signal.aborted) return endedBefore(signal.reason);
    if (instruction === '')
      return { ...endedBefore(new TaskEnd('success', 'there is nothing to put down')), success: true };
    const team = await this.#team();
    if (team instanceof TaskEnd) return endedBefore(team);
    const { skills, robots } = team;
    const settings = this.#parts.settings(goal.request.planner, goal.request.without);
    const { belief, model, statistics, questions, picture, memory } = this.#parts;
    const environment: TaskEnvironment = {
      belief,
      skills,
      model,
      robots,
      memory,
      interjections,
      nowS: () => this.#nowS(),
      sleep: (durationS, abort) => this.#node.sleep(durationS * 1000, abort),
      executeSkill: (call, onPhase, abort) =>
        this.#executeSkill(call, timeLimitOf(skills, call.skill), onPhase, abort),
      rehearse: async (call) =>
        this.#parts.robots.find(({ namespace }) => namespace === call.robot)?.rehearse(call, belief),
      runModel: (work) => this.#parts.runModel(work),
      runNetwork: (work) => this.#parts.runNetwork(work),
      ask: (question, timeoutS, abort) => questions.ask(taskId, question, timeoutS, abort),
      confirmsSteps: () => this.#parts.confirmsSteps(),
      whilePaused: (abort) => this.#whilePaused(abort),
      ...this.#publishers.ofTask({
        taskId,
        belief,
        skills,
        planner: settings.planner,
        model: model.id,
        instruction: () => accepted.instruction,
      }),
      picture: async () => picture?.(),
      emit: (event) =>
        goal.publishFeedback({
          kind: event.kind,
          sub_goal_id: event.subGoalId,
          text: event.text,
          detail: event.detail,
          feasibility: event.feasibility,
          elapsed_s: this.#nowS() - beganS,
        }),
    };
    try {
      return await runTask(instruction, environment, settings, statistics, signal);
    } catch (error) {
      // A defect must not leave the person without a verdict; the stack goes to the log.
      this.#node.logger.error('task-broke', { task: taskId, error });
      return endedBefore(new TaskEnd('internal-error', `The agent failed: ${describeError(error)}`));
    }
  }

  /** Asks every robot what it can do; those that do not answer take no part, unless it is the one spoken to. */
  async #team(): Promise<Team | TaskEnd> {
    const [lead, ...others] = await Promise.all(
      this.#parts.robots.map(async (robot) => ({ name: robot.namespace, skills: await robot.listSkills() })),
    );
    if (lead?.skills === undefined)
      return new TaskEnd(
        'robot-unavailable',
        `The skill server of ${lead?.name} does not answer; is its node running?`,
      );
    const offers: [RobotOffer, ...RobotOffer[]] = [offerOf(lead.name, lead.skills)];
    const contracts = new Map(lead.skills.map((skill) => [skill.name, skill]));
    for (const { name, skills } of others) {
      if (skills === undefined) {
        this.#node.logger.warn('robot-unavailable', { robot: name });
        continue;
      }
      offers.push(offerOf(name, skills));
      for (const skill of skills) if (!contracts.has(skill.name)) contracts.set(skill.name, skill);
    }
    return { skills: [...contracts.values()], robots: offers };
  }

  /**
   * Runs a skill; a pause in the middle cancels it, and it is sent again when the pause is over. So is one that failed while a
   * person held the robot at its gate: that says nothing about the step.
   */
  async #executeSkill(
    call: SkillCall,
    limitS: number,
    onPhase: (phase: string) => void,
    signal: AbortSignal,
  ): Promise<SkillOutcome> {
    const robot = this.#parts.robots.find((candidate) => candidate.namespace === call.robot);
    if (robot === undefined) throw new TaskEnd('plan-rejected', `There is no robot "${call.robot}".`);
    for (let held = 0; ; ) {
      await this.#whilePaused(signal);
      await robot.whileHeld(onPhase, signal);
      if (robot.isLocked)
        return { success: false, failureCode: 'stopped', message: 'locked by gestures', elapsedS: 0 };
      const pause = this.#pauseBegins.signal;
      const { holds } = robot;
      const outcome = await robot.execute(
        call,
        limitS,
        this.#parts.belief,
        onPhase,
        AbortSignal.any([signal, pause]),
      );
      if (signal.aborted || outcome.success) return outcome;
      if (pause.aborted) continue;
      held += 1;
      if (robot.holds === holds || robot.isStopped || held > mostHeldRuns) return outcome;
    }
  }

  async #whilePaused(signal: AbortSignal): Promise<void> {
    while (this.#paused) await this.#node.sleep(pausePollMs, signal);
    signal.throwIfAborted();
  }

  #pause(paused: boolean): { readonly success: boolean; readonly message: string } {
    if (paused && !this.#paused) this.#pauseBegins.abort();
    if (!paused) this.#pauseBegins = new AbortController();
    this.#paused = paused;
    return { success: true, message: paused ? 'held before the next motion' : 'going on' };
  }

  #nowS(): number {
    return Number(this.#node.clock.nowNs()) / 1e9;
  }
}

function newTask(instruction: string): Accepted {
  const abort = new AbortController();
  const end = (reason: TaskEnd) => abort.abort(reason);
  return { instruction, abort, end, interjections: new Interjections() };
}

interface Team {
  readonly skills: readonly SkillContract[];
  readonly robots: readonly [RobotOffer, ...RobotOffer[]];
}

const offerOf = (name: string, skills: readonly SkillContract[]): RobotOffer => ({
  name,
  skills: skills.map((skill) => skill.name),
});

const timeLimitOf = (skills: TaskEnvironment['skills'], name: string): number =>
  skills.find((skill) => skill.name === name)?.timeLimitS ?? 120;

function endedBefore(reason: unknown): TaskReport {
  const end = reason instanceof TaskEnd ? reason : new TaskEnd('cancelled', String(reason));
  return {
    success: false,
    outcome: end.outcome,
    message: end.message,
    goalConditionSuccess: 0,
    skills: 0,
    replans: 0,
    modelCalls: 0,
    tokens: 0,
    modelS: 0,
    elapsedS: 0,
  };
}

const resultMessage = (report: TaskReport, taskId: string) => ({
  success: report.success,
  outcome: report.outcome,
  message: report.message,
  task_id: taskId,
  goal_condition_success: report.goalConditionSuccess,
  skills: report.skills,
  replans: report.replans,
  model_calls: report.modelCalls,
  tokens: report.tokens,
  elapsed_s: report.elapsedS,
});
