import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigurationError,
  nonEmptyString as name,
  parseWithSchema,
  parseYaml,
  record,
  strictObject,
} from '@efferent/core';
import type { RobotModel } from '@efferent/robot';
import * as v from 'valibot';
import { skillContracts } from './skill-contracts.ts';

const backend = v.variant('backend', [
  strictObject({ backend: v.literal('motion') }),
  strictObject({ backend: v.literal('policy'), policy: name }),
  strictObject({ backend: v.literal('action-client'), action: name }),
]);

/** Schema of `robots/<id>/skills.yaml`. */
export const skillMappingSchema = strictObject({
  robot: name,
  skills: record(v.picklist(Object.keys(skillContracts)), backend),
});

export type SkillMapping = v.InferOutput<typeof skillMappingSchema>;

/** Backends that can serve a skill; a policy or another node's action can do only what it was made for. */
const servedBy: Readonly<Record<string, readonly string[]>> = {
  navigate: ['action-client'],
  pick: ['policy', 'motion'],
};

/** Parses a mapping. @throws {@link ConfigurationError} code `invalid-file`, naming file and field. */
export function parseSkillMapping(text: string, file: string): SkillMapping {
  const mapping = parseWithSchema(skillMappingSchema, parseYaml(text, file), file);
  for (const [skill, chosen] of Object.entries(mapping.skills)) {
    const able = servedBy[skill] ?? ['motion'];
    if (chosen === undefined || able.includes(chosen.backend)) continue;
    throw new ConfigurationError({
      code: 'invalid-file',
      message: `${file}: skills.${skill}.backend: is "${chosen.backend}", expected "${able.join('" or "')}"`,
      fields: { file, field: `skills.${skill}.backend` },
    });
  }
  return mapping;
}

/** Skills whose motions are worked out for an arm that lifts, extends sideways and turns its wrist. */
const needArm: readonly string[] = ['pick', 'place-on', 'place-in', 'open', 'close'];

/**
 * Refuses a mapping that asks motions of a robot that its arm cannot make.
 * @throws {@link ConfigurationError} code `robot-mismatch`, one line a skill
 */
export function checkSkillsFit(mapping: SkillMapping, model: RobotModel): void {
  if (model.manifest.arm !== undefined) return;
  const problems = Object.entries(mapping.skills)
    .filter(([skill, chosen]) => needArm.includes(skill) && chosen?.backend !== 'action-client')
    .map(
      ([skill]) =>
        `robots/${mapping.robot}/skills.yaml: skills.${skill}: its motions need an arm that lifts, extends sideways and turns its wrist (arm in robot.yaml), which "${mapping.robot}" does not have; leave the skill out`,
    );
  if (problems.length === 0) return;
  throw new ConfigurationError({
    code: 'robot-mismatch',
    message: problems.join('\n'),
    fields: { robot: mapping.robot, problems },
  });
}

/**
 * Reads `robots/<id>/skills.yaml` of the first workspace folder that has it.
 * @throws {@link ConfigurationError} code `unknown-robot` or `invalid-file`
 */
export async function loadSkillMapping(
  workspaceFolders: readonly string[],
  robotId: string,
): Promise<SkillMapping> {
  const files = workspaceFolders.map((folder) => join(folder, 'robots', robotId, 'skills.yaml'));
  const file = files.find((path) => existsSync(path));
  if (file === undefined) {
    throw new ConfigurationError({
      code: 'unknown-robot',
      message: `robot "${robotId}" has no skills.yaml; looked for ${files.join(', ')}`,
      fields: { robot: robotId, files },
    });
  }
  const mapping = parseSkillMapping(await readFile(file, 'utf8'), file);
  if (mapping.robot === robotId) return mapping;
  throw new ConfigurationError({
    code: 'invalid-file',
    message: `${file}: robot: is "${mapping.robot}", expected the folder's name "${robotId}"`,
    fields: { file, field: 'robot' },
  });
}
