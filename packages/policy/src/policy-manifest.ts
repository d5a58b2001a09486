import {
  ConfigurationError,
  ContractError,
  identifier,
  nonEmptyString as name,
  nonEmptyList,
  object,
  parseWithSchema,
  parseYaml,
  positiveInteger,
  positiveNumber,
  strictObject,
} from '@efferent/core';
import type { ModelContract } from '@efferent/inference';
import * as v from 'valibot';

const names = nonEmptyList(name);

/** Where the numbers of an observation come from; shapes follow from the source. */
const observation = v.variant('source', [
  /** From the tool to the tracked target's centre, in the axes of the base frame; m, [3]. */
  strictObject({ name, source: v.literal('target-offset'), unit: v.literal('m') }),
  /** Extent of the tracked target along the tool's axes: approach, closing, across both; m, [3]. */
  strictObject({ name, source: v.literal('target-size'), unit: v.literal('m') }),
  /** Time since the target was last detected; s, [1]. */
  strictObject({ name, source: v.literal('target-age'), unit: v.literal('s') }),
  strictObject({
    name,
    source: v.literal('joint-positions'),
    unit: v.literal('m or rad'),
    joints: names,
  }),
  strictObject({
    name,
    source: v.literal('joint-efforts'),
    unit: v.literal('N or N m'),
    joints: names,
  }),
  /** The action of the previous tick, in the order of `actions`. */
  strictObject({ name, source: v.literal('previous-action'), unit: v.literal('m/s') }),
]);

const action = v.variant('sends', [
  /** Velocity of the base along its x axis. */
  strictObject({ name, sends: v.literal('base-forward'), unit: v.literal('m/s'), limit: positiveNumber }),
  /** Velocity of one commanded joint. */
  strictObject({
    name,
    sends: v.literal('joint-velocity'),
    joint: name,
    unit: v.picklist(['m/s', 'rad/s']),
    limit: positiveNumber,
  }),
]);

/** Schema of `policies/<id>/policy.yaml`. */
export const policyManifestSchema = strictObject({
  id: identifier,
  /** One sentence for people. */
  description: name,
  /** ONNX file beside the manifest. */
  model: name,
  robot: name,
  skill: name,
  rate_hz: positiveNumber,
  /** Actions in one answer of the model. */
  chunk_length: positiveInteger,
  /** Actions carried out before the model is asked again. */
  execute_length: positiveInteger,
  /** What a lockstep episode charges for one inference, ms. */
  modelled_latency_ms: positiveNumber,
  /** Commit of the training code. */
  training_commit: name,
  frames: strictObject({ base: name, tool: name, odometry: name }),
  observations: nonEmptyList(observation),
  /** Name of the model's output, shape [1, chunk_length, actions]. */
  output: name,
  actions: nonEmptyList(action),
  /** When the gripper counts as holding something. */
  grasp: strictObject({
    joint: name,
    min_effort_n: positiveNumber,
    min_aperture_m: positiveNumber,
    lift_m: positiveNumber,
  }),
});

export type PolicyManifest = v.InferOutput<typeof policyManifestSchema>;
export type ObservationSpec = PolicyManifest['observations'][number];
export type ActionSpec = PolicyManifest['actions'][number];

/** Parses a manifest. @throws {@link ConfigurationError} code `invalid-file`, naming file and field. */
export function parsePolicyManifest(text: string, file: string): PolicyManifest {
  const manifest = parseWithSchema(policyManifestSchema, parseYaml(text, file), file);
  if (manifest.execute_length > manifest.chunk_length) {
    throw new ConfigurationError({
      code: 'invalid-file',
      message: `${file}: execute_length: ${manifest.execute_length} is more than chunk_length ${manifest.chunk_length}`,
      fields: { file, field: 'execute_length' },
    });
  }
  return manifest;
}

/** Number of values of an observation. */
export function observationWidth(spec: ObservationSpec, actionCount: number): number {
  switch (spec.source) {
    case 'target-offset':
    case 'target-size':
      return 3;
    case 'target-age':
      return 1;
    case 'joint-positions':
    case 'joint-efforts':
      return spec.joints.length;
    case 'previous-action':
      return actionCount;
  }
}

/** What the ONNX file of a manifest must look like, metadata included. */
export function modelContract(manifest: PolicyManifest): ModelContract {
  return {
    inputs: manifest.observations.map((spec) => ({
      name: spec.name,
      shape: [1, observationWidth(spec, manifest.actions.length)],
      type: 'float32',
    })),
    outputs: [
      { name: manifest.output, shape: [1, manifest.chunk_length, manifest.actions.length], type: 'float32' },
    ],
    metadata: {
      'efferent.policy': manifest.id,
      'efferent.robot': manifest.robot,
      'efferent.skill': manifest.skill,
      'efferent.rate_hz': String(manifest.rate_hz),
      'efferent.training_commit': manifest.training_commit,
      'efferent.observations': manifest.observations.map(describeObservation).join('; '),
      'efferent.actions': manifest.actions.map(describeAction).join('; '),
    },
  };
}

function describeObservation(spec: ObservationSpec): string {
  const joints = 'joints' in spec ? ` of ${spec.joints.join(',')}` : '';
  return `${spec.name} = ${spec.source}${joints} [${spec.unit}]`;
}

function describeAction(spec: ActionSpec): string {
  const joint = spec.sends === 'joint-velocity' ? ` of ${spec.joint}` : '';
  return `${spec.name} = ${spec.sends}${joint} [${spec.unit}] +-${spec.limit}`;
}

/** The parts of `robots/<id>/robot.yaml` that a policy has to agree with. */
const robotFactsSchema = object({
  id: name,
  frames: object({ base: name, tool: name }),
  base: object({ max_linear_speed_mps: positiveNumber }),
  actuators: v.array(object({ name, max_velocity: positiveNumber })),
});

export type RobotFacts = v.InferOutput<typeof robotFactsSchema>;

/** Reads what a policy must agree with from the robot's manifest. @throws {@link ConfigurationError} */
export function parseRobotFacts(text: string, file: string): RobotFacts {
  return parseWithSchema(robotFactsSchema, parseYaml(text, file), file);
}

/**
 * Refuses a robot that a policy was not made for.
 * @throws {@link ContractError} code `robot-mismatch`, one line a mismatch
 */
export function checkRobotFits(manifest: PolicyManifest, robot: RobotFacts): void {
  const limits = new Map(robot.actuators.map((actuator) => [actuator.name, actuator.max_velocity]));
  const problems: string[] = [];
  if (manifest.robot !== robot.id) problems.push(`robot is "${robot.id}", expected "${manifest.robot}"`);
  for (const part of ['base', 'tool'] as const) {
    const [have, want] = [robot.frames[part], manifest.frames[part]];
    if (have !== want) problems.push(`frame ${part} is "${have}", expected "${want}"`);
  }
  const needed = [
    ...manifest.observations.flatMap((spec) => ('joints' in spec ? spec.joints : [])),
    manifest.grasp.joint,
  ];
  for (const joint of new Set(needed)) {
    if (!limits.has(joint)) problems.push(`joint "${joint}" is missing`);
  }
  for (const spec of manifest.actions) {
    const limit = spec.sends === 'base-forward' ? robot.base.max_linear_speed_mps : limits.get(spec.joint);
    if (limit === undefined)
      problems.push(
        `action "${spec.name}": joint "${spec.sends === 'joint-velocity' ? spec.joint : ''}" is missing`,
      );
    else if (spec.limit > limit)
      problems.push(`action "${spec.name}": ${spec.limit} ${spec.unit} is above the robot's limit ${limit}`);
  }
  if (problems.length === 0) return;
  throw new ContractError({
    code: 'robot-mismatch',
    message: problems.map((problem) => `policy ${manifest.id} on robot ${robot.id}: ${problem}`).join('\n'),
    fields: { policy: manifest.id, robot: robot.id, problems },
  });
}
