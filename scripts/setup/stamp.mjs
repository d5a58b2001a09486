import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, stateFolder } from './run.mjs';

const skipped = new Set(['node_modules', 'dist', 'build', '.efferent']);

/** Returns one hash over names and contents of files and folders, paths relative to the repository. */
export function hashOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.map((each) => join(root, each)).sort()) addToHash(hash, path);
  return hash.digest('hex');
}

/** Tells whether `name` was finished with this hash before. */
export function isDone(name, hash) {
  const file = join(stateFolder, 'stamps', name);
  return existsSync(file) && readFileSync(file, 'utf8') === hash;
}

export function markDone(name, hash) {
  mkdirSync(join(stateFolder, 'stamps'), { recursive: true });
  writeFileSync(join(stateFolder, 'stamps', name), hash);
}

function addToHash(hash, path) {
  if (!existsSync(path)) return;
  if (statSync(path).isDirectory()) {
    for (const entry of readdirSync(path).sort()) if (!skipped.has(entry)) addToHash(hash, join(path, entry));
    return;
  }
  hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
}
