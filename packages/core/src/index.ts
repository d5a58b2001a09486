export {
  type Clock,
  nsPerSecond,
  nsToSeconds,
  secondsToNs,
  steadyWallClock,
  systemWallClock,
  VirtualClock,
} from './clock.ts';
export {
  ConfigurationError,
  ContractError,
  describeError,
  EfferentError,
  type ErrorDetails,
  type ErrorFamily,
  HardwareError,
  LanguageModelError,
  MiddlewareError,
  PlannerError,
  PolicyError,
  SafetyStopError,
} from './errors.ts';
export { immediateJobRunner, type JobDescription, type JobRunner } from './jobs.ts';
export { pause } from './pause.ts';
export { PointMapper } from './point-mapper.ts';
export { Rng } from './rng.ts';
export {
  type Checked,
  checkWithSchema,
  finiteNumber,
  hexColor,
  identifier,
  integer,
  matching,
  nonEmptyList,
  nonEmptyString,
  nonNegativeNumber,
  parseWithSchema,
  positiveInteger,
  positiveNumber,
  vector2,
  vector3,
} from './schema.ts';
export { object, oneForm, record, strictObject } from './schema-objects.ts';
export { describeProblem, type SchemaProblem } from './schema-problem.ts';
export {
  add3,
  clamp,
  conjugateQuaternion,
  cross3,
  distance3,
  dot3,
  identityQuaternion,
  multiplyQuaternions,
  norm3,
  type QuaternionXyzw,
  quaternionFromAxisAngle,
  quaternionFromRpy,
  rotateVector,
  rpyFromQuaternion,
  scale3,
  slerp,
  subtract3,
  Transform,
  type Vector3,
  wrapAngle,
  yawFromQuaternion,
} from './se3.ts';
export { parseXml, type XmlElement, type XmlPlace } from './xml.ts';
export { formatYaml, parseYaml, yamlText } from './yaml.ts';
