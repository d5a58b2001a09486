import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseWithSchema, parseYaml, strictObject } from '@efferent/core';
import * as v from 'valibot';
import { looksLikePlaceholder, type PrivacyList } from './private-strings.ts';

/** The file of a workspace that lists what may not leave the machine. */
export const privacyFileName = 'privacy.yaml';

const longestEntry = 200;
const mostEntries = 1000;

// A prompt writes some characters in another way; a string with one of them would not be found in it.
const entry = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(2, 'is too short: expected at least 2 characters'),
  v.maxLength(longestEntry),
  v.check(
    (text) => !/[<>"\\\p{Cc}]/u.test(text),
    'must be on one line and hold none of < > " and backslash; list the parts around them instead',
  ),
  v.check((text) => /[\p{L}\p{N}]/u.test(text), 'needs a letter or a digit'),
  v.check(
    (text) => !looksLikePlaceholder(text),
    'looks like a placeholder (PERSON1, PRIVATE1, TEXT1); choose another spelling',
  ),
);

const privacySchema = strictObject({
  people: v.optional(v.pipe(v.array(entry), v.maxLength(mostEntries)), []),
  strings: v.optional(v.pipe(v.array(entry), v.maxLength(mostEntries)), []),
});

/**
 * Reads `privacy.yaml` of the first workspace folder that has one; nothing is private without it.
 *
 * @throws {@link ConfigurationError} code `invalid-file`, naming the line or field
 */
export function loadPrivacyList(workspaceFolders: readonly string[]): PrivacyList {
  const file = workspaceFolders
    .map((folder) => join(folder, privacyFileName))
    .find((path) => existsSync(path));
  if (file === undefined) return { people: [], strings: [] };
  return parseWithSchema(privacySchema, parseYaml(readFileSync(file, 'utf8'), file), file);
}
