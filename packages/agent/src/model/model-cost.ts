import { EfferentError } from '@efferent/core';
import type { ModelCost } from './language-model.ts';

export const noCost: Required<ModelCost> = {
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  attempts: 0,
};

export const sumCost = (a: ModelCost, b: ModelCost): Required<ModelCost> => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
  cachedInputTokens: (a.cachedInputTokens ?? 0) + (b.cachedInputTokens ?? 0),
  attempts: a.attempts + b.attempts,
});

/** What a call used up before it failed; nothing for an error that does not say. */
export function costOf(error: unknown): ModelCost {
  const cost = EfferentError.isInstance(error) ? error.fields.cost : undefined;
  return cost === undefined ? noCost : (cost as ModelCost);
}
