import { ConfigurationError } from '@efferent/core';
import type { RosNode } from '@efferent/ros';
import type { LanguageModel } from './model/language-model.ts';
import { type NoiseSettings, NoisyReasoner } from './model/noisy-reasoner.ts';
import { Reasoner } from './reasoner/reasoner.ts';

const modelNames = ['reasoner', 'openai-compatible', 'reasoner-noisy'];

/**
 * Declares the parameters that choose the language model, and makes it.
 *
 * @throws {@link ConfigurationError} for an unknown one, or one that lacks its address or name
 */
export async function createModel(node: RosNode): Promise<LanguageModel> {
  const name = node.declareParameter('model', 'reasoner', {
    description: `language model: ${modelNames.join(', ')}`,
    readOnly: true,
  });
  const url = node.declareParameter('model_url', '', {
    description: 'address of an OpenAI-compatible server; empty takes EFFERENT_MODEL_URL',
    readOnly: true,
  });
  const id = node.declareParameter('model_name', '', {
    description: 'model on that server; empty takes EFFERENT_MODEL',
    readOnly: true,
  });
  const noise = declareNoise(node);
  if (name === 'reasoner') return new Reasoner();
  if (name === 'reasoner-noisy') return new NoisyReasoner(noise);
  if (name === 'openai-compatible') {
    // Its client is loaded only where it is used: it takes longer to load than all the rest of the agent.
    const { OpenAiCompatibleModel, openAiCompatibleFromEnvironment } = await import(
      './model/openai-compatible.ts'
    );
    return new OpenAiCompatibleModel(
      openAiCompatibleFromEnvironment(process.env, { baseUrl: url, model: id }),
    );
  }
  throw new ConfigurationError({
    code: 'unknown-model',
    message: `parameter model: there is no language model "${name}"; there are: ${modelNames.join(', ')}`,
    fields: { model: name },
  });
}

/** Of the emulator of an imperfect model only. */
function declareNoise(node: RosNode): NoiseSettings {
  const share = (name: string, value: number, description: string) =>
    node.declareParameter(name, value, { description, range: [0, 1], readOnly: true });
  return {
    errorRate: share('noise_error_rate', 0.2, 'reasoner-noisy: share of its answers that carry a fault'),
    stepErrorRate: share(
      'noise_step_error_rate',
      0,
      'reasoner-noisy: chance of a fault for each step of a plan and each judgement of one',
    ),
    persistence: share(
      'noise_persistence',
      0.5,
      'reasoner-noisy: chance that it repeats its last answer to a question',
    ),
    seed: node.declareParameter('noise_seed', 1, {
      description: 'reasoner-noisy: seed of its faults',
      integer: true,
      readOnly: true,
    }),
  };
}
