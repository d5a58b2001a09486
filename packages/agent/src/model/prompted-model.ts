import { checkWithSchema, describeError, describeProblem, LanguageModelError } from '@efferent/core';
import type { ChatAnswer, ChatModel, ChatQuestion } from './chat-model.ts';
import type { LanguageModel, LanguageModelReply, LanguageModelRequest, ModelCost } from './language-model.ts';
import { costOf, noCost, sumCost } from './model-cost.ts';
import { type PrivateStrings, type Redaction, redactSchema } from './private-strings.ts';
import { redactRequest } from './redact-request.ts';
import { renderPrompt } from './render-prompt.ts';
import { schemaForServer } from './schema-for-server.ts';

/** Temperature of the likeliest answer: the same belief should give the same plan. */
const likeliestTemperature = 0;
/** Temperature of further draws of an answer. */
const sampleTemperature = 0.7;

/**
 * A language model that is asked in text: writes the prompt, puts placeholders for private strings, checks the answer,
 * and asks once more with the reason when it is not of the asked shape.
 */
export class PromptedModel implements LanguageModel {
  readonly id: string;
  readonly modelledLatencyMs: number;
  readonly answersVary = true;
  readonly #chat: ChatModel;
  readonly #privateStrings: PrivateStrings;

  /** @param privateStrings - what must not reach `chat` */
  constructor(chat: ChatModel, privateStrings: PrivateStrings) {
    this.id = chat.id;
    this.modelledLatencyMs = chat.modelledLatencyMs;
    this.#chat = chat;
    this.#privateStrings = privateStrings;
  }

  async generate<Output>(request: LanguageModelRequest<Output>): Promise<LanguageModelReply<Output>> {
    const redaction = this.#privateStrings.begin();
    const { system, user } = renderPrompt(redactRequest(request, redaction));
    const sample = request.sample ?? 0;
    const question: ChatQuestion = {
      purpose: request.question.purpose,
      system: redaction.redactRest(system),
      user: redaction.redactRest(user),
      schema: redactSchema(schemaForServer(request.schema), redaction),
      maxOutputTokens: request.maxOutputTokens,
      temperature: sample === 0 ? likeliestTemperature : sampleTemperature,
      seed: sample,
      ...(request.picture === undefined ? {} : { picture: request.picture }),
    };
    const first = await this.#ask(question, request, redaction, noCost);
    const read = readAnswer(request, first.answer, redaction);
    if (read.problem === undefined) return replyOf(read.output, first.answer, first.cost);
    if (first.cost.attempts >= (request.maxAttempts ?? Number.POSITIVE_INFINITY))
      throw this.#unusable('wrong-schema', `gave no answer of the asked shape (${read.problem})`, first.cost);
    const repair = {
      answer: first.answer.text || '(nothing)',
      complaint: complaint(read.problem, redaction),
    };
    const second = await this.#ask({ ...question, repair }, request, redaction, first.cost);
    const repaired = readAnswer(request, second.answer, redaction);
    if (repaired.problem === undefined) return replyOf(repaired.output, second.answer, second.cost);
    throw this.#unusable(
      'wrong-schema',
      `gave no answer of the asked shape, twice (${repaired.problem}); choose a model with JSON-schema output, or use --model reasoner`,
      second.cost,
    );
  }

  async #ask(
    question: ChatQuestion,
    { signal, onPartial, maxOutputTokens, maxAttempts }: LanguageModelRequest<unknown>,
    redaction: Redaction,
    before: ModelCost,
  ): Promise<{ readonly answer: ChatAnswer; readonly cost: ModelCost }> {
    const onText = onPartial && ((text: string) => onPartial(redaction.restore(text)));
    let answer: ChatAnswer;
    try {
      const left = (maxAttempts ?? Number.POSITIVE_INFINITY) - before.attempts;
      answer = await this.#chat.ask(question, { signal, onPartial: onText, maxAttempts: left });
    } catch (error) {
      if (!(error instanceof LanguageModelError)) throw error;
      const cost = sumCost(before, costOf(error));
      const { code, message, fields } = error;
      throw new LanguageModelError({ code, message, fields: { ...fields, cost }, cause: error });
    }
    const cost = sumCost(before, answer);
    if (answer.isTruncated)
      throw this.#unusable(
        'truncated',
        `cut its answer off after ${maxOutputTokens} tokens; raise the agent's parameter max_output_tokens or choose a model that thinks less aloud`,
        cost,
      );
    return { answer, cost };
  }

  #unusable(code: string, what: string, cost: ModelCost): LanguageModelError {
    const message = `${this.id} at ${this.#chat.address} ${what}`;
    return new LanguageModelError({ code, message, fields: { model: this.id, cost } });
  }
}

const complaint = (problem: string, redaction: Redaction): string =>
  redaction.redact(
    `That is not an answer of the given schema: ${problem}. Answer again with one JSON object of the schema.`,
  );

type ReadAnswer<Output> =
  | { readonly output: Output; readonly problem?: undefined }
  | { readonly problem: string };

function readAnswer<Output>(
  { schema }: LanguageModelRequest<Output>,
  answer: ChatAnswer,
  redaction: Redaction,
): ReadAnswer<Output> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(jsonIn(answer.text));
  } catch (error) {
    return { problem: `it is not JSON (${describeError(error)})` };
  }
  const checked = checkWithSchema(schema, redaction.restoreAll(parsed));
  if (checked.problems === undefined) return { output: checked.output };
  return { problem: checked.problems.map((problem) => describeProblem(problem, 'answer')).join('; ') };
}

/** Takes the object out of a Markdown fence, in which some models put it. */
const jsonIn = (text: string): string =>
  /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;

const replyOf = <Output>(
  output: Output,
  answer: ChatAnswer,
  cost: ModelCost,
): LanguageModelReply<Output> => ({
  output,
  ...cost,
  ...(answer.meanLogProbability === undefined ? {} : { meanLogProbability: answer.meanLogProbability }),
});
