/**
 * Substitutions of ROS 2 launch files: `$(name argument 'quoted argument' $(nested))`.
 *
 * Grammar of launch's `grammar.lark`: one space between arguments, a quoted argument stands alone, a backslash escapes.
 * Inside quotes the other kind of quote is plain text.
 */

export interface Substitution {
  readonly name: string;
  readonly arguments: readonly Template[];
}

/** Text and substitutions, in order. */
export type Template = readonly (string | Substitution)[];

/** Computes a substitution. @throws {Error} with a reason that needs no position; the caller adds it. */
export type SubstitutionEvaluator = (name: string, values: readonly string[]) => string;

const identifier = /[A-Za-z][A-Za-z0-9_-]*/y;
type Quote = '' | "'" | '"';

/** Parses the text of an attribute. @throws {SyntaxError} naming what is malformed */
export function parseTemplate(text: string): Template {
  const [template] = parseText(text, 0, () => false, '');
  return template;
}

/** Takes the backslash off escaped characters. */
export const withoutEscapes = (text: string): string => text.replace(/\\(.)/g, '$1');

/** Evaluates a template to text. */
export function evaluateTemplate(template: Template, evaluate: SubstitutionEvaluator): string {
  return template.map((fragment) => evaluateFragment(fragment, evaluate)).join('');
}

/**
 * Evaluates a template to words. Blanks split text fragments only: the value of a substitution is never split again,
 * as in launch's own `cmd` and `args`.
 */
export function evaluateWords(template: Template, evaluate: SubstitutionEvaluator): string[] {
  const words: string[] = [];
  let open = false;
  const append = (text: string) => {
    if (open) words[words.length - 1] += text;
    else words.push(text);
    open = true;
  };
  for (const fragment of template) {
    if (typeof fragment !== 'string') append(evaluateFragment(fragment, evaluate));
    else
      for (const piece of splitPieces(fragment)) {
        if (piece === undefined) open = false;
        else append(piece);
      }
  }
  return words;
}

/** Splits text into words as a POSIX shell does. @throws {SyntaxError} for a quote that is not closed */
export const splitWords = (text: string): string[] => evaluateWords([text], () => '');

/** Every substitution of a template, outer ones first. */
export function* substitutionsIn(template: Template): Generator<Substitution> {
  for (const fragment of template) {
    if (typeof fragment === 'string') continue;
    yield fragment;
    for (const value of fragment.arguments) yield* substitutionsIn(value);
  }
}

function evaluateFragment(fragment: string | Substitution, evaluate: SubstitutionEvaluator): string {
  if (typeof fragment === 'string') return fragment;
  return evaluate(
    fragment.name,
    fragment.arguments.map((each) => evaluateTemplate(each, evaluate)),
  );
}

/** Reads text and substitutions up to a character that ends it, or to the end. */
function parseText(
  text: string,
  start: number,
  isEnd: (character: string) => boolean,
  quote: Quote,
): [Template, number] {
  const fragments: (string | Substitution)[] = [];
  let raw = '';
  let at = start;
  while (at < text.length && !isEnd(text[at] as string)) {
    if (text.startsWith('$(', at)) {
      if (raw !== '') fragments.push(withoutEscapes(raw));
      raw = '';
      const [substitution, next] = parseSubstitution(text, at, quote);
      fragments.push(substitution);
      at = next;
    } else {
      // A backslash takes the next character along, whatever it is.
      const length = text[at] === '\\' && at + 1 < text.length ? 2 : 1;
      raw += text.slice(at, at + length);
      at += length;
    }
  }
  if (raw !== '') fragments.push(withoutEscapes(raw));
  return [fragments, at];
}

function parseSubstitution(text: string, start: number, quote: Quote): [Substitution, number] {
  identifier.lastIndex = start + 2;
  const name = identifier.exec(text)?.[0];
  if (name === undefined) throw new SyntaxError(`"$(" without a substitution's name in "${text}"`);
  let at = start + 2 + name.length;
  const values: Template[] = [];
  while (text[at] === ' ') {
    const [value, end] = parseValue(text, at + 1, quote);
    values.push(value);
    at = end;
  }
  if (at >= text.length) throw new SyntaxError(`"$(${name}" is not closed in "${text}"`);
  if (text[at] !== ')')
    throw new SyntaxError(`unexpected "${text[at]}" in "$(${name} …)"; values are separated by one space`);
  return [{ name, arguments: values }, at + 1];
}

function parseValue(text: string, start: number, quote: Quote): [Template, number] {
  const first = text[start];
  if (quote === '' && (first === "'" || first === '"')) {
    const [value, end] = parseText(text, start + 1, (each) => each === first, first);
    if (end >= text.length) throw new SyntaxError(`a quote is not closed in "${text}"`);
    return [value, end + 1];
  }
  const ends = quote === '' ? ` ()'"` : ` ()${quote}`;
  const [value, end] = parseText(text, start, (each) => ends.includes(each), quote);
  if (end === start)
    throw new SyntaxError(
      `a value is missing in "${text}"; values are separated by one space, an empty one is ''`,
    );
  return [value, end];
}

/** Splits as Python's `shlex` does; `undefined` marks a blank between words. */
function* splitPieces(text: string): Generator<string | undefined> {
  const token = /([ \t\r\n]+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|((?:[^ \t\r\n'"\\]|\\.)+)|(.)/gsu;
  for (const [, blank, single, double, plain, bad] of text.matchAll(token)) {
    if (bad !== undefined)
      throw new SyntaxError(
        `a quote is not closed in "${text}"; quotes cannot span a substitution, whose value is one word anyway`,
      );
    if (blank !== undefined) yield undefined;
    else if (double !== undefined) yield double.replace(/\\(["\\])/g, '$1');
    else yield single ?? (plain ?? '').replace(/\\(.)/gsu, '$1');
  }
}
