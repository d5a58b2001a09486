import type { JSONSchema7 } from '@ai-sdk/provider';
import type { ModelPurpose, Picture } from './language-model.ts';

/** One question to a language model as it leaves this process; equal questions are equal to the byte. */
export interface ChatQuestion {
  readonly purpose: ModelPurpose;
  /** What stays the same for a robot; first, so that servers can keep what they made of it. */
  readonly system: string;
  readonly user: string;
  /** An answer that was not of the asked shape, and what to say about it. */
  readonly repair?: { readonly answer: string; readonly complaint: string };
  /** What the answer must look like. */
  readonly schema: JSONSchema7;
  readonly picture?: Picture;
  readonly maxOutputTokens: number;
  readonly temperature: number;
  /** Seed of the draw, where the server takes one. */
  readonly seed: number;
}

/** What came back, unchecked. */
export interface ChatAnswer {
  readonly text: string;
  /** Cut off at the bound on tokens. */
  readonly isTruncated: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cachedInputTokens: number;
  /** Mean log-probability of the answer's tokens, nats; absent where the server tells none. */
  readonly meanLogProbability?: number;
  /** Requests sent, counting retries. */
  readonly attempts: number;
}

export interface ChatOptions {
  /** Requests that the call may send. */
  readonly maxAttempts: number;
  readonly signal?: AbortSignal | undefined;
  /** Is told the whole text so far. */
  readonly onPartial?: ((textSoFar: string) => void) | undefined;
}

/** Whatever turns a question into text: a server, or a recording of one. */
export interface ChatModel {
  /** What plans and reports call it. */
  readonly id: string;
  /** Where it is, for error messages. */
  readonly address: string;
  /** Latency that a lockstep episode charges for one call, ms. */
  readonly modelledLatencyMs: number;
  /** @throws {@link LanguageModelError} */
  ask(question: ChatQuestion, options: ChatOptions): Promise<ChatAnswer>;
}
