import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import {
  ConfigurationError,
  checkWithSchema,
  describeError,
  describeProblem,
  LanguageModelError,
} from '@efferent/core';
import {
  APICallError,
  generateText,
  jsonSchema,
  type ModelMessage,
  NoObjectGeneratedError,
  Output,
  RetryError,
} from 'ai';
import type { LanguageModel, LanguageModelReply, LanguageModelRequest } from './language-model.ts';
import { renderPrompt } from './render-prompt.ts';
import { schemaForServer } from './schema-for-server.ts';

export interface OpenAiCompatibleOptions {
  /** Up to and including the version, e.g. `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Empty for servers that ask for none. */
  readonly apiKey: string;
  /** One request, repair rounds and retries apart, ms. */
  readonly timeoutMs: number;
  /** Retries after 429, 5xx and lost connections; waits grow, and a server's Retry-After is kept. */
  readonly maxRetries: number;
  /** Latency that a lockstep episode charges for one call, ms. */
  readonly modelledLatencyMs: number;
}

export const defaultOpenAiCompatibleOptions = {
  timeoutMs: 60_000,
  maxRetries: 2,
  modelledLatencyMs: 2000,
} as const;

/** Temperature of planning calls: the same belief should give the same plan. */
const temperature = 0;

/**
 * Reads the server's address from arguments, else from EFFERENT_MODEL_URL, EFFERENT_MODEL and EFFERENT_MODEL_KEY.
 *
 * @throws {@link ConfigurationError} code `missing-model`, naming the variable
 */
export function openAiCompatibleFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: { readonly baseUrl: string; readonly model: string },
): OpenAiCompatibleOptions {
  const baseUrl = overrides.baseUrl || environment.EFFERENT_MODEL_URL || '';
  const model = overrides.model || environment.EFFERENT_MODEL || '';
  for (const [value, variable, example] of [
    [baseUrl, 'EFFERENT_MODEL_URL', 'http://127.0.0.1:11434/v1'],
    [model, 'EFFERENT_MODEL', 'qwen3:8b'],
  ] as const) {
    if (value !== '') continue;
    throw new ConfigurationError({
      code: 'missing-model',
      message: `the model "openai-compatible" needs ${variable}, which is not set; set it, e.g. ${variable}=${example}, or use --model reasoner`,
      fields: { variable },
    });
  }
  if (!URL.canParse(baseUrl)) {
    throw new ConfigurationError({
      code: 'bad-model-url',
      message: `EFFERENT_MODEL_URL: "${baseUrl}" is not a URL; expected e.g. http://127.0.0.1:11434/v1`,
      fields: { baseUrl },
    });
  }
  return { ...defaultOpenAiCompatibleOptions, baseUrl, model, apiKey: environment.EFFERENT_MODEL_KEY ?? '' };
}

/** A language model behind any server that speaks OpenAI's chat protocol with JSON-schema output. */
export class OpenAiCompatibleModel implements LanguageModel {
  readonly id: string;
  readonly modelledLatencyMs: number;
  readonly answersVary = true;
  readonly #options: OpenAiCompatibleOptions;
  readonly #model;

  constructor(options: OpenAiCompatibleOptions) {
    this.#options = options;
    this.id = options.model;
    this.modelledLatencyMs = options.modelledLatencyMs;
    this.#model = createOpenAICompatible({
      name: 'efferent',
      baseURL: options.baseUrl,
      supportsStructuredOutputs: true,
      ...(options.apiKey === '' ? {} : { apiKey: options.apiKey }),
    }).chatModel(options.model);
  }

  /** Asks once, and once more with the reason when the answer is not of the asked shape. */
  async generate<Result>(request: LanguageModelRequest<Result>): Promise<LanguageModelReply<Result>> {
    const { system, user } = renderPrompt(request);
    const messages: ModelMessage[] = [{ role: 'user', content: user }];
    let inputTokens = 0;
    let outputTokens = 0;
    for (let attempt = 1; ; attempt++) {
      try {
        const reply = await this.#send(request, system, messages);
        inputTokens += reply.inputTokens;
        outputTokens += reply.outputTokens;
        return { output: reply.output, inputTokens, outputTokens, attempts: attempt };
      } catch (error) {
        if (!NoObjectGeneratedError.isInstance(error)) throw this.#explain(error, request);
        inputTokens += error.usage?.inputTokens ?? 0;
        outputTokens += error.usage?.outputTokens ?? 0;
        const truncated = error.finishReason === 'length';
        if (truncated || attempt === 2) throw this.#unusable(error, truncated, request.maxOutputTokens);
        messages.push({ role: 'assistant', content: error.text || '(nothing)' });
        messages.push({
          role: 'user',
          content: `That is not an answer of the given schema: ${rootMessage(error)}. Answer again with one JSON object of the schema.`,
        });
      }
    }
  }

  async #send<Result>(request: LanguageModelRequest<Result>, system: string, messages: ModelMessage[]) {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs);
    const result = await generateText({
      model: this.#model,
      instructions: system,
      messages,
      output: Output.object({ schema: answerSchema(request.schema) }),
      maxOutputTokens: request.maxOutputTokens,
      maxRetries: this.#options.maxRetries,
      temperature,
      abortSignal: request.signal === undefined ? timeout : AbortSignal.any([request.signal, timeout]),
    });
    return {
      output: result.output as Result,
      inputTokens: result.usage.inputTokens ?? 0,
      outputTokens: result.usage.outputTokens ?? 0,
    };
  }

  #unusable(error: NoObjectGeneratedError, truncated: boolean, maxOutputTokens: number): LanguageModelError {
    const what = truncated
      ? `cut its answer off after ${maxOutputTokens} tokens; raise the agent's parameter max_output_tokens or choose a model that thinks less aloud`
      : `gave no answer of the asked shape, twice (${rootMessage(error)}); choose a model with JSON-schema output, or use --model reasoner`;
    return new LanguageModelError({
      code: truncated ? 'truncated' : 'wrong-schema',
      message: `${this.id} at ${this.#options.baseUrl} ${what}`,
      fields: { model: this.id, baseUrl: this.#options.baseUrl },
      cause: error,
    });
  }

  /** Says what to do about a failed call. */
  #explain(error: unknown, request: { readonly signal?: AbortSignal }): LanguageModelError {
    const cause = RetryError.isInstance(error) ? error.lastError : error;
    const tries = RetryError.isInstance(error) ? `, after ${error.errors.length} tries` : '';
    const fail = (code: string, text: string) =>
      new LanguageModelError({
        code,
        message: `${this.id} at ${this.#options.baseUrl}: ${text}${tries}`,
        fields: { model: this.id, baseUrl: this.#options.baseUrl },
        cause: error,
      });
    if (request.signal?.aborted === true) return fail('aborted', 'the call was cancelled');
    if (cause instanceof Error && (cause.name === 'TimeoutError' || cause.name === 'AbortError')) {
      return fail(
        'timeout',
        `no answer within ${this.#options.timeoutMs} ms; is the server busy loading the model? Try again or choose a smaller model`,
      );
    }
    if (!APICallError.isInstance(cause)) return fail('failed', describeError(cause));
    const { statusCode } = cause;
    if (statusCode === undefined)
      return fail(
        'unreachable',
        `cannot be reached (${rootMessage(cause)}); is the server running, and is EFFERENT_MODEL_URL right?`,
      );
    if (statusCode === 401 || statusCode === 403)
      return fail('unauthorised', `answered ${statusCode}; check EFFERENT_MODEL_KEY`);
    if (statusCode === 404)
      return fail(
        'unknown-model',
        `answered 404; check EFFERENT_MODEL and that EFFERENT_MODEL_URL ends with the version, e.g. /v1`,
      );
    if (statusCode === 429)
      return fail('rate-limited', 'answered 429 (too many requests); wait, or use a key with a higher limit');
    return fail('server-error', `answered ${statusCode}: ${cause.message}`);
  }
}

/** What the server is told of the shape of an answer, and how an answer is checked. */
function answerSchema<Result>(schema: LanguageModelRequest<Result>['schema']) {
  return jsonSchema<Result>(schemaForServer(schema), {
    validate: (answer) => {
      const checked = checkWithSchema(schema, answer);
      if (checked.problems === undefined) return { success: true, value: checked.output };
      const problems = checked.problems.map((problem) => describeProblem(problem, 'answer'));
      return { success: false, error: new Error(problems.join('; ')) };
    },
  });
}

/** The innermost message, in one line. */
function rootMessage(error: unknown): string {
  let current = error;
  while (current instanceof Error && current.cause instanceof Error) current = current.cause;
  return describeError(current).replace(/\s+/g, ' ').slice(0, 300);
}
