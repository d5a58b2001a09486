import type * as v from 'valibot';

/** One thing that is wrong with data. */
export interface SchemaProblem {
  /** Path to the field such as `joints.0.limit_m`; empty when the whole is meant. */
  readonly field: string;
  /** What was expected and what was got. */
  readonly reason: string;
}

type Issue = v.BaseIssue<unknown>;

/** @param whole - what to call the data when no field of it is meant, e.g. `request` */
export function describeProblem({ field, reason }: SchemaProblem, whole: string): string {
  return `${field || whole}: ${reason}`;
}

/**
 * Says what is wrong in one clause. Schemas leave their messages to it, except for what only they know.
 *
 * The path of `issue` is not complete yet; {@link problemsOf} adds it.
 */
export function describeIssue(issue: Issue): string {
  const { type, input, expected, requirement } = issue;
  if (issue.kind === 'schema') {
    if (expected === 'never') return type === 'strict_tuple' ? 'is one too many' : 'unknown field';
    if (input !== undefined) return `expected ${describeExpected(expected)}, got ${describeValue(input)}`;
    return type === 'variant' ? `is missing; expected ${describeExpected(expected)}` : 'is missing';
  }
  switch (type) {
    case 'gt_value':
      return `expected more than ${requirement}, got ${input}`;
    case 'min_value':
      return `expected at least ${requirement}, got ${input}`;
    case 'max_value':
      return `expected at most ${requirement}, got ${input}`;
    case 'finite':
      return `expected a finite number, got ${input}`;
    case 'safe_integer':
      return `expected a whole number, got ${input}`;
    case 'min_length':
      if (requirement === 1) return 'must not be empty';
      return `expected at least ${requirement} ${unitOf(input)}, got ${issue.received}`;
    case 'max_length':
      return `expected at most ${requirement} ${unitOf(input)}, got ${issue.received}`;
    default:
      return issue.message;
  }
}

/** Turns valibot's issues into problems with the field of each. */
export function problemsOf(issues: readonly [Issue, ...Issue[]]): [SchemaProblem, ...SchemaProblem[]] {
  const [first, ...others] = issues;
  const [problem, ...more] = problemsOfOne(first, []);
  return [problem, ...more, ...others.flatMap((issue) => problemsOfOne(issue, []))];
}

function problemsOfOne(
  issue: Issue,
  parents: readonly v.IssuePathItem[],
): [SchemaProblem, ...SchemaProblem[]] {
  const path = [...parents, ...(issue.path ?? [])];
  // Where one alternative of a union is of the right type, what is wrong inside it says more than the union does.
  const [inner, ...others] = (issue.issues ?? []).filter((each) => each.path !== undefined);
  if (inner !== undefined)
    return [...problemsOfOne(inner, path), ...others.flatMap((each) => problemsOfOne(each, path))];
  return [{ field: path.map((item) => String(item.key)).join('.'), reason: reasonOf(issue) }];
}

function reasonOf(issue: Issue): string {
  const isNameOfField = issue.path?.at(-1)?.origin === 'key' && !issue.type.endsWith('object');
  if (!isNameOfField) return issue.message;
  return `${issue.type === 'picklist' ? 'unknown field' : 'bad name of a field'}; ${issue.message}`;
}

const typeWords: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  Array: 'a list',
  Object: 'an object',
};

/** @param expected - as valibot writes it, e.g. `("open" | "closed")` */
function describeExpected(expected: string | null): string {
  const parts = (expected ?? 'something else')
    .split(' | ')
    .map((part) => part.replace(/^\(+|\)+$/g, ''))
    .map((part) => typeWords[part] ?? part);
  if (parts.length > 1 && parts.every((part) => part.startsWith('"'))) return `one of ${parts.join(', ')}`;
  return parts.join(' or ');
}

const longestQuote = 60;

/** Names a value in a message: text is quoted, and cut when it is long. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > longestQuote ? `${value.slice(0, longestQuote)}…` : value);
  }
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function unitOf(measured: unknown): string {
  return typeof measured === 'string' ? 'characters' : 'entries';
}
