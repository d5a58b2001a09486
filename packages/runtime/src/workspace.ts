import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ConfigurationError, nonEmptyString, parseWithSchema, parseYaml, strictObject } from '@efferent/core';
import * as v from 'valibot';

/** The checkout that this code runs from. */
export const repositoryFolder = resolve(import.meta.dirname, '../../..');

/** The file that marks a folder as a workspace. */
export const workspaceMarker = 'efferent.yaml';

/** Folders of a workspace, each with the file that makes an entry of it one. */
const dataFolders = [
  { folder: 'robots', marker: 'robot.yaml' },
  { folder: 'sim-scenes', marker: 'scene.yaml' },
  { folder: 'policies', marker: 'policy.yaml' },
] as const;

const workspaceSchema = strictObject({
  name: nonEmptyString,
  /** What `--robot`, `--scene` and `--instruction` are without being given. */
  robot: v.optional(nonEmptyString),
  scene: v.optional(nonEmptyString),
  instruction: v.optional(nonEmptyString),
  /** Launch file that `efferent start` takes, below the workspace. */
  launch: v.optional(nonEmptyString),
});

/** A person's own workspace: a folder with an `efferent.yaml`. */
export interface Workspace extends v.InferOutput<typeof workspaceSchema> {
  readonly folder: string;
}

/**
 * Lists the folders in which robots, scenes, tasks, policies and launch files are looked for: the person's own workspace
 * first (`EFFERENT_WORKSPACE`, or the nearest folder from `cwd` upwards that holds an `efferent.yaml`), then the repository.
 */
export function findWorkspaceFolders(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  cwd: string = process.cwd(),
): readonly string[] {
  const own = ownFolder(environment, cwd);
  return own === undefined ? [repositoryFolder] : [own, repositoryFolder];
}

/**
 * Reads the person's own workspace, if there is one.
 *
 * @throws {@link ConfigurationError} code `invalid-file`
 */
export function findWorkspace(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  cwd: string = process.cwd(),
): Workspace | undefined {
  const folder = ownFolder(environment, cwd);
  const file = folder === undefined ? '' : join(folder, workspaceMarker);
  if (folder === undefined || !existsSync(file)) return undefined;
  return { folder, ...parseWithSchema(workspaceSchema, parseYaml(readFileSync(file, 'utf8'), file), file) };
}

/** Lists what a workspace has under the id of something of the repository, which it hides: `robots/stretch`, … */
export function shadowedEntries(workspaceFolders: readonly string[]): readonly string[] {
  const [own, ...others] = workspaceFolders;
  if (own === undefined) return [];
  return dataFolders.flatMap(({ folder, marker }) =>
    entriesOf(join(own, folder), marker)
      .filter((id) => others.some((other) => existsSync(join(other, folder, id, marker))))
      .map((id) => `${folder}/${id}`),
  );
}

/**
 * Finds a launch file: by path, or by its name in the `launch/` of a workspace or of the repository.
 *
 * @throws {@link ConfigurationError} code `unknown-launch-file`
 */
export function findLaunchFile(
  file: string,
  workspaceFolders: readonly string[] = findWorkspaceFolders(),
): string {
  const places = [resolve(file), ...workspaceFolders.map((folder) => join(folder, 'launch', file))];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new ConfigurationError({
    code: 'unknown-launch-file',
    message: `there is no launch file ${file}; looked for ${places.join(', ')}`,
    fields: { file, places },
  });
}

function entriesOf(folder: string, marker: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((id) => existsSync(join(folder, id, marker)))
    .sort();
}

function ownFolder(
  environment: Readonly<Record<string, string | undefined>>,
  cwd: string,
): string | undefined {
  const named = environment.EFFERENT_WORKSPACE;
  const own = named === undefined || named === '' ? findUpwards(cwd) : resolve(cwd, named);
  return own === repositoryFolder ? undefined : own;
}

function findUpwards(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, workspaceMarker))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
