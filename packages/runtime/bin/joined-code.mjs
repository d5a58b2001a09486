import { readFileSync, statSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

export const repositoryFolder = fileURLToPath(new URL('../../..', import.meta.url));
export const joinedFolder = `${repositoryFolder}.efferent/joined/`;
/** Joined code that this process, or the one that started it, has compared with its sources. */
const verifiedVariable = 'EFFERENT_JOINED_CODE';

/**
 * Finds the joined code of an entry, which `scripts/join.mjs` writes.
 *
 * @param {string} entry path of the source below the repository, e.g. `packages/runtime/src/node-main.ts`
 * @returns {string | undefined} path of the joined code; undefined unless it was made from the very files that are there
 */
export function findJoinedCode(entry) {
  const index = readJson(`${joinedFolder}index.json`);
  if (index?.repositoryFolder !== repositoryFolder) return undefined;
  const file = index.entries[entry];
  if (file === undefined) return undefined;
  if (process.env[verifiedVariable] !== index.id && !index.sources.every(isUnchanged)) return undefined;
  process.env[verifiedVariable] = index.id;
  return joinedFolder + file;
}

/** Has errors name places in the sources instead of places in the joined code. */
export function nameSourcesInErrors() {
  const maps = new Map();
  Error.prepareStackTrace = (error, frames) =>
    [String(error), ...frames.map((frame) => `    at ${nameSource(String(frame), maps)}`)].join('\n');
}

function isUnchanged([path, modifiedMs, bytes]) {
  const found = statSync(repositoryFolder + path, { throwIfNoEntry: false });
  return found !== undefined && found.mtimeMs === modifiedMs && found.size === bytes;
}

/** Rewrites `file:line:column` at the end of a stack frame. */
function nameSource(frame, maps) {
  return frame.replace(/(?:file:\/\/)?([^ (]+\.js):(\d+):(\d+)/, (place, file, line, column) => {
    if (!file.startsWith(joinedFolder)) return place;
    if (!maps.has(file)) maps.set(file, readSourceMap(`${file}.map`));
    const origin = maps.get(file)?.findOrigin(Number(line), Number(column));
    return origin?.fileName === undefined
      ? place
      : `${new URL(origin.fileName, `file://${file}`)}:${origin.lineNumber}:${origin.columnNumber}`;
  });
}

function readSourceMap(path) {
  const payload = readJson(path);
  return payload && new SourceMap(payload);
}

/** @returns undefined where the file is missing or is no JSON: both only mean that there is nothing to use */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
