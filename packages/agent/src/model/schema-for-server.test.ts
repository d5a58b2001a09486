import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { answerSchemas } from './answer-schemas.ts';
import { schemaForServer } from './schema-for-server.ts';

type Schema = Readonly<Record<string, unknown>>;

/**
 * What OpenAI documents of the schemas that structured outputs take: "Structured model outputs", section "Supported schemas"
 * (platform.openai.com/docs/guides/structured-outputs, as of 2026).
 */
const openAi = {
  types: ['string', 'number', 'boolean', 'integer', 'object', 'array', 'null'],
  keywords: [
    ...[
      'type',
      'properties',
      'required',
      'additionalProperties',
      'items',
      'enum',
      'const',
      'anyOf',
      'description',
    ],
    ...['pattern', 'format', 'multipleOf', 'maximum', 'exclusiveMaximum', 'minimum', 'exclusiveMinimum'],
    ...['minItems', 'maxItems', '$defs', '$ref'],
  ],
  mostProperties: 5000,
  mostLevels: 10,
  mostEnumValues: 1000,
  mostNameCharacters: 120_000,
  /** One enum with more than 250 texts may have this many characters in all. */
  mostCharactersOfLargeEnum: 15_000,
};

/** llama.cpp, grammars/README.md, "known limitations": what its converter skips, breaks on or makes slow grammars of. */
const llamaCpp = {
  refused: [
    ...['$ref', '$anchor', 'prefixItems', 'patternProperties', 'uniqueItems', 'contains', 'minContains'],
    ...['not', 'if', 'then', 'else', 'dependentSchemas'],
  ],
  /** A `{min,max}` of a grammar may not be larger (MAX_REPETITION_THRESHOLD of src/llama-grammar.cpp). */
  mostRepetitions: 2000,
};

/** Every schema in a schema, with how many objects are around it. */
function* partsOf(schema: Schema, level = 0): Generator<{ readonly part: Schema; readonly level: number }> {
  const depth = schema.type === 'object' ? level + 1 : level;
  yield { part: schema, level: depth };
  for (const each of Object.values((schema.properties ?? {}) as Record<string, Schema>))
    yield* partsOf(each, depth);
  if (schema.items !== undefined) yield* partsOf(schema.items as Schema, depth);
  for (const each of (schema.anyOf ?? []) as Schema[]) yield* partsOf(each, depth);
}

function problemsWithOpenAi(schema: Schema): readonly string[] {
  const problems: string[] = [];
  const parts = [...partsOf(schema)];
  if (schema.type !== 'object' || 'anyOf' in schema) problems.push('the root is no object');
  for (const { part, level } of parts) {
    for (const keyword of Object.keys(part))
      if (!openAi.keywords.includes(keyword)) problems.push(`${keyword} is not supported`);
    if (!('anyOf' in part) && !openAi.types.includes(part.type as string)) problems.push('no supported type');
    if (level > openAi.mostLevels) problems.push(`${level} levels of objects`);
    const values = (part.enum ?? []) as string[];
    if (values.length > 250 && values.join('').length > openAi.mostCharactersOfLargeEnum)
      problems.push('an enum is too long');
    if (part.type !== 'object') continue;
    if (part.additionalProperties !== false) problems.push('additionalProperties is not false');
    const names = Object.keys(part.properties as object);
    const required = (part.required ?? []) as string[];
    if (names.some((name) => !required.includes(name)) || required.length !== names.length)
      problems.push('not every property is required');
  }
  const names = parts.flatMap(({ part }) => Object.keys(part.properties ?? {}));
  const values = parts.flatMap(({ part }) => (part.enum ?? []) as string[]);
  if (names.length > openAi.mostProperties) problems.push('too many properties');
  if (values.length > openAi.mostEnumValues) problems.push('too many enum values');
  if ([...names, ...values].join('').length > openAi.mostNameCharacters) problems.push('too many characters');
  return problems;
}

function problemsWithLlamaCpp(schema: Schema): readonly string[] {
  const problems: string[] = [];
  for (const { part } of partsOf(schema)) {
    for (const keyword of llamaCpp.refused) if (keyword in part) problems.push(`${keyword} is not supported`);
    if ('anyOf' in part && 'properties' in part) problems.push('anyOf beside properties');
    if (part.type === 'number' && ['minimum', 'maximum'].some((keyword) => keyword in part))
      problems.push('bounds of a number that is no integer');
    if (typeof part.pattern === 'string' && !/^\^.*\$$/.test(part.pattern)) problems.push('an open pattern');
    for (const keyword of ['minLength', 'maxLength', 'minItems', 'maxItems'])
      if (((part[keyword] as number | undefined) ?? 0) > llamaCpp.mostRepetitions)
        problems.push(`${keyword} makes too long a grammar`);
  }
  return problems;
}

describe.each(Object.entries(answerSchemas))('the schema of the answer to %s', (_purpose, schema) => {
  const sent = schemaForServer(schema) as Schema;

  test("is inside OpenAI's strict subset", () => {
    expect(problemsWithOpenAi(sent)).toEqual([]);
  });

  test("is one that llama.cpp's grammars can hold a model to", () => {
    expect(problemsWithLlamaCpp(sent)).toEqual([]);
  });
});

describe('the rules that schemas are held to', () => {
  const deep = (levels: number): Schema =>
    levels === 0
      ? { type: 'string' }
      : { type: 'object', properties: { a: deep(levels - 1) }, required: ['a'], additionalProperties: false };
  const field = (part: Schema): Schema => ({ ...deep(1), properties: { a: part } });

  test.each<[string, Schema]>([
    ['the root is no object', { type: 'array', items: { type: 'string' } }],
    ['maxLength is not supported', field({ type: 'string', maxLength: 5 })],
    ['additionalProperties is not false', { ...deep(1), additionalProperties: true }],
    ['not every property is required', { ...deep(1), required: [] }],
    ['11 levels of objects', deep(11)],
    ['too many enum values', field({ type: 'string', enum: Array.from({ length: 1001 }, String) })],
    ['no supported type', field({ type: 'date' })],
  ])('see that %s', (problem, schema) => {
    expect(problemsWithOpenAi(schema)).toContain(problem);
  });

  test.each<[string, Schema]>([
    ['uniqueItems is not supported', field({ type: 'array', items: { type: 'string' }, uniqueItems: true })],
    ['maxLength makes too long a grammar', field({ type: 'string', maxLength: 3000 })],
    ['anyOf beside properties', { ...deep(1), anyOf: [] }],
    ['an open pattern', field({ type: 'string', pattern: 'a+' })],
  ])('see that %s in llama.cpp', (problem, schema) => {
    expect(problemsWithLlamaCpp(schema)).toContain(problem);
  });
});

test('lengths are not sent, but kept for the check of the answer', () => {
  const schema = v.strictObject({
    words: v.pipe(v.array(v.pipe(v.string(), v.maxLength(3))), v.maxLength(2)),
  });
  expect(schemaForServer(schema)).toEqual({
    type: 'object',
    properties: { words: { type: 'array', items: { type: 'string' } } },
    required: ['words'],
    additionalProperties: false,
  });
});

test('what no server takes is refused by its place', () => {
  expect(() => schemaForServer(v.strictObject({ a: v.pipe(v.string(), v.regex(/b/)) }))).toThrow(
    'the schema of answer.a uses "pattern"',
  );
});
