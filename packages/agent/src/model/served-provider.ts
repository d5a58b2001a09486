import type { LanguageModelV4, SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';

/** How one kind of server is spoken to, in the words of the AI SDK. */
export interface ServedProvider {
  readonly model: LanguageModelV4;
  /** Options of every call. */
  readonly callOptions: SharedV4ProviderOptions;
  /** Options of the part of the prompt that stays the same. */
  readonly systemOptions: SharedV4ProviderOptions;
  /** Asks for log-probabilities too; undefined where there are none. */
  readonly logProbabilities?: {
    readonly options: SharedV4ProviderOptions;
    /** Mean over the answer's tokens, nats; undefined when the server told none. */
    read(metadata: SharedV4ProviderMetadata | undefined): number | undefined;
  };
}

/** Where a server is and what it needs, with the environment variables that say so. */
export interface ServerSettings {
  /** Up to and including the version, e.g. `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  /** Empty for servers that ask for none. */
  readonly apiKey: string;
  readonly variables: { readonly url: string; readonly model: string; readonly key: string };
  readonly fetch: typeof fetch;
}

/** Mean of `logprob` over OpenAI's list of tokens. */
export function meanLogProbability(tokens: unknown): number | undefined {
  if (!Array.isArray(tokens)) return undefined;
  const values = tokens
    .map((token: unknown) => (token as { logprob?: unknown } | null)?.logprob)
    .filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[];
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
