import { createOpenAI } from '@ai-sdk/openai';
import { meanLogProbability, type ServedProvider, type ServerSettings } from './served-provider.ts';

/** OpenAI itself, by its chat protocol; it reuses equal beginnings of prompts by itself. */
export function openAi({ baseUrl, model, apiKey, fetch }: ServerSettings): ServedProvider {
  return {
    model: createOpenAI({ apiKey, baseURL: baseUrl, fetch }).chat(model),
    callOptions: { openai: { strictJsonSchema: true, store: false } },
    systemOptions: {},
    logProbabilities: {
      options: { openai: { logprobs: true } },
      read: (metadata) => meanLogProbability(metadata?.openai?.logprobs),
    },
  };
}
