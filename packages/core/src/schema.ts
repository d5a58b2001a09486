import * as v from 'valibot';
import { ConfigurationError } from './errors.ts';
import { describeIssue, describeValue, problemsOf, type SchemaProblem } from './schema-problem.ts';

/**
 * Checks parsed data against a schema and names the file and field of everything that is wrong.
 *
 * @param schema - what the data must look like
 * @param data - the parsed data (YAML, JSON, …)
 * @param file - what to call the source in the message, usually a path
 * @throws {@link ConfigurationError} code `invalid-file`; one line a problem, each `file: field: reason`
 */
export function parseWithSchema<Schema extends v.GenericSchema>(
  schema: Schema,
  data: unknown,
  file: string,
): v.InferOutput<Schema> {
  const checked = checkWithSchema(schema, data);
  if (checked.problems === undefined) return checked.output;
  const problems = checked.problems.map(({ field, reason }) => ({ field: field || '(whole file)', reason }));
  throw new ConfigurationError({
    code: 'invalid-file',
    message: problems.map(({ field, reason }) => `${file}: ${field}: ${reason}`).join('\n'),
    fields: { file, problems },
  });
}

/** What became of checked data: the schema's output, or everything that is wrong. */
export type Checked<Output> =
  | { readonly output: Output; readonly problems?: undefined }
  | { readonly problems: readonly [SchemaProblem, ...SchemaProblem[]] };

/** Checks data against a schema. Never throws. */
export function checkWithSchema<Schema extends v.GenericSchema>(
  schema: Schema,
  data: unknown,
): Checked<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, data, { message: describeIssue });
  return result.success ? { output: result.output } : { problems: problemsOf(result.issues) };
}

/** Schema of a number; valibot's own takes infinities, which YAML can spell (`.inf`). */
export const finiteNumber = v.pipe(v.number(), v.finite());
export const positiveNumber = v.pipe(finiteNumber, v.gtValue(0));
export const nonNegativeNumber = v.pipe(finiteNumber, v.minValue(0));
export const integer = v.pipe(finiteNumber, v.safeInteger());
export const positiveInteger = v.pipe(integer, v.gtValue(0));

/** Schema of exactly two numbers; valibot's own `tuple` drops what is too much. */
export const vector2 = v.strictTuple([finiteNumber, finiteNumber]);
export const vector3 = v.strictTuple([finiteNumber, finiteNumber, finiteNumber]);

export const nonEmptyString = v.pipe(v.string(), v.minLength(1));
/** Schema of the id of a thing in a file, in kebab-case. */
export const identifier = v.pipe(v.string(), matching(/^[a-z][a-z0-9-]*$/, 'kebab-case'));
/** Schema of a colour such as `#8d6e63`; red, green and blue from 0 to 255. */
export const hexColor = v.pipe(
  v.string(),
  matching(/^#[0-9a-f]{6}$/, 'a colour like #8d6e63'),
  v.transform((hex): [number, number, number] => {
    const value = Number.parseInt(hex.slice(1), 16);
    return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
  }),
);

/** Requires text of a pattern. @param expected - what the message calls it, e.g. `kebab-case` */
export function matching(pattern: RegExp, expected: string) {
  return v.regex<string, (issue: v.RegexIssue<string>) => string>(
    pattern,
    (issue) => `expected ${expected}, got ${describeValue(issue.input)}`,
  );
}

/** Schema of a list of at least one. */
export function nonEmptyList<Item extends v.GenericSchema>(item: Item) {
  return v.pipe(v.array(item), v.minLength(1));
}
