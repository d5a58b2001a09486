import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4Usage,
  SharedV4ProviderMetadata,
  SharedV4ProviderOptions,
} from '@ai-sdk/provider';
import { APICallError, InvalidResponseDataError } from '@ai-sdk/provider';
import { systemWallClock } from '@efferent/core';
import { CallSlots } from './call-slots.ts';
import type { ChatAnswer, ChatModel, ChatOptions, ChatQuestion } from './chat-model.ts';
import { chatPrompt } from './chat-prompt.ts';
import { isConnectionLoss, StreamCut } from './connection-loss.ts';
import { explainServerError } from './explain-server-error.ts';
import { type RetryPolicy, retryAfterMs, withRetries } from './retry.ts';
import type { ServedProvider, ServerSettings } from './served-provider.ts';

export interface CallSettings extends RetryPolicy {
  /** One request, ms. */
  readonly requestTimeoutMs: number;
  /** All requests of one call, with the waits between them and for a turn, ms. */
  readonly callTimeoutMs: number;
  /** Calls at once. */
  readonly maxConcurrent: number;
  /** Latency that a lockstep episode charges for one call, ms. */
  readonly modelledLatencyMs: number;
}

export const defaultCallSettings: CallSettings = {
  maxRetries: 2,
  firstDelayMs: 1000,
  maxDelayMs: 30_000,
  requestTimeoutMs: 60_000,
  callTimeoutMs: 120_000,
  maxConcurrent: 2,
  modelledLatencyMs: 2000,
};

/** What one request brought, before it is accounted. */
interface Received {
  readonly text: string;
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
  readonly metadata: SharedV4ProviderMetadata | undefined;
}

/** A language model behind HTTP: bounded in time, size, retries and calls at once. */
export class ServedChat implements ChatModel {
  readonly id: string;
  readonly address: string;
  readonly modelledLatencyMs: number;
  readonly #provider: ServedProvider;
  readonly #server: ServerSettings;
  readonly #settings: CallSettings;
  readonly #slots: CallSlots;
  /** Cleared for good by the first server that refuses them. */
  #asksLogProbabilities: boolean;

  constructor(provider: ServedProvider, server: ServerSettings, settings: CallSettings) {
    this.id = server.model;
    this.address = server.baseUrl;
    this.modelledLatencyMs = settings.modelledLatencyMs;
    this.#provider = provider;
    this.#server = server;
    this.#settings = settings;
    this.#slots = new CallSlots(settings.maxConcurrent);
    this.#asksLogProbabilities = provider.logProbabilities !== undefined;
  }

  async ask(question: ChatQuestion, options: ChatOptions): Promise<ChatAnswer> {
    const outside = options.signal ?? new AbortController().signal;
    const signal = AbortSignal.any([outside, AbortSignal.timeout(this.#settings.callTimeoutMs)]);
    const spent = { attempts: 0 };
    const maxRetries = Math.min(this.#settings.maxRetries, options.maxAttempts - 1);
    try {
      return await this.#slots.run(
        () =>
          withRetries(
            { ...this.#settings, maxRetries },
            () => this.#request(question, options, signal, spent),
            (error) => retryDelay(error),
            signal,
          ),
        signal,
      );
    } catch (error) {
      throw explainServerError(error, {
        server: this.#server,
        settings: this.#settings,
        isCancelled: outside.aborted,
        attempts: spent.attempts,
      });
    }
  }

  async #request(
    question: ChatQuestion,
    options: ChatOptions,
    signal: AbortSignal,
    spent: { attempts: number },
  ): Promise<ChatAnswer> {
    spent.attempts += 1;
    const timely = AbortSignal.any([signal, AbortSignal.timeout(this.#settings.requestTimeoutMs)]);
    const call = this.#callOptions(question, timely);
    try {
      const received =
        options.onPartial === undefined
          ? await this.#whole(call)
          : await this.#streamed(call, options.onPartial);
      return this.#answer(received, spent.attempts);
    } catch (error) {
      if (!this.#asksLogProbabilities || !isRefusedLogProbability(error)) throw error;
      this.#asksLogProbabilities = false;
      return this.#request(question, options, signal, spent);
    }
  }

  #callOptions(question: ChatQuestion, signal: AbortSignal): LanguageModelV4CallOptions {
    const { callOptions, systemOptions, logProbabilities } = this.#provider;
    return {
      prompt: chatPrompt(question, systemOptions),
      responseFormat: { type: 'json', schema: question.schema, name: question.purpose.replaceAll('-', '_') },
      maxOutputTokens: question.maxOutputTokens,
      temperature: question.temperature,
      ...(question.temperature === 0 ? {} : { seed: question.seed }),
      abortSignal: signal,
      providerOptions: mergeOptions(
        callOptions,
        this.#asksLogProbabilities ? (logProbabilities?.options ?? {}) : {},
      ),
    };
  }

  async #whole(call: LanguageModelV4CallOptions): Promise<Received> {
    const result = await this.#provider.model.doGenerate(call);
    const texts = result.content.map((part) => (part.type === 'text' ? part.text : ''));
    return {
      text: result.structuredOutputText ?? texts.join(''),
      finishReason: result.finishReason,
      usage: result.usage,
      metadata: result.providerMetadata,
    };
  }

  async #streamed(call: LanguageModelV4CallOptions, onPartial: (text: string) => void): Promise<Received> {
    const { stream } = await this.#provider.model.doStream(call);
    let text = '';
    for await (const part of stream) {
      if (part.type === 'error')
        throw text !== '' && InvalidResponseDataError.isInstance(part.error) ? new StreamCut() : part.error;
      if (part.type === 'text-delta') {
        text += part.delta;
        onPartial(text);
      }
      if (part.type === 'finish') {
        const { finishReason, usage, providerMetadata: metadata } = part;
        return { text, finishReason, usage, metadata };
      }
    }
    throw new StreamCut();
  }

  #answer({ text, finishReason, usage, metadata }: Received, attempts: number): ChatAnswer {
    const meanLogProbability = this.#provider.logProbabilities?.read(metadata);
    return {
      text,
      isTruncated: finishReason.unified === 'length',
      inputTokens: usage.inputTokens.total ?? 0,
      outputTokens: usage.outputTokens.total ?? 0,
      cachedInputTokens: usage.inputTokens.cacheRead ?? 0,
      ...(meanLogProbability === undefined ? {} : { meanLogProbability }),
      attempts,
    };
  }
}

/** Too many requests, faults of the server, lost connections and slow answers may pass; what was asked wrongly does not. */
function retryDelay(error: unknown): number | undefined {
  if (error instanceof Error && error.name === 'TimeoutError') return Number.NaN;
  if (isConnectionLoss(error)) return Number.NaN;
  if (!APICallError.isInstance(error) || !error.isRetryable) return undefined;
  return retryAfterMs(error.responseHeaders, Number(systemWallClock.nowNs() / 1_000_000n));
}

const isRefusedLogProbability = (error: unknown): boolean =>
  APICallError.isInstance(error) &&
  error.statusCode !== undefined &&
  error.statusCode >= 400 &&
  error.statusCode < 500 &&
  /log_?prob/i.test(`${error.message} ${error.responseBody ?? ''}`);

/** Joins options, those of one provider field by field. */
function mergeOptions(a: SharedV4ProviderOptions, b: SharedV4ProviderOptions): SharedV4ProviderOptions {
  const merged: SharedV4ProviderOptions = { ...a };
  for (const [name, options] of Object.entries(b)) merged[name] = { ...merged[name], ...options };
  return merged;
}
