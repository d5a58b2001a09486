import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { ConfigurationError, parseWithSchema, parseYaml } from '@efferent/core';
import type { RobotModel } from '@efferent/robot';
import type { SkillContract } from '../contract.ts';
import { parsePredicate } from '../predicate.ts';
import { skillContracts } from '../skill-contracts.ts';
import { checkMapped, nameBelow, ofTheDriver } from './check-mapping.ts';
import {
  type ChosenBackend,
  type ContractText,
  isMapped,
  type MappingFile,
  skillMappingSchema,
} from './mapping-schema.ts';

/** A checked `skills.yaml`. */
export interface SkillMapping extends Omit<MappingFile, 'contracts'> {
  /** Contracts of the skill library and of the file, by skill. */
  readonly contracts: Readonly<Record<string, SkillContract>>;
}

/** Backends that can serve a skill of the library; a policy or a navigation server can do only what it was made for. */
const servedBy: Readonly<Record<string, readonly string[]>> = {
  navigate: ['action-client'],
  pick: ['policy', 'motion'],
};

/**
 * Parses a mapping, and checks every message in it against its type.
 *
 * @throws {@link ConfigurationError} code `invalid-file`, naming file and field
 */
export function parseSkillMapping(text: string, file: string): SkillMapping {
  const { contracts: own, ...mapping } = parseWithSchema(skillMappingSchema, parseYaml(text, file), file);
  const wrong = (field: string, reason: string) =>
    new ConfigurationError({
      code: 'invalid-file',
      message: `${file}: ${field}: ${reason}`,
      fields: { file, field },
    });
  const contracts = { ...skillContracts };
  for (const [skill, contract] of Object.entries(own)) {
    if (skillContracts[skill] !== undefined)
      throw wrong(`contracts.${skill}`, 'is a skill of the library, whose contract is fixed');
    contracts[skill] = contractOf(skill, contract, (field, reason) =>
      wrong(`contracts.${skill}.${field}`, reason),
    );
  }
  for (const [skill, chosen] of Object.entries(mapping.skills)) {
    const contract = contracts[skill];
    if (contract === undefined)
      throw wrong(
        `skills.${skill}`,
        `unknown field; expected a skill of the library (${Object.keys(skillContracts).join(', ')}) or of contracts`,
      );
    const problem = backendProblem(skill, chosen);
    if (problem !== undefined) throw wrong(`skills.${skill}.${problem[0]}`, problem[1]);
    checkMapped(mapping.robot, contract, chosen, (field, reason) =>
      wrong(`skills.${skill}.${field}`, reason),
    );
  }
  return { ...mapping, contracts };
}

function backendProblem(skill: string, chosen: ChosenBackend): readonly [string, string] | undefined {
  if (isMapped(chosen)) return undefined;
  if (skillContracts[skill] === undefined)
    return [
      'backend',
      `is "${chosen.backend}", expected action-client with a type, service-client, topic or moveit`,
    ];
  const able = servedBy[skill] ?? ['motion'];
  if (able.includes(chosen.backend)) return undefined;
  if (chosen.backend === 'action-client')
    return ['type', 'is missing; only navigate knows its action by itself'];
  return ['backend', `is "${chosen.backend}", expected "${able.join('" or "')}"`];
}

function contractOf(
  name: string,
  text: ContractText,
  wrong: (field: string, reason: string) => ConfigurationError,
): SkillContract {
  const terms = (field: 'preconditions' | 'effects') =>
    text[field].map((term, index) => {
      try {
        const parsed = parsePredicate(term);
        const unknown = parsed.arguments.find((argument) => text.parameters[argument] === undefined);
        if (unknown === undefined) return parsed;
        throw wrong(`${field}.${index}`, `"${term}": there is no parameter "${unknown}"`);
      } catch (error) {
        if (error instanceof ConfigurationError) throw error;
        throw wrong(`${field}.${index}`, (error as Error).message);
      }
    });
  return {
    name,
    description: text.description,
    parameters: Object.entries(text.parameters).map(([parameter, { types, required, description }]) => ({
      name: parameter,
      types,
      required,
      description,
    })),
    preconditions: terms('preconditions'),
    effects: terms('effects'),
    failureCodes: text.failure_codes,
    resources: text.resources,
    timeLimitS: text.time_limit_s,
  };
}

/** Skills whose motions are worked out for an arm that lifts, extends sideways and turns its wrist. */
const needArm: readonly string[] = ['pick', 'place-on', 'place-in', 'open', 'close'];
/** Those that an arm on a fixed base cannot do otherwise either: its base does not drive beside what is pressed, wiped or offered. */
const needStraightArm: readonly string[] = ['press', 'wipe', 'offer'];

/**
 * Refuses a mapping that asks of a robot what it does not have: an arm for the motions of the library, or a named pose;
 * and one that commands its driver past the gate.
 * @throws {@link ConfigurationError} code `robot-mismatch`, one line a skill
 */
export function checkSkillsFit(mapping: SkillMapping, model: RobotModel): void {
  const { arm, poses, driver } = model.manifest;
  const driverAction = 'trajectory_action' in driver ? driver.trajectory_action : undefined;
  const problems = Object.entries(mapping.skills).flatMap(([skill, chosen]) => {
    const field = `robots/${mapping.robot}/skills.yaml: skills.${skill}`;
    if (chosen.backend === 'moveit' && 'named_pose' in chosen.goal && !(chosen.goal.named_pose in poses))
      return `${field}.goal.named_pose: "${mapping.robot}" has no pose "${chosen.goal.named_pose}"; it has: ${Object.keys(poses).join(', ')}`;
    if (chosen.backend === 'action-client' && nameBelow(mapping.robot, chosen.action) === driverAction)
      return `${field}.action: ${ofTheDriver(chosen.action)}`;
    const isMissing =
      (arm === undefined && !model.isFixed && needArm.includes(skill)) ||
      ((arm === undefined || model.isFixed) && needStraightArm.includes(skill));
    return isMissing && !isMapped(chosen)
      ? `${field}: its motions need ${needStraightArm.includes(skill) ? 'a base that drives and ' : ''}an arm that lifts, extends sideways and turns its wrist (arm in robot.yaml), which "${mapping.robot}" does not have; leave the skill out`
      : [];
  });
  if (problems.length === 0) return;
  throw new ConfigurationError({
    code: 'robot-mismatch',
    message: problems.join('\n'),
    fields: { robot: mapping.robot, problems },
  });
}

/**
 * Reads a robot's mapping: `robots/<id>/skills.yaml` of the first workspace folder that has it, or another file.
 *
 * @param skillsFile - absolute, or below a workspace folder; empty takes the robot's own
 * @throws {@link ConfigurationError} code `unknown-robot` or `invalid-file`
 */
export async function loadSkillMapping(
  workspaceFolders: readonly string[],
  robotId: string,
  skillsFile = '',
): Promise<SkillMapping> {
  const wanted = skillsFile === '' ? join('robots', robotId, 'skills.yaml') : skillsFile;
  const files = isAbsolute(wanted) ? [wanted] : workspaceFolders.map((folder) => join(folder, wanted));
  const file = files.find((path) => existsSync(path));
  if (file === undefined) {
    throw new ConfigurationError({
      code: 'unknown-robot',
      message: `robot "${robotId}" has no ${skillsFile || 'skills.yaml'}; looked for ${files.join(', ')}`,
      fields: { robot: robotId, files },
    });
  }
  const mapping = parseSkillMapping(await readFile(file, 'utf8'), file);
  if (mapping.robot === robotId) return mapping;
  throw new ConfigurationError({
    code: 'invalid-file',
    message: `${file}: robot: is "${mapping.robot}", expected the robot "${robotId}"`,
    fields: { file, field: 'robot' },
  });
}
