import { checkWithSchema, describeError, describeProblem, EfferentError } from '@efferent/core';
import { viewBelief } from '../belief/truth.ts';
import type {
  HistoryEntry,
  LanguageModelReply,
  LanguageModelRequest,
  StepFailure,
} from '../model/language-model.ts';
import {
  type Explanation,
  explanationSchema,
  type PlanProposal,
  planProposalSchema,
} from '../model/proposal.ts';
import { checkPlan } from '../plan/check-plan.ts';
import { type PlanGraph, planFromProposal } from '../plan/plan-graph.ts';
import { describeStep } from './describe.ts';
import type { TaskEnvironment } from './environment.ts';
import { type TaskBudget, TaskEnd } from './limits.ts';

/** Rejections and questions that one planning round may take. */
const maxRounds = 6;
const maxRejections = 3;
const keptHistory = 40;

/** What a task remembers; this, the belief and the skills are all that a language model is told. */
export class TaskMemory {
  readonly instruction: string;
  readonly history: HistoryEntry[] = [];
  readonly failures: StepFailure[] = [];
  readonly answers: Record<string, string> = {};
  readonly achieved: string[] = [];
  readonly bindings: Record<string, string> = {};

  constructor(instruction: string) {
    this.instruction = instruction;
  }

  note(kind: HistoryEntry['kind'], text: string): void {
    this.history.push({ kind, text });
    if (this.history.length > keptHistory) this.history.shift();
  }

  /** Counts a failure; equal ones raise its count. */
  addFailure(failure: Omit<StepFailure, 'count'>): StepFailure {
    const same = (other: StepFailure) =>
      other.skill === failure.skill &&
      other.code === failure.code &&
      JSON.stringify(other.arguments) === JSON.stringify(failure.arguments);
    const index = this.failures.findIndex(same);
    const count = index < 0 ? 1 : this.failures[index]!.count + 1;
    if (index >= 0) this.failures.splice(index, 1);
    const counted = { ...failure, count };
    this.failures.push(counted);
    return counted;
  }
}

/** Asks the language model for plans and explanations, checks every answer, and puts its questions to the person. */
export class Planning {
  readonly #environment: TaskEnvironment;
  readonly #budget: TaskBudget;
  readonly #memory: TaskMemory;

  constructor(environment: TaskEnvironment, budget: TaskBudget, memory: TaskMemory) {
    this.#environment = environment;
    this.#budget = budget;
    this.#memory = memory;
  }

  /** Id of the model that is asked. */
  get author(): string {
    return this.#environment.model.id;
  }

  /**
   * Gets a plan that passed the checker.
   *
   * @param change - what this revision changes and why; empty for the first plan
   * @throws {@link TaskEnd} not understood, impossible, rejected too often, no answer, or out of budget
   */
  async plan(
    purpose: 'decompose' | 'replan',
    revision: number,
    change: string,
    signal: AbortSignal,
  ): Promise<PlanGraph> {
    const beganS = this.#environment.nowS();
    let rejections = 0;
    for (let round = 0; round < maxRounds; round++) {
      const proposal = await this.#call(purpose, planProposalSchema, signal);
      if (proposal.status === 'not-understood') throw new TaskEnd('not-understood', proposal.message);
      if (proposal.status === 'impossible')
        throw new TaskEnd(
          this.#memory.failures.some((failure) => failure.code === 'not-found') ? 'not-found' : 'impossible',
          proposal.message,
        );
      if (proposal.status === 'question') {
        await this.#ask(proposal, signal);
        continue;
      }
      const { belief, skills, robot } = this.#environment;
      const view = viewBelief(belief, this.#environment.nowS());
      const problems = checkPlan(proposal, view, skills, robot);
      if (problems.length === 0) {
        if (proposal.message !== '')
          this.#environment.emit({
            kind: 'note',
            subGoalId: '',
            text: proposal.message,
            detail: '',
            feasibility: Number.NaN,
          });
        const planningS = this.#environment.nowS() - beganS;
        return planFromProposal(proposal, { revision, change, planningS, robot }, (skill, given) =>
          describeStep(view, skill, given),
        );
      }
      const reasons = problems
        .map((problem) =>
          problem.subGoalId === '' ? problem.reason : `${problem.subGoalId}: ${problem.reason}`,
        )
        .join('; ');
      this.#memory.note('rejected', reasons);
      this.#environment.emit({
        kind: 'note',
        subGoalId: '',
        text: 'plan-rejected',
        detail: reasons,
        feasibility: Number.NaN,
      });
      if (++rejections >= maxRejections)
        throw new TaskEnd(
          'plan-rejected',
          `The ${this.#environment.model.id} proposed no plan that can work: ${reasons}`,
        );
    }
    throw new TaskEnd(
      'plan-rejected',
      `The ${this.#environment.model.id} gave no plan in ${maxRounds} rounds.`,
    );
  }

  /** Asks why the newest failure happened; undefined when the model cannot say. */
  async explain(signal: AbortSignal): Promise<Explanation | undefined> {
    try {
      return await this.#call('explain', explanationSchema, signal);
    } catch (error) {
      if (error instanceof TaskEnd && error.outcome === 'model-error') return undefined;
      throw error;
    }
  }

  async #ask(proposal: PlanProposal, signal: AbortSignal): Promise<void> {
    const { question } = proposal;
    if (question === null)
      throw new TaskEnd(
        'plan-rejected',
        `The ${this.#environment.model.id} wanted to ask something, but gave no question.`,
      );
    this.#budget.countQuestion();
    this.#environment.emit({
      kind: 'question',
      subGoalId: '',
      text: question.text,
      detail: question.choices.join(', '),
      feasibility: Number.NaN,
    });
    const answer = await this.#environment.ask(question, this.#budget.limits.questionTimeoutS, signal);
    if (answer === undefined)
      throw new TaskEnd(
        'question-timeout',
        `I asked "${question.text}" (${question.choices.join(', ')}) and got no answer within ${this.#budget.limits.questionTimeoutS} s.`,
      );
    this.#memory.answers[question.text] = answer;
    this.#memory.note('answer', `${question.text} ${answer}`);
  }

  async #call<Output>(
    purpose: LanguageModelRequest<Output>['purpose'],
    schema: LanguageModelRequest<Output>['schema'],
    signal: AbortSignal,
  ): Promise<Output> {
    const { belief, model, skills, robot } = this.#environment;
    this.#budget.countModelCall();
    const beganS = this.#environment.nowS();
    const request: LanguageModelRequest<Output> = {
      purpose,
      instruction: this.#memory.instruction,
      belief: viewBelief(belief, beganS),
      skills,
      robot,
      history: this.#memory.history,
      failures: this.#memory.failures,
      answers: this.#memory.answers,
      achieved: this.#memory.achieved,
      bindings: this.#memory.bindings,
      schema,
      maxOutputTokens: this.#budget.limits.maxOutputTokensPerCall,
      signal,
    };
    let reply: LanguageModelReply<Output>;
    try {
      reply = await this.#environment.runModel(() => model.generate(request));
    } catch (error) {
      this.#report(purpose, beganS, undefined, describeError(error));
      if (signal.aborted) throw signal.reason;
      if (EfferentError.isInstance(error)) throw new TaskEnd('model-error', error.message);
      throw error;
    }
    this.#report(purpose, beganS, reply, '');
    this.#budget.countTokens(reply.inputTokens + reply.outputTokens);
    // A model is never trusted to have kept to the schema, whatever its adapter says.
    const checked = checkWithSchema(schema, reply.output);
    if (checked.problems === undefined) return checked.output;
    throw new TaskEnd(
      'model-error',
      `The ${model.id} answered something of another shape: ${describeProblem(checked.problems[0], 'answer')}.`,
    );
  }

  #report(
    purpose: string,
    beganS: number,
    reply: LanguageModelReply<unknown> | undefined,
    message: string,
  ): void {
    this.#environment.publishModelCall({
      purpose,
      model: this.#environment.model.id,
      inputTokens: reply?.inputTokens ?? 0,
      outputTokens: reply?.outputTokens ?? 0,
      durationS: this.#environment.nowS() - beganS,
      ok: reply !== undefined,
      message,
    });
  }
}
