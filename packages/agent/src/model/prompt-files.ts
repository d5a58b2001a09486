import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError, object, parseWithSchema, parseYaml, positiveInteger } from '@efferent/core';
import * as v from 'valibot';

/** A part of the prompts that is kept as a file, `prompts/<id>.md`. */
export interface PromptFile {
  readonly id: string;
  /** Raised with every change of the text; `prompts/versions.json` remembers what each version said. */
  readonly version: number;
  /** Files whose text follows this one's. */
  readonly with: readonly string[];
  /** Of a demonstration: it is shown when all of these skills are offered. */
  readonly skills: readonly string[];
  readonly text: string;
}

export const promptsFolder = join(import.meta.dirname, '../../prompts');

const frontMatter = object({
  id: v.string(),
  version: positiveInteger,
  with: v.optional(v.array(v.string()), []),
  skills: v.optional(v.array(v.string()), []),
});

/**
 * Reads a prompt: YAML between two lines of `---`, then the text.
 *
 * @param file - what to call it in messages, ending with its name
 * @throws {@link ConfigurationError} naming the file and what is wrong with it
 */
export function parsePromptFile(source: string, file: string): PromptFile {
  const [, yaml, text] = /^---\n([\s\S]*?\n)---\n([\s\S]*)$/.exec(source) ?? [];
  if (yaml === undefined || text === undefined)
    throw refused(file, 'does not begin with YAML between two lines of "---"');
  const fields = parseWithSchema(frontMatter, parseYaml(yaml, file), file);
  if (!file.endsWith(`${fields.id}.md`))
    throw refused(file, `has the id "${fields.id}", not that of its name`);
  // A heading of its own could be taken for one of the sections with data.
  if (/^#/m.test(text)) throw refused(file, 'has a line that begins with "#"');
  return { ...fields, text: text.trim() };
}

const refused = (file: string, problem: string) =>
  new ConfigurationError({ code: 'invalid-prompt', message: `${file}: ${problem}`, fields: { file } });

const read = new Map<string, PromptFile>();

/** Reads a prompt of this package once. @throws {@link ConfigurationError} */
export function promptFile(id: string): PromptFile {
  const known = read.get(id);
  if (known !== undefined) return known;
  const path = join(promptsFolder, `${id}.md`);
  const file = parsePromptFile(readFileSync(path, 'utf8'), path);
  read.set(id, file);
  return file;
}

let demonstrations: readonly PromptFile[] | undefined;

/** The demonstrations that help to tell the offered skills apart, in a fixed order. */
export function demonstrationsFor(skills: ReadonlySet<string>): readonly PromptFile[] {
  demonstrations ??= readdirSync(join(promptsFolder, 'demonstrations'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => promptFile(join('demonstrations', name.replace(/\.md$/, ''))));
  return demonstrations.filter((each) => each.skills.every((skill) => skills.has(skill)));
}
