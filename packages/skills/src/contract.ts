import type { PredicateTerm } from './predicate.ts';

/** What a skill's parameter names; the words of `SkillParameter.msg`. */
export type ParameterType = 'object' | 'fixture' | 'place' | 'surface' | 'number' | 'text';

export interface SkillParameter {
  readonly name: string;
  /** Kinds of thing that may be named; the first is the usual one. */
  readonly types: readonly ParameterType[];
  readonly required: boolean;
  readonly description: string;
}

/** Parts of the robot that a skill claims for itself while it runs. */
export type SkillResource = 'base' | 'arm' | 'head';

/** Who does the work; `robots/<id>/skills.yaml` chooses one for each skill. */
export type SkillBackend = 'policy' | 'motion' | 'action-client' | 'service-client' | 'topic' | 'moveit';

/**
 * What a skill promises, independent of the robot: the agent plans with it, the skill server enforces it.
 *
 * `effects` is what a successful skill *measured*; the agent still verifies them on fresh detections.
 */
export interface SkillContract {
  /** Kebab-case, e.g. `place-in`. */
  readonly name: string;
  /** One sentence for people and language models. */
  readonly description: string;
  readonly parameters: readonly SkillParameter[];
  readonly preconditions: readonly PredicateTerm[];
  readonly effects: readonly PredicateTerm[];
  /** Every value that `ExecuteSkill` may give as `failure_code`, besides {@link commonFailureCodes}. */
  readonly failureCodes: readonly string[];
  readonly resources: readonly SkillResource[];
  readonly timeLimitS: number;
}

/** Failure codes that every skill may end with. */
export const commonFailureCodes = [
  /** An argument is missing, of the wrong kind or without the pose that the skill needs. */
  'invalid-argument',
  /** The time limit passed. */
  'time-out',
  /** The caller cancelled the goal. */
  'cancelled',
  /** The gate holds the robot: Stop, run-stop, or a person has taken over. */
  'stopped',
  /** A node that the skill needs does not answer. */
  'unavailable',
] as const;

/** Names every failure code of a contract, its own ones first. */
export function allFailureCodes(contract: SkillContract): readonly string[] {
  return [...contract.failureCodes, ...commonFailureCodes];
}
