import * as v from 'valibot';
import { describeValue } from './schema-problem.ts';

type StrictObject<Entries extends v.ObjectEntries = v.ObjectEntries> = v.StrictObjectSchema<
  Entries,
  undefined
>;

/** Schema of an object with these fields and no other. Unlike valibot's own it takes no list and names every unknown field. */
export function strictObject<const Entries extends v.ObjectEntries>(entries: Entries): StrictObject<Entries> {
  const schema = refusingLists(v.strictObject(entries));
  const run = schema['~run'];
  return Object.assign(schema, {
    '~run': function (this: typeof schema, ...[dataset, config]: Parameters<typeof run>) {
      const input = dataset.value;
      const result = run.call(this, dataset, config);
      if (!isObject(input)) return result;
      // valibot names the first itself.
      for (const key of unknownFields(this, input).slice(1)) {
        const path = [{ type: 'object', origin: 'key', input, key, value: input[key] }] as const;
        v._addIssue(this, 'key', result, config, { input: key, expected: 'never', path: [...path] });
      }
      return result;
    },
  });
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
  const schema = refusingLists(v.record(key, value));
  const run = schema['~run'];
  return Object.assign(schema, {
    '~run': function (this: typeof schema, ...[dataset, config]: Parameters<typeof run>) {
      const input = dataset.value;
      const result = run.call(this, dataset, config);
      if (!isObject(input)) return result;
      for (const name of Object.keys(input).filter((each) => !v._isValidObjectKey(input, each))) {
        const path = [{ type: 'object', origin: 'value', input, key: name, value: input[name] }] as const;
        v._addIssue(this, 'key', result, config, { message: 'is a reserved name', path: [...path] });
      }
      return result;
    },
  });
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
