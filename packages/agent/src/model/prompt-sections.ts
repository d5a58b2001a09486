import { LanguageModelError } from '@efferent/core';

/** What a section of a prompt holds: one value, or a list of them. */
type SectionValue = { readonly list: readonly unknown[] } | { readonly value: unknown };

/** Sections by heading, in order. */
export type Sections = Map<string, SectionValue>;

/** Decimals that numbers keep: millimetres and milliradians. */
const decimals = 3;

const emptyList = '(none)';

/**
 * Writes data on one line of JSON that cannot be taken for anything but data.
 *
 * Strings hold what cameras, maps and other programs say. Line breaks, invisible characters, and what chat templates of
 * servers use as marks (`<|im_start|>`, `[INST]`) are escaped, so that a string opens no section, message or turn.
 */
export function dataLine(data: unknown): string {
  const json = JSON.stringify(data, (_key, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(decimals)) : value,
  );
  return json.replace(/[\p{C}\p{Zl}\p{Zp}<>]|\[(?=\/?[A-Z_]{3,}\])/gu, escaped);
}

const escaped = (character: string): string =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');

/** Writes a section with one value. */
export const valueSection = (heading: string, value: unknown): string => `# ${heading}\n${dataLine(value)}`;

/** Writes a section with a list, one entry a line. */
export const listSection = (heading: string, list: readonly unknown[]): string =>
  [`# ${heading}`, ...(list.length === 0 ? [emptyList] : list.map((entry) => `- ${dataLine(entry)}`))].join(
    '\n',
  );

/** Writes a section of plain text, which is not read back. */
export const textSection = (heading: string, text: string): string => `# ${heading}\n${text}`;

/**
 * Writes a record as a section of its plain fields and one section for each field that is a list, so that nothing that a
 * record comes to hold later is left out.
 */
export function recordSections(heading: string, record: object): readonly string[] {
  const fields = Object.entries(record).filter(([, value]) => value !== undefined);
  const lists = fields.filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const plain = Object.fromEntries(fields.filter(([, value]) => !Array.isArray(value)));
  return [
    valueSection(heading, plain),
    ...lists.map(([name, list]) => listSection(`${heading} ${name}`, list)),
  ];
}

/**
 * Reads sections back.
 *
 * @param texts - headings whose sections are plain text and left out
 * @throws {@link LanguageModelError} code `bad-prompt`, naming the section
 */
export function readSections(text: string, texts: readonly string[]): Sections {
  const sections: Sections = new Map();
  for (const part of text.split(/^# /m).slice(1)) {
    const [heading = '', ...rest] = part.split('\n');
    if (texts.includes(heading)) continue;
    const lines = rest.filter((line) => line !== '');
    if (sections.has(heading)) throw badPrompt(heading, 'occurs twice');
    sections.set(heading, readSection(heading, lines));
  }
  return sections;
}

function readSection(heading: string, lines: readonly string[]): SectionValue {
  const [first] = lines;
  if (first === undefined) throw badPrompt(heading, 'is empty');
  if (first === emptyList && lines.length === 1) return { list: [] };
  if (first.startsWith('- '))
    return {
      list: lines.map((line) => {
        if (!line.startsWith('- ')) throw badPrompt(heading, 'has a line that begins no entry of its list');
        return readJson(heading, line.slice(2));
      }),
    };
  if (lines.length > 1) throw badPrompt(heading, 'has more than one value');
  return { value: readJson(heading, first) };
}

function readJson(heading: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badPrompt(heading, `holds "${text.slice(0, 60)}", which is not JSON`, cause);
  }
}

/** The list of a section. @throws {@link LanguageModelError} code `bad-prompt` */
export function listOf(sections: Sections, heading: string): readonly unknown[] {
  const section = sections.get(heading);
  if (section === undefined) throw badPrompt(heading, 'is missing');
  if (!('list' in section)) throw badPrompt(heading, 'is not a list');
  return section.list;
}

/** The record of a section and of those below it. @throws {@link LanguageModelError} code `bad-prompt` */
export function recordOf(sections: Sections, heading: string): Record<string, unknown> {
  const section = sections.get(heading);
  if (section === undefined) throw badPrompt(heading, 'is missing');
  if (!('value' in section) || typeof section.value !== 'object' || section.value === null)
    throw badPrompt(heading, 'is not a record');
  const record: Record<string, unknown> = { ...section.value };
  for (const [name, below] of sections)
    if (name.startsWith(`${heading} `) && 'list' in below)
      record[name.slice(heading.length + 1)] = below.list;
  return record;
}

export const badPrompt = (heading: string, problem: string, cause?: unknown): LanguageModelError =>
  new LanguageModelError({
    code: 'bad-prompt',
    message: `the section "${heading}" of the prompt ${problem}`,
    fields: { section: heading },
    ...(cause === undefined ? {} : { cause }),
  });
