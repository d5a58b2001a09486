import type { ModelCost } from '../model/language-model.ts';

/** Bounds of one task; each ends it with a reason of its own. */
export interface TaskLimits {
  /** Replans of a sub-goal or of the whole task. */
  readonly maxReplans: number;
  /** Skills sent to a robot. */
  readonly maxSteps: number;
  readonly maxModelCalls: number;
  /** Input and output tokens of all model calls. */
  readonly maxTokens: number;
  readonly maxOutputTokensPerCall: number;
  /** ROS time of all model calls, s. */
  readonly maxModelS: number;
  /** ROS time from acceptance to verdict, s. */
  readonly maxTaskS: number;
  /** Equal failures (skill, arguments, code) in a row. */
  readonly maxEqualFailures: number;
  /** Looks while searching for one thing. */
  readonly maxSearchLooks: number;
  readonly maxQuestions: number;
  readonly questionTimeoutS: number;
}

export const defaultTaskLimits: TaskLimits = {
  maxReplans: 8,
  maxSteps: 60,
  maxModelCalls: 120,
  maxTokens: 600_000,
  maxOutputTokensPerCall: 3000,
  maxModelS: 600,
  maxTaskS: 900,
  maxEqualFailures: 3,
  maxSearchLooks: 14,
  maxQuestions: 3,
  questionTimeoutS: 60,
};

/** Why a task ended; the words of `ExecuteTask.outcome`. Failure codes of skills occur too, in open loop. */
export type TaskOutcome =
  | 'success'
  | 'not-understood'
  | 'refused'
  | 'impossible'
  | 'plan-rejected'
  | 'question-timeout'
  | 'question-limit'
  | 'replan-limit'
  | 'step-limit'
  | 'model-call-limit'
  | 'token-limit'
  | 'model-time-limit'
  | 'time-limit'
  | 'repeated-failure'
  | 'model-error'
  | 'not-found'
  | 'no-progress'
  | 'stopped'
  | 'robot-unavailable'
  | 'not-confirmed'
  | 'cancelled'
  | 'replaced'
  | (string & {});

/** Ends a task from anywhere in its loop; turned into a result at the loop's entry. */
export class TaskEnd extends Error {
  readonly outcome: TaskOutcome;
  constructor(outcome: TaskOutcome, message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/** Counts what a task has used up and ends it when a bound is passed. */
export class TaskBudget {
  readonly limits: TaskLimits;
  steps = 0;
  replans = 0;
  modelCalls = 0;
  tokens = 0;
  /** ROS time of all model calls, s. */
  modelS = 0;
  questions = 0;
  #lastFailure = '';
  #equalFailures = 0;

  constructor(limits: TaskLimits) {
    this.limits = limits;
  }

  /** @throws {@link TaskEnd} */
  countStep(): void {
    this.steps += 1;
    if (this.steps > this.limits.maxSteps) {
      this.steps -= 1;
      throw new TaskEnd('step-limit', `I stopped after ${this.steps} skills, the limit for one task.`);
    }
  }

  /** @throws {@link TaskEnd} */
  countReplan(): void {
    this.replans += 1;
    if (this.replans > this.limits.maxReplans) {
      this.replans -= 1;
      throw new TaskEnd(
        'replan-limit',
        `I replanned ${this.replans} times, the limit for one task, and it still does not work.`,
      );
    }
  }

  /** Counts a call before it is made. @throws {@link TaskEnd} */
  countModelCall(): void {
    this.modelCalls += 1;
    if (this.modelCalls > this.limits.maxModelCalls) {
      this.modelCalls -= 1;
      throw new TaskEnd(
        'model-call-limit',
        `I asked the language model ${this.modelCalls} times, the limit for one task.`,
      );
    }
  }

  /**
   * Counts what a call used up, after it.
   *
   * @param durationS - ROS time that it took
   * @throws {@link TaskEnd}
   */
  countModelCost({ inputTokens, outputTokens, attempts }: ModelCost, durationS: number): void {
    this.modelCalls += Math.max(0, attempts - 1);
    this.tokens += inputTokens + outputTokens;
    this.modelS += durationS;
    const { maxTokens, maxModelS } = this.limits;
    if (this.tokens > maxTokens)
      throw new TaskEnd(
        'token-limit',
        `The language model used ${this.tokens} tokens; the limit for one task is ${maxTokens}.`,
      );
    if (this.modelS > maxModelS)
      throw new TaskEnd(
        'model-time-limit',
        `The language model took ${Math.round(this.modelS)} s; the limit for one task is ${maxModelS} s.`,
      );
  }

  /** @throws {@link TaskEnd} */
  countQuestion(): void {
    this.questions += 1;
    if (this.questions > this.limits.maxQuestions)
      throw new TaskEnd(
        'question-limit',
        `I asked ${this.limits.maxQuestions} questions and still do not know what you mean.`,
      );
  }

  /** Counts failures of one signature in a row. @throws {@link TaskEnd} */
  countFailure(signature: string, message: string): void {
    this.#equalFailures = signature === this.#lastFailure ? this.#equalFailures + 1 : 1;
    this.#lastFailure = signature;
    if (this.#equalFailures > this.limits.maxEqualFailures)
      throw new TaskEnd(
        'repeated-failure',
        `The same step failed ${this.#equalFailures} times in a row: ${message}`,
      );
  }

  clearFailures(): void {
    this.#lastFailure = '';
    this.#equalFailures = 0;
  }
}
