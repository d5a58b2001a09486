import type { RosNode } from '@efferent/ros';
import { defaultModelChoice, type ModelChoice, modelNames, privacyModes } from './model/create-model.ts';
import type { NoiseSettings } from './model/noisy-reasoner.ts';

/** Declares the parameters that choose the language model; they cannot be changed later. */
export function declareModelChoice(node: RosNode): ModelChoice {
  const text = (name: string, value: string, description: string) =>
    node.declareParameter(name, value, { description, readOnly: true });
  const number = (name: string, value: number, range: readonly [number, number], description: string) =>
    node.declareParameter(name, value, { description, range, readOnly: true });
  const d = defaultModelChoice;
  return {
    model: text('model', d.model, `language model: ${modelNames.join(', ')}`),
    url: text('model_url', '', "address of its server; empty takes the environment's, then its maker's own"),
    name: text('model_name', '', 'name of the model there; empty takes EFFERENT_MODEL'),
    privacy: text(
      'privacy',
      'away',
      `when the strings of privacy.yaml are replaced: ${privacyModes.join(', ')}`,
    ),
    record: text('model_record', '', 'folder to write every question and answer to; empty for none'),
    replay: text(
      'model_replay',
      '',
      'folder of a recording that answers instead of a server; empty for none',
    ),
    requestTimeoutMs:
      1000 *
      number('model_timeout_s', d.requestTimeoutMs / 1000, [0.1, 3600], 'how long one request may take, s'),
    maxConcurrent: Math.round(
      number('model_concurrency', d.maxConcurrent, [1, 64], 'calls of the model at once'),
    ),
    noise: declareNoise(node),
  };
}

/** Whether pictures of the robot's main camera go to the model: it sees, and the person agreed. */
export function declarePictureConsent(node: RosNode): boolean {
  const flag = (name: string, description: string) =>
    node.declareParameter(name, false, { description, readOnly: true });
  const sees = flag('model_sees', 'the model takes pictures');
  const agreed = flag(
    'share_pictures',
    'consent that pictures of the camera are sent to the model, where it sees',
  );
  return sees && agreed;
}

/** Of the emulator of an imperfect model only. */
function declareNoise(node: RosNode): NoiseSettings {
  const share = (name: string, value: number, description: string) =>
    node.declareParameter(name, value, { description, range: [0, 1], readOnly: true });
  const d = defaultModelChoice.noise;
  return {
    errorRate: share(
      'noise_error_rate',
      d.errorRate,
      'reasoner-noisy: share of its answers that carry a fault',
    ),
    stepErrorRate: share(
      'noise_step_error_rate',
      d.stepErrorRate ?? 0,
      'reasoner-noisy: chance of a fault for each step of a plan and each judgement of one',
    ),
    persistence: share(
      'noise_persistence',
      d.persistence,
      'reasoner-noisy: chance that it repeats its last answer to a question',
    ),
    seed: node.declareParameter('noise_seed', d.seed, {
      description: 'reasoner-noisy: seed of its faults',
      integer: true,
      readOnly: true,
    }),
  };
}
