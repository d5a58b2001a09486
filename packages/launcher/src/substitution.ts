/**
 * Substitutions of ROS 2 launch files: `$(name argument 'quoted argument' $(nested))`.
 *
 * Grammar of launch's `substitution.lark`: arguments are separated by blanks, quotes group, a backslash escapes.
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

/** Parses the text of an attribute. @throws {SyntaxError} naming what is malformed */
export function parseTemplate(text: string): Template {
  const [template, end] = parseUntil(text, 0, () => false);
  if (end !== text.length) throw new SyntaxError(`unexpected "${text[end]}" in "${text}"`);
  return template;
}

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
      for (const piece of splitShellWords(fragment)) {
        if (piece === undefined) open = false;
        else append(piece);
      }
  }
  return words;
}

function evaluateFragment(fragment: string | Substitution, evaluate: SubstitutionEvaluator): string {
  if (typeof fragment === 'string') return fragment;
  return evaluate(
    fragment.name,
    fragment.arguments.map((each) => evaluateTemplate(each, evaluate)),
  );
}

function parseUntil(text: string, start: number, isEnd: (character: string) => boolean): [Template, number] {
  const fragments: (string | Substitution)[] = [];
  let literal = '';
  let at = start;
  while (at < text.length && !isEnd(text[at] as string)) {
    if (text[at] === '\\' && at + 1 < text.length) {
      literal += text[at + 1];
      at += 2;
    } else if (text.startsWith('$(', at)) {
      if (literal !== '') fragments.push(literal);
      literal = '';
      const [substitution, next] = parseSubstitution(text, at);
      fragments.push(substitution);
      at = next;
    } else {
      literal += text[at];
      at++;
    }
  }
  if (literal !== '') fragments.push(literal);
  return [fragments, at];
}

function parseSubstitution(text: string, start: number): [Substitution, number] {
  identifier.lastIndex = start + 2;
  const name = identifier.exec(text)?.[0];
  if (name === undefined) throw new SyntaxError(`"$(" without a substitution's name in "${text}"`);
  let at = start + 2 + name.length;
  const values: Template[] = [];
  for (;;) {
    while (text[at] === ' ') at++;
    const character = text[at];
    if (character === undefined) throw new SyntaxError(`"$(${name}" is not closed in "${text}"`);
    if (character === ')') return [{ name, arguments: values }, at + 1];
    if (character === "'" || character === '"') {
      const [value, end] = parseUntil(text, at + 1, (each) => each === character);
      if (end >= text.length) throw new SyntaxError(`a quote is not closed in "${text}"`);
      values.push(value);
      at = end + 1;
    } else {
      const [value, end] = parseUntil(text, at, (each) => each === ' ' || each === ')');
      values.push(value);
      at = end;
    }
  }
}

/** Splits as a POSIX shell does; `undefined` marks a blank between words. */
function* splitShellWords(text: string): Generator<string | undefined> {
  const token = /(\s+)|'([^']*)'|"((?:[^"\\]|\\.)*)"|((?:[^\s'"\\]|\\.)+)|(.)/gsu;
  for (const [, blank, single, double, plain, bad] of text.matchAll(token)) {
    if (bad !== undefined) throw new SyntaxError(`a quote is not closed in "${text}"`);
    if (blank !== undefined) yield undefined;
    else yield single ?? (double ?? plain ?? '').replace(/\\(.)/gsu, '$1');
  }
}
