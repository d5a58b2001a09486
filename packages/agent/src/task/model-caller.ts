import { checkWithSchema, describeError, describeProblem, EfferentError } from '@efferent/core';
import { viewBelief, withExpected } from '../belief/view-belief.ts';
import type {
  LanguageModelReply,
  LanguageModelRequest,
  ModelCost,
  ModelPurpose,
  ModelQuestion,
} from '../model/language-model.ts';
import { costOf } from '../model/model-cost.ts';
import { type Offer, SkillOffer } from '../model/skill-offer.ts';
import { refusalOf } from '../safety/unsafe-request.ts';
import type { TaskEnvironment } from './environment.ts';
import { expectedThings } from './expected-things.ts';
import { type TaskBudget, TaskEnd } from './limits.ts';
import type { TaskMemory } from './task-memory.ts';
import type { TaskProgress } from './task-progress.ts';

/** What is asked about what is seen. */
const seeingPurposes: ReadonlySet<ModelPurpose> = new Set(['observe', 'criticise']);
/** Earlier episodes that a request names. */
const mostRecollections = 5;

/** Puts questions to the language model: counts them, reports them, and trusts no answer that is not of the asked shape. */
export class ModelCaller {
  readonly #environment: TaskEnvironment;
  readonly #budget: TaskBudget;
  readonly #memory: TaskMemory;
  readonly #progress: TaskProgress;
  readonly #selectsSkills: boolean;
  readonly #offer = new SkillOffer();
  #recalled: readonly string[] | undefined;

  /** @param selectsSkills - false tells a model of all skills, however many */
  constructor(
    environment: TaskEnvironment,
    budget: TaskBudget,
    memory: TaskMemory,
    progress: TaskProgress,
    selectsSkills: boolean,
  ) {
    this.#progress = progress;
    this.#environment = environment;
    this.#budget = budget;
    this.#memory = memory;
    this.#selectsSkills = selectsSkills;
  }

  /** Mean log-probability of the tokens of the newest answer, nats; undefined when the model tells none. */
  meanLogProbability: number | undefined;

  /**
   * @param instruction - what is asked about in place of the whole instruction
   * @throws {@link TaskEnd} `refused` before any call, `model-error`, or the bound that was passed
   */
  async ask<Output>(
    question: ModelQuestion,
    schema: LanguageModelRequest<Output>['schema'],
    signal: AbortSignal,
    instruction: string = this.#memory.instruction,
  ): Promise<Output> {
    const { belief, model } = this.#environment;
    this.#refuseUnsafe();
    const { skills, robots } = await this.#offered();
    this.#progress.countQuestion();
    this.#budget.countModelCall();
    const beganS = this.#environment.nowS();
    const onPartial = this.#environment.modelText?.(question.purpose);
    const view = viewBelief(belief, beganS);
    const request: LanguageModelRequest<Output> = {
      question,
      instruction,
      belief: withExpected(view, expectedThings(belief, view, instruction)),
      skills,
      robots,
      history: this.#memory.history,
      failures: this.#memory.failures,
      answers: this.#memory.answers,
      achieved: this.#memory.achieved,
      bindings: this.#memory.bindings,
      recollections: this.#recollections(),
      ...(Object.keys(this.#memory.excluded).length === 0 ? {} : { excluded: this.#memory.excluded }),
      schema,
      maxOutputTokens: this.#budget.limits.maxOutputTokensPerCall,
      // The call itself is counted already.
      maxAttempts: 1 + this.#budget.limits.maxModelCalls - this.#budget.modelCalls,
      ...(onPartial === undefined ? {} : { onPartial }),
      signal,
    };
    let reply: LanguageModelReply<Output>;
    try {
      reply = await this.#environment.runModel(async () => model.generate(await this.#withPicture(request)));
    } catch (error) {
      this.#report(question.purpose, beganS, costOf(error), describeError(error));
      if (signal.aborted) throw signal.reason;
      this.#budget.countModelCost(costOf(error), this.#environment.nowS() - beganS);
      if (EfferentError.isInstance(error)) throw new TaskEnd('model-error', error.message);
      throw error;
    }
    this.#report(question.purpose, beganS, reply, '');
    this.meanLogProbability = reply.meanLogProbability;
    this.#budget.countModelCost(reply, this.#environment.nowS() - beganS);
    // A model is never trusted to have kept to the schema, whatever its adapter says.
    const checked = checkWithSchema(schema, reply.output);
    if (checked.problems === undefined) return checked.output;
    throw new TaskEnd(
      'model-error',
      `The ${model.id} answered something of another shape: ${describeProblem(checked.problems[0], 'answer')}.`,
    );
  }

  /** The skills that matter to what the person said, where there are many. */
  async #offered(): Promise<Offer> {
    if (!this.#selectsSkills) return this.#environment;
    const { instruction, answers } = this.#memory;
    return this.#offer.choose([instruction, ...Object.values(answers)], this.#environment);
  }

  /** Everything that is planned comes by here, whoever plans, and whatever the person has said since. */
  #refuseUnsafe(): void {
    for (const said of [this.#memory.instruction, ...Object.values(this.#memory.answers)]) {
      const refusal = refusalOf(said);
      if (refusal !== undefined) throw new TaskEnd('refused', refusal);
    }
  }

  async #withPicture<Output>(request: LanguageModelRequest<Output>): Promise<LanguageModelRequest<Output>> {
    if (!seeingPurposes.has(request.question.purpose)) return request;
    const picture = await this.#environment.picture?.();
    return picture === undefined ? request : { ...request, picture };
  }

  /** Asked once a task: what happens in it is in its own history. */
  #recollections(): readonly string[] {
    this.#recalled ??= this.#environment.memory?.recollect(this.#memory.instruction, mostRecollections) ?? [];
    return this.#recalled;
  }

  /** @param message - empty for a call that succeeded */
  #report(
    purpose: string,
    beganS: number,
    cost: ModelCost & { readonly meanLogProbability?: number },
    message: string,
  ): void {
    const { inputTokens, outputTokens, cachedInputTokens = 0, attempts, meanLogProbability } = cost;
    this.#environment.publishModelCall({
      purpose,
      model: this.#environment.model.id,
      inputTokens,
      outputTokens,
      cachedInputTokens,
      attempts,
      ...(meanLogProbability === undefined ? {} : { meanLogProbability }),
      durationS: this.#environment.nowS() - beganS,
      ok: message === '',
      message,
    });
  }
}
