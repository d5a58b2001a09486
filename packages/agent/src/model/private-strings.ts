import type { JSONSchema7 } from '@ai-sdk/provider';

/** What may not leave the machine. */
export interface PrivacyList {
  /** Names of people. */
  readonly people: readonly string[];
  /** Addresses, numbers, anything else. */
  readonly strings: readonly string[];
}

/** Puts placeholders into one question and takes them out of its answers. */
export interface Redaction {
  redact(text: string): string;
  /** Puts placeholders into what was made of redacted text; those that are there already stay. */
  redactRest(text: string): string;
  restore(text: string): string;
  /** Restores every string inside a JSON value. */
  restoreAll(value: unknown): unknown;
}

/** Placeholders are one word, so that no private string of digits or letters is found inside one. */
const placeholder = /(?<![\p{L}\p{N}])(?:PERSON|PRIVATE|TEXT)\d+[a-z]*(?![\p{L}\p{N}])/iu;

/** Tells whether a string could be taken for a placeholder; such a one cannot be kept private. */
export const looksLikePlaceholder = (text: string): boolean => placeholder.test(text);

interface Entry {
  readonly text: string;
  /** Placeholder of the spelling that is listed; other spellings get a letter more. */
  readonly name: string;
}

/**
 * Strings that are replaced by placeholders before anything leaves the machine.
 *
 * They are found in any case, at word boundaries, however many spaces are between their words, the longest first. The
 * placeholder of an entry is always the same; another spelling of it has one of its own, so that restoring is exact.
 */
export class PrivateStrings {
  readonly #entries: readonly Entry[];
  readonly #pattern: RegExp | undefined;

  constructor({ people, strings }: PrivacyList) {
    const entries = [
      ...people.map((text, index) => ({ text, name: `PERSON${index + 1}` })),
      ...strings.map((text, index) => ({ text, name: `PRIVATE${index + 1}` })),
    ];
    this.#entries = entries.sort((a, b) => b.text.length - a.text.length);
    // What looks like a placeholder already is treated as private too, else it would be restored to somebody's name.
    const sources = [...this.#entries.map((entry) => sourceOf(entry.text)), placeholder.source];
    this.#pattern =
      entries.length === 0 ? undefined : new RegExp(sources.map((each) => `(${each})`).join('|'), 'giu');
  }

  begin(): Redaction {
    if (this.#pattern === undefined) return untouched;
    return new ExactRedaction(this.#entries, this.#pattern);
  }
}

const untouched: Redaction = {
  redact: (text) => text,
  redactRest: (text) => text,
  restore: (text) => text,
  restoreAll: (value) => value,
};

class ExactRedaction implements Redaction {
  readonly #entries: readonly Entry[];
  readonly #pattern: RegExp;
  readonly #nameBySpelling = new Map<string, string>();
  readonly #spellingByName = new Map<string, string>();
  /** Spellings other than the listed one, by entry. */
  readonly #variants = new Map<string, number>();

  constructor(entries: readonly Entry[], pattern: RegExp) {
    this.#entries = entries;
    this.#pattern = pattern;
    for (const { text, name } of entries) this.#remember(text, name);
  }

  redact(text: string): string {
    return text.replace(this.#pattern, (spelling: string, ...groups: unknown[]) => {
      const known = this.#nameBySpelling.get(spelling);
      if (known !== undefined) return known;
      const entry = this.#entries[groups.indexOf(spelling)];
      const name = this.#newName(entry?.name);
      this.#remember(spelling, name);
      return name;
    });
  }

  redactRest(text: string): string {
    return text.replace(this.#pattern, (spelling: string) =>
      looksLikePlaceholder(spelling) ? spelling : this.redact(spelling),
    );
  }

  restore(text: string): string {
    return text.replace(
      new RegExp(placeholder.source, 'giu'),
      (name) => this.#spellingByName.get(name.toUpperCase()) ?? name,
    );
  }

  restoreAll(value: unknown): unknown {
    return mapStrings(value, (text) => this.restore(text));
  }

  #newName(base: string | undefined): string {
    const key = base ?? 'TEXT';
    const count = (this.#variants.get(key) ?? 0) + 1;
    this.#variants.set(key, count);
    return base === undefined ? `TEXT${count}` : `${base}${letters(count)}`;
  }

  #remember(spelling: string, name: string): void {
    this.#nameBySpelling.set(spelling, name);
    this.#spellingByName.set(name.toUpperCase(), spelling);
  }
}

/** 1 is b, 2 is c, …, 26 is ba: the listed spelling is the one without a letter. */
const letters = (count: number): string =>
  [...count.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('');

/** A pattern for one entry, also in capitals, composed or decomposed, with any space between its words. */
function sourceOf(text: string): string {
  const isWord = (character: string | undefined) => /[\p{L}\p{N}]/u.test(character ?? '');
  const before = isWord(text[0]) ? '(?<![\\p{L}\\p{N}])' : '';
  const after = isWord(text.at(-1)) ? '(?![\\p{L}\\p{N}\\p{M}])' : '';
  // Capitals may be other letters (ß is SS), which ignoring case does not find.
  const cases = [text, text.toUpperCase()];
  const forms = [...new Set(cases.flatMap((each) => [each.normalize('NFC'), each.normalize('NFD')]))];
  const words = forms.map((form) => form.split(/\s+/u).map(escapePattern).join('\\s+'));
  return `${before}(?:${words.join('|')})${after}`;
}

const escapePattern = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Keywords of a JSON schema whose strings are words, and not structure. */
const wordyKeywords = new Set(['enum', 'const', 'description', 'title', 'examples', 'default']);

/** Puts placeholders into what a schema says in words. */
export function redactSchema(schema: unknown, redaction: Redaction): JSONSchema7 {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        wordyKeywords.has(key) ? mapStrings(inner, (text) => redaction.redact(text)) : visit(inner),
      ]),
    );
  };
  return visit(schema) as JSONSchema7;
}

/** Changes every string of a JSON value but the names of fields, and the values of the fields that are to be kept. */
export function mapStrings(
  value: unknown,
  change: (text: string) => string,
  kept: ReadonlySet<string> = new Set(),
): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, change, kept));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      kept.has(key) ? inner : mapStrings(inner, change, kept),
    ]),
  );
}
