import { createAnthropic } from '@ai-sdk/anthropic';
import type { ServedProvider, ServerSettings } from './served-provider.ts';

/** Anthropic; the part of the prompt that stays the same is marked to be kept. */
export function anthropic({ baseUrl, model, apiKey, fetch }: ServerSettings): ServedProvider {
  return {
    model: createAnthropic({ apiKey, baseURL: baseUrl, fetch })(model),
    callOptions: {},
    systemOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } },
  };
}
