import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The checkout that this code runs from. */
export const repositoryFolder = resolve(import.meta.dirname, '../../..');

const dataFolders = ['robots', 'sim-scenes', 'policies'];

/**
 * Lists the folders in which robots, scenes, tasks and policies are looked for: the person's own workspace first
 * (`EFFERENT_WORKSPACE`, or the nearest folder above `cwd` that holds one of those folders), then the repository.
 */
export function findWorkspaceFolders(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  cwd: string = process.cwd(),
): readonly string[] {
  const named = environment.EFFERENT_WORKSPACE;
  const own = named === undefined ? findUpwards(cwd) : resolve(cwd, named);
  return own === undefined || own === repositoryFolder ? [repositoryFolder] : [own, repositoryFolder];
}

function findUpwards(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (dataFolders.some((name) => existsSync(join(folder, name)))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
