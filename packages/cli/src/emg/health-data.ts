import { appendFile, mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';

/** Where recordings are that lie elsewhere, one folder a line; in the folder of health data. */
const elsewhereFile = 'recordings-elsewhere.txt';

/** Remembers a recording, so that {@link forgetHealthData} finds it. @param root - folder of health data */
export async function noteRecording(root: string, folder: string): Promise<void> {
  if (isWithin(folder, root)) return;
  await mkdir(root, { recursive: true, mode: 0o700 });
  await appendFile(join(root, elsewhereFile), `${folder}\n`, { mode: 0o600 });
}

/**
 * Deletes everything that is kept of people's muscles: calibrations, recordings, and recordings elsewhere that were noted.
 *
 * In a folder elsewhere only the recording's own files are deleted, and the folder when it is empty then.
 *
 * @returns the files that were deleted
 */
export async function forgetHealthData(root: string): Promise<readonly string[]> {
  const deleted: string[] = [];
  for (const folder of await linesOf(join(root, elsewhereFile))) {
    for (const file of [`${basename(folder)}_0.mcap`, 'metadata.yaml']) {
      const path = join(folder, file);
      if (await wasDeleted(path)) deleted.push(path);
    }
    // Not empty, or gone: neither is ours.
    await rmdir(folder).catch(() => undefined);
  }
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (!entry.isDirectory()) deleted.push(join(entry.parentPath, entry.name));
  await rm(root, { recursive: true, force: true });
  return deleted;
}

async function wasDeleted(file: string): Promise<boolean> {
  try {
    await rm(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function linesOf(file: string): Promise<readonly string[]> {
  try {
    return (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function isWithin(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}
