import * as v from 'valibot';
import { describeValue } from './schema-problem.ts';

type StrictObject<Entries extends v.ObjectEntries = v.ObjectEntries> = v.StrictObjectSchema<
  Entries,
  undefined
>;

/** Schema of an object with these fields and no other. Unlike valibot's own it takes no list and names every unknown field. */
export function strictObject<const Entries extends v.ObjectEntries>(entries: Entries): StrictObject<Entries> {
  // valibot names the first unknown field itself.
  return alsoRefusing(refusingLists(v.strictObject(entries)), (schema, input) =>
    unknownFields(schema, input)
      .slice(1)
      .map((key) => ({ key, origin: 'key', problem: { input: key, expected: 'never' } })),
  );
}

/** Schema of an object that has at least these fields; others are dropped. Unlike valibot's own it takes no list. */
export function object<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.ObjectSchema<Entries, undefined> {
  return refusingLists(v.object(entries));
}

/**
 * Schema of an object with any fields whose names and values are of a schema.
 *
 * Unlike valibot's own it takes no list, and refuses what that leaves out without a word (`constructor`, …).
 */
export function record<
  const Key extends v.BaseSchema<string, string, v.BaseIssue<unknown>>,
  const Value extends v.GenericSchema,
>(key: Key, value: Value): v.RecordSchema<Key, Value, undefined> {
  return alsoRefusing(refusingLists(v.record(key, value)), (_schema, input) =>
    Object.keys(input)
      .filter((name) => !v._isValidObjectKey(input, name))
      .map((name) => ({ key: name, origin: 'value', problem: { message: 'is a reserved name' } })),
  );
}

/**
 * Schema of an object of one of several forms, told apart by the names of their fields.
 *
 * A problem is then one of the form that was meant, or names the forms there are.
 */
export function oneForm<const Forms extends readonly StrictObject[]>(
  forms: Forms,
): v.LazySchema<Forms[number] | v.NeverSchema<string>> {
  const expected = forms.map(describeForm).join(' or ');
  return v.lazy((input) => {
    const form = isObject(input) ? forms.find((each) => hasFieldsOf(each, input)) : undefined;
    if (form !== undefined) return form;
    const got = isObject(input) ? `{ ${Object.keys(input).join(', ')} }` : describeValue(input);
    return v.never(`expected ${expected}, got ${got}`);
  });
}

function describeForm(form: StrictObject): string {
  const names = Object.entries(form.entries).map(([key, entry]) => (isOptional(entry) ? `${key}?` : key));
  return `{ ${names.join(', ')} }`;
}

function isOptional(entry: v.ObjectEntries[string]): boolean {
  return entry.type === 'optional' || entry.type === 'exact_optional' || entry.type === 'nullish';
}

interface RefusedField {
  readonly key: string;
  /** Whether the field's name is wrong, or what it holds. */
  readonly origin: 'key' | 'value';
  readonly problem: { readonly input?: unknown; readonly expected?: string; readonly message?: string };
}

/** Adds problems that valibot does not find to those that it does. */
function alsoRefusing<Schema extends v.GenericSchema>(
  schema: Schema,
  refused: (schema: Schema, input: Readonly<Record<string, unknown>>) => readonly RefusedField[],
): Schema {
  const run = schema['~run'];
  return Object.assign(schema, {
    '~run': function (this: Schema, ...[dataset, config]: Parameters<typeof run>) {
      const input = dataset.value;
      const result = run.call(this, dataset, config);
      if (!isObject(input)) return result;
      for (const { key, origin, problem } of refused(this, input)) {
        const path = [{ type: 'object', origin, input, key, value: input[key] }] as const;
        v._addIssue(this, 'key', result, config, { ...problem, path: [...path] });
      }
      return result;
    },
  });
}

function refusingLists<Schema extends v.GenericSchema>(schema: Schema): Schema {
  const run = schema['~run'];
  return Object.assign(schema, {
    '~run': function (this: Schema, ...[dataset, config]: Parameters<typeof run>) {
      if (!Array.isArray(dataset.value)) return run.call(this, dataset, config);
      v._addIssue(this, 'type', dataset, config);
      return dataset;
    },
  });
}

function hasFieldsOf(form: StrictObject, input: Readonly<Record<string, unknown>>): boolean {
  return (
    unknownFields(form, input).length === 0 &&
    Object.entries(form.entries).every(([key, entry]) => key in input || isOptional(entry))
  );
}

function unknownFields(schema: StrictObject, input: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(input).filter((key) => !Object.hasOwn(schema.entries, key));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
