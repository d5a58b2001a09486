import { createOpenAICompatible, type MetadataExtractor } from '@ai-sdk/openai-compatible';
import type { SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { meanLogProbability, type ServedProvider, type ServerSettings } from './served-provider.ts';

const provider = 'efferent';

/** Any server that speaks OpenAI's chat protocol with JSON-schema output: llama.cpp, Ollama, vLLM, LM Studio. */
export function openAiCompatible({ baseUrl, model, apiKey, fetch }: ServerSettings): ServedProvider {
  return {
    model: createOpenAICompatible({
      name: provider,
      baseURL: baseUrl,
      supportsStructuredOutputs: true,
      includeUsage: true,
      metadataExtractor: tokenExtractor,
      fetch,
      ...(apiKey === '' ? {} : { apiKey }),
    }).chatModel(model),
    callOptions: {},
    systemOptions: {},
    logProbabilities: {
      options: { [provider]: { logprobs: true } },
      read: (metadata) => meanLogProbability(metadata?.[provider]?.tokens),
    },
  };
}

interface Choices {
  readonly choices?: readonly { readonly logprobs?: { readonly content?: unknown } | null }[];
}

const tokensOf = (body: unknown): readonly { readonly logprob: number }[] => {
  const content = (body as Choices | null)?.choices?.[0]?.logprobs?.content;
  return Array.isArray(content) ? (content as { readonly logprob: number }[]) : [];
};

const metadataOf = (tokens: readonly { readonly logprob: number }[]): SharedV4ProviderMetadata => ({
  [provider]: { tokens: tokens.map(({ logprob }) => ({ logprob })) },
});

/** Keeps the log-probabilities, which the SDK drops for servers of other makers. */
const tokenExtractor: MetadataExtractor = {
  extractMetadata: async ({ parsedBody }) => metadataOf(tokensOf(parsedBody)),
  createStreamExtractor: () => {
    const tokens: { readonly logprob: number }[] = [];
    return {
      processChunk: (chunk) => void tokens.push(...tokensOf(chunk)),
      buildMetadata: () => metadataOf(tokens),
    };
  },
};
