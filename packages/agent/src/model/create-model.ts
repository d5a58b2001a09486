import { ConfigurationError } from '@efferent/core';
import { Reasoner } from '../reasoner/reasoner.ts';
import type { LanguageModel } from './language-model.ts';
import { type NoiseSettings, NoisyReasoner } from './noisy-reasoner.ts';

/** Models that are asked over HTTP. */
export const servedModelNames = ['openai-compatible', 'openai', 'anthropic'] as const;
export type ServedModelName = (typeof servedModelNames)[number];

export const modelNames = ['reasoner', 'reasoner-noisy', ...servedModelNames] as const;

/** When private strings are replaced: whenever the server is not on this machine, always, or never. */
export const privacyModes = ['away', 'always', 'never'] as const;

/** Which language model, where it is, and how it is spoken to. */
export interface ModelChoice {
  /** One of {@link modelNames}. */
  readonly model: string;
  /** Address of the server; empty takes the environment's, then the maker's own. */
  readonly url: string;
  /** Name of the model there; empty takes EFFERENT_MODEL. */
  readonly name: string;
  /** One of {@link privacyModes}. */
  readonly privacy: string;
  /** Folder to write every question and answer to; empty for none. */
  readonly record: string;
  /** Folder to take every answer from, instead of a server; empty for none. */
  readonly replay: string;
  /** One request, ms. */
  readonly requestTimeoutMs: number;
  /** Calls at once. */
  readonly maxConcurrent: number;
  /** Of `reasoner-noisy` only. */
  readonly noise: NoiseSettings;
}

/** The offline reasoner, and for the others what holds where nothing is said. */
export const defaultModelChoice: ModelChoice = {
  model: 'reasoner',
  url: '',
  name: '',
  privacy: 'away',
  record: '',
  replay: '',
  requestTimeoutMs: 60_000,
  maxConcurrent: 2,
  noise: { seed: 1, errorRate: 0.2, stepErrorRate: 0, persistence: 0.5 },
};

export interface ModelSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where `privacy.yaml` is looked for. */
  readonly workspaceFolders: readonly string[];
}

/**
 * Makes the chosen language model.
 *
 * @throws {@link ConfigurationError} for an unknown one, or one that lacks its address, name or key
 */
export async function createModel(
  choice: ModelChoice,
  surroundings: ModelSurroundings,
): Promise<LanguageModel> {
  const { model, record, replay, privacy } = choice;
  if (!privacyModes.some((mode) => mode === privacy))
    throw new ConfigurationError({
      code: 'unknown-privacy',
      message: `parameter privacy: there is no "${privacy}"; there are: ${privacyModes.join(', ')}`,
      fields: { privacy },
    });
  if (record !== '' && replay !== '')
    throw new ConfigurationError({
      code: 'record-and-replay',
      message:
        'model_record and model_replay are both given; a replay asks no model, so there is nothing to record',
    });
  if (model === 'reasoner' || model === 'reasoner-noisy') {
    if (record !== '' || replay !== '')
      throw new ConfigurationError({
        code: 'nothing-to-record',
        message: `${record === '' ? 'model_replay' : 'model_record'} is for models that are asked over HTTP (${servedModelNames.join(', ')}); "${model}" answers equal questions equally by itself`,
        fields: { model },
      });
    return model === 'reasoner' ? new Reasoner() : new NoisyReasoner(choice.noise);
  }
  const served = servedModelNames.find((name) => name === model);
  if (served === undefined)
    throw new ConfigurationError({
      code: 'unknown-model',
      message: `parameter model: there is no language model "${model}"; there are: ${modelNames.join(', ')}`,
      fields: { model },
    });
  // What speaks to servers is loaded only where it is used: it takes longer to load than all the rest of the agent.
  const { connectModel } = await import('./connect-model.ts');
  return connectModel(served, choice, surroundings);
}
