import {
  finiteNumber,
  matching,
  nonEmptyString as name,
  nonEmptyList,
  nonNegativeNumber,
  oneForm,
  positiveInteger,
  positiveNumber,
  record,
  strictObject,
  vector3,
} from '@efferent/core';
import * as v from 'valibot';

const failureCode = v.pipe(v.string(), matching(/^[a-z]+(-[a-z]+)*$/, 'a failure code in kebab-case'));
const fieldPath = v.pipe(
  v.string(),
  matching(/^[a-z]\w*(\[\d+\])?(\.[a-z]\w*(\[\d+\])?)*$/i, 'a field such as status.results[0].value'),
);
const typeOf = (kind: 'msg' | 'srv' | 'action') =>
  v.pipe(v.string(), matching(new RegExp(`^\\w+/${kind}/\\w+$`), `a type such as my_msgs/${kind}/Name`));
/** Error numbers of the server and the failure codes that they mean. */
const codes = record(v.pipe(v.string(), matching(/^-?\d+$/, 'an error number')), failureCode);
/** Fields of a message; strings may hold placeholders such as `$(object.pose)`. */
const template = record(v.string(), v.unknown());

const waits = {
  /** How long a server may take to be there and to take the goal, s. */
  server_wait_s: v.optional(positiveNumber),
  /** How long the work may take, s; the contract's time limit without it. */
  timeout_s: v.optional(positiveNumber),
};
const cancelling = {
  /** How long the server may take to end a goal after a cancel, s. */
  cancel_wait_s: v.optional(positiveNumber),
  /** Actions of which every goal is cancelled when the server does not answer any more. */
  halt: v.optional(v.array(name)),
};

const condition = v.pipe(
  strictObject({
    field: fieldPath,
    equals: v.optional(v.union([v.string(), finiteNumber, v.boolean()])),
    at_least: v.optional(finiteNumber),
    at_most: v.optional(finiteNumber),
  }),
  v.check(
    ({ equals, at_least, at_most }) => [equals, at_least, at_most].some((bound) => bound !== undefined),
    'needs one of equals, at_least, at_most',
  ),
);
const resultEntries = {
  /** All must hold. */
  success: v.optional(nonEmptyList(condition)),
  error_code: v.optional(fieldPath),
  codes: v.optional(codes),
  message: v.optional(fieldPath),
  /** Failure code for what `codes` does not list. */
  otherwise: v.optional(failureCode),
};
const feedback = strictObject({
  progress: v.optional(fieldPath),
  /** Value of `progress` when all is done; 1 without it. */
  of: v.optional(positiveNumber),
  /** What is left, e.g. a distance; the first one counts as all of it. */
  remaining: v.optional(fieldPath),
  message: v.optional(fieldPath),
});

/** `navigate` by a server of nav2_msgs/action/NavigateToPose. */
const drive = strictObject({
  backend: v.literal('action-client'),
  action: name,
  behavior_tree: v.optional(v.string()),
  codes: v.optional(codes),
  ...waits,
  ...cancelling,
});
const action = strictObject({
  backend: v.literal('action-client'),
  action: name,
  type: typeOf('action'),
  goal: v.optional(template),
  feedback: v.optional(feedback),
  result: v.optional(strictObject(resultEntries)),
  ...waits,
  ...cancelling,
});
const service = strictObject({
  backend: v.literal('service-client'),
  service: name,
  type: typeOf('srv'),
  request: v.optional(template),
  result: v.optional(strictObject(resultEntries)),
  ...waits,
});
const topic = strictObject({
  backend: v.literal('topic'),
  topic: name,
  type: typeOf('msg'),
  message: v.optional(template),
  /** Sent again this often until the end; once without it. */
  rate_hz: v.optional(positiveNumber),
  /** Sent when the skill ends before its work does. */
  stop: v.optional(template),
  /** What tells that the work is done: a message that meets `success`. `failure` ends the skill. */
  until: v.optional(
    strictObject({
      topic: name,
      type: typeOf('msg'),
      ...resultEntries,
      success: nonEmptyList(condition),
      failure: v.optional(nonEmptyList(condition)),
    }),
  ),
  ...waits,
});

const scaling = v.pipe(positiveNumber, v.maxValue(1));
const moveItEntries = {
  /** A server of moveit_msgs/action/MoveGroup. */
  action: v.optional(name),
  /** Planning group of the SRDF. */
  group: name,
  pipeline: v.optional(name),
  planner: v.optional(name),
  planning_time_s: v.optional(positiveNumber),
  attempts: v.optional(positiveInteger),
  velocity_scaling: v.optional(scaling),
  acceleration_scaling: v.optional(scaling),
  /** m or rad. */
  joint_tolerance: v.optional(positiveNumber),
  /** Actuators whose joint is called otherwise in MoveIt's model. */
  joints: v.optional(record(name, name)),
  codes: v.optional(codes),
  ...waits,
  ...cancelling,
};
const moveIt = strictObject({
  backend: v.literal('moveit'),
  ...moveItEntries,
  goal: oneForm([
    /** Positions by actuator, m or rad. */
    strictObject({ positions: record(name, finiteNumber) }),
    /** A pose of `robot.yaml`. */
    strictObject({ named_pose: name }),
    strictObject({
      link: name,
      /** A placeholder of a pose such as `$(object.pose)`, or the fields of one, in `map`. */
      pose: v.union([v.string(), template]),
      /** Added along the map's axes, m. */
      offset_m: v.optional(vector3),
      position_tolerance_m: v.optional(positiveNumber),
      /** Without it any orientation will do. */
      orientation_tolerance_rad: v.optional(nonNegativeNumber),
    }),
  ]),
});

const byWord = v.variant('backend', [
  strictObject({ backend: v.literal('motion') }),
  strictObject({ backend: v.literal('policy'), policy: name }),
  drive,
  service,
  topic,
  moveIt,
]);

/** Two forms share the word `action-client`: the one with a `type` is a mapping. */
const backend = v.lazy((input) => (isMappedAction(input) ? action : byWord));

const isMappedAction = (input: unknown): boolean =>
  typeof input === 'object' &&
  input !== null &&
  'type' in input &&
  (input as { readonly backend?: unknown }).backend === 'action-client';

const parameter = strictObject({
  types: nonEmptyList(v.picklist(['object', 'fixture', 'place', 'surface', 'number', 'text'])),
  required: v.optional(v.boolean(), true),
  description: name,
});

/** The contract of a skill that efferent does not bring along. */
const contract = strictObject({
  description: name,
  parameters: v.optional(
    record(v.pipe(v.string(), matching(/^[a-z]+$/, 'one lower-case word')), parameter),
    {},
  ),
  preconditions: v.optional(v.array(v.string()), []),
  effects: v.optional(v.array(v.string()), []),
  failure_codes: v.optional(v.array(failureCode), []),
  resources: nonEmptyList(v.picklist(['base', 'arm', 'head'])),
  time_limit_s: positiveNumber,
});

/** Schema of `robots/<id>/skills.yaml`. */
export const skillMappingSchema = strictObject({
  robot: name,
  /** Who plans the arm's ways of the skills whose backend is `motion` or `policy`; efferent without it. */
  motions: v.optional(strictObject({ by: v.literal('moveit'), ...moveItEntries })),
  contracts: v.optional(
    record(v.pipe(v.string(), matching(/^[a-z]+(-[a-z]+)*$/, 'kebab-case')), contract),
    {},
  ),
  skills: record(v.string(), backend),
});

export type MappingFile = v.InferOutput<typeof skillMappingSchema>;
export type ContractText = MappingFile['contracts'][string];
export type ChosenBackend = MappingFile['skills'][string];
export type DriveBackend = v.InferOutput<typeof drive>;
export type MappedAction = v.InferOutput<typeof action>;
export type MappedService = v.InferOutput<typeof service>;
export type MappedTopic = v.InferOutput<typeof topic>;
export type MappedMoveIt = v.InferOutput<typeof moveIt>;
export type MoveItSettings = Omit<NonNullable<MappingFile['motions']>, 'by'>;
export type FeedbackRule = v.InferOutput<typeof feedback>;
export type ResultRule = NonNullable<MappedAction['result']>;
export type Condition = v.InferOutput<typeof condition>;
/** A backend that a file describes in full. */
export type MappedBackend = MappedAction | MappedService | MappedTopic | MappedMoveIt;

/** Tells whether a file describes the whole skill, so that no code of the skill library is used. */
export function isMapped(chosen: ChosenBackend): chosen is MappedBackend {
  return (
    chosen.backend === 'service-client' ||
    chosen.backend === 'topic' ||
    chosen.backend === 'moveit' ||
    (chosen.backend === 'action-client' && 'type' in chosen)
  );
}
