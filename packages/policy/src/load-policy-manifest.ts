import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError, nonEmptyString, object, parseWithSchema, parseYaml } from '@efferent/core';
import { type PolicyManifest, parsePolicyManifest } from './policy-manifest.ts';

/**
 * Finds and reads `policies/<id>/policy.yaml` in the first workspace folder that has it.
 * @throws {@link ConfigurationError} code `unknown-policy` listing the known ones, or `invalid-file`.
 */
export async function loadPolicyManifest(
  workspaceFolders: readonly string[],
  id: string,
): Promise<{ readonly manifest: PolicyManifest; readonly folder: string }> {
  const known: string[] = [];
  for (const workspace of workspaceFolders) {
    const ids = policyIds(workspace);
    known.push(...ids);
    if (!ids.includes(id)) continue;
    const folder = join(workspace, 'policies', id);
    const file = join(folder, 'policy.yaml');
    const manifest = parsePolicyManifest(await readFile(file, 'utf8'), file);
    if (manifest.id === id) return { manifest, folder };
    throw new ConfigurationError({
      code: 'invalid-file',
      message: `${file}: id: is "${manifest.id}", expected the folder's name "${id}"`,
      fields: { file, field: 'id' },
    });
  }
  throw new ConfigurationError({
    code: 'unknown-policy',
    message: `no policy "${id}"; known are ${known.join(', ') || 'none'}; looked in ${workspaceFolders.map((folder) => join(folder, 'policies')).join(', ')}`,
    fields: { id, known },
  });
}

/** Lists the ids of the policies that were made for a robot, sorted. @throws {@link ConfigurationError} code `invalid-file` */
export function listPoliciesFor(workspaceFolders: readonly string[], robotId: string): string[] {
  const made = workspaceFolders.flatMap((workspace) =>
    policyIds(workspace).filter((id) => {
      const file = join(workspace, 'policies', id, 'policy.yaml');
      return (
        parseWithSchema(robotOfPolicy, parseYaml(readFileSync(file, 'utf8'), file), file).robot === robotId
      );
    }),
  );
  return [...new Set(made)].sort();
}

const robotOfPolicy = object({ robot: nonEmptyString });

/** Lists the policies of one workspace; an absent folder has none. */
function policyIds(workspace: string): readonly string[] {
  const folder = join(workspace, 'policies');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((id) => existsSync(join(folder, id, 'policy.yaml')));
}
