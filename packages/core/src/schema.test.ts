import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { ConfigurationError, EfferentError } from './errors.ts';
import {
  checkWithSchema,
  finiteNumber,
  identifier,
  integer,
  nonEmptyList,
  nonEmptyString,
  parseWithSchema,
  positiveNumber,
  vector3,
} from './schema.ts';
import { object, oneForm, record, strictObject } from './schema-objects.ts';
import { describeProblem } from './schema-problem.ts';

const schema = strictObject({
  robot: v.string(),
  joints: v.array(object({ limit_m: positiveNumber })),
});

describe('parseWithSchema', () => {
  it('returns valid data', () => {
    const data = { robot: 'stretch', joints: [{ limit_m: 1.1 }] };
    expect(parseWithSchema(schema, data, 'robot.yaml')).toEqual(data);
  });

  it('names the file and every field that is wrong, one a line', () => {
    const wrong = { robot: 3, joints: [{ limit_m: -1 }], colour: 'red', weight: 2 };
    let caught: unknown;
    try {
      parseWithSchema(schema, wrong, 'robots/stretch/robot.yaml');
    } catch (error) {
      caught = error;
    }
    expect(caught).toBeInstanceOf(ConfigurationError);
    expect(EfferentError.isInstance(caught)).toBe(true);
    expect((caught as ConfigurationError).message.split('\n')).toEqual([
      'robots/stretch/robot.yaml: robot: expected a string, got 3',
      'robots/stretch/robot.yaml: joints.0.limit_m: expected more than 0, got -1',
      'robots/stretch/robot.yaml: colour: unknown field',
      'robots/stretch/robot.yaml: weight: unknown field',
    ]);
  });

  it('says so when the whole file is of the wrong type', () => {
    expect(() => parseWithSchema(schema, null, 'robot.yaml')).toThrow(
      'robot.yaml: (whole file): expected an object, got null',
    );
  });
});

const backend = v.variant('backend', [
  strictObject({ backend: v.literal('motion') }),
  strictObject({ backend: v.literal('policy'), policy: nonEmptyString }),
]);
const form = oneForm([
  strictObject({ object: identifier, on: identifier }),
  strictObject({ cleared: identifier, except: v.optional(v.array(identifier), []) }),
]);
const nameOrWords = v.union([identifier, record(identifier, v.string())]);
const share = v.pipe(finiteNumber, v.minValue(0), v.maxValue(1));
const twoToThree = v.pipe(v.array(v.string()), v.minLength(2), v.maxLength(3));

describe('the wording of a problem', () => {
  it.each<[string, v.GenericSchema, unknown, string]>([
    ['a missing field', schema, { joints: [] }, 'robot: is missing'],
    ['an unknown field', schema, { robot: '', joints: [], foo: 1 }, 'foo: unknown field'],
    ['text for a number', finiteNumber, '1', 'data: expected a number, got "1"'],
    ['a number for text', v.string(), 1, 'data: expected a string, got 1'],
    ['text for a switch', v.boolean(), 'yes', 'data: expected true or false, got "yes"'],
    ['an object for a list', v.array(v.string()), {}, 'data: expected a list, got an object'],
    ['null for an object', schema, null, 'data: expected an object, got null'],
    [
      'a list for an object',
      strictObject({ a: v.optional(v.string()) }),
      [],
      'data: expected an object, got a list',
    ],
    ['a list for an object that may have more', object({}), [], 'data: expected an object, got a list'],
    ['a list for a record', record(v.string(), v.string()), ['a'], 'data: expected an object, got a list'],
    ['no number', finiteNumber, Number.NaN, 'data: expected a number, got NaN'],
    ['an infinity', finiteNumber, Number.NEGATIVE_INFINITY, 'data: expected a finite number, got -Infinity'],
    ['a broken number', integer, 1.5, 'data: expected a whole number, got 1.5'],
    [
      'a number that doubles cannot count to',
      integer,
      2 ** 53,
      `data: expected a whole number, got ${2 ** 53}`,
    ],
    ['zero', positiveNumber, 0, 'data: expected more than 0, got 0'],
    ['too little', share, -0.1, 'data: expected at least 0, got -0.1'],
    ['too much', share, 1.1, 'data: expected at most 1, got 1.1'],
    ['empty text', nonEmptyString, '', 'data: must not be empty'],
    ['an empty list', nonEmptyList(v.string()), [], 'data: must not be empty'],
    ['a list too short', twoToThree, ['a'], 'data: expected at least 2 entries, got 1'],
    ['a list too long', twoToThree, ['a', 'b', 'c', 'd'], 'data: expected at most 3 entries, got 4'],
    [
      'text too long',
      v.pipe(v.string(), v.maxLength(2)),
      'abc',
      'data: expected at most 2 characters, got 3',
    ],
    ['two of three numbers', vector3, [1, 2], '2: is missing'],
    ['four of three numbers', vector3, [1, 2, 3, 4], '3: is one too many'],
    ['a wrong constant', v.literal('m'), 'cm', 'data: expected "m", got "cm"'],
    ['none of a choice', v.picklist(['ask', 'any']), 'all', 'data: expected one of "ask", "any", got "all"'],
    ['an id in capitals', identifier, 'Apple', 'data: expected kebab-case, got "Apple"'],
    [
      'long text',
      v.picklist(['a', 'b']),
      'x'.repeat(99),
      `data: expected one of "a", "b", got "${'x'.repeat(60)}…"`,
    ],
    [
      'a kind that there is not',
      backend,
      { backend: 'magic' },
      'backend: expected one of "motion", "policy", got "magic"',
    ],
    ['no kind', backend, {}, 'backend: is missing; expected one of "motion", "policy"'],
    ['a kind with a field missing', backend, { backend: 'policy' }, 'policy: is missing'],
    [
      'an unknown name',
      record(v.picklist(['grip', 'open']), v.string()),
      { fly: 'x' },
      'fly: unknown field; expected one of "grip", "open", got "fly"',
    ],
    [
      'a bad name',
      record(identifier, v.string()),
      { Fly: 'x' },
      'Fly: bad name of a field; expected kebab-case, got "Fly"',
    ],
    [
      'a name that JavaScript keeps',
      record(v.string(), v.number()),
      JSON.parse('{ "__proto__": 1 }'),
      '__proto__: is a reserved name',
    ],
    [
      'no form',
      form,
      { object: 'cup', under: 'table' },
      'data: expected { object, on } or { cleared, except? }, got { object, under }',
    ],
    ['a list for a form', form, [], 'data: expected { object, on } or { cleared, except? }, got a list'],
    ['a form with a wrong field', form, { object: 'cup', on: 3 }, 'on: expected a string, got 3'],
    ['no alternative', nameOrWords, 3, 'data: expected a string or an object, got 3'],
    ['an alternative with a wrong field', nameOrWords, { counter: 3 }, 'counter: expected a string, got 3'],
    [
      'a rule of its own',
      v.pipe(
        v.array(v.string()),
        v.check((list) => list.length > 1, 'give two'),
      ),
      [],
      'data: give two',
    ],
  ])('is clear about %s', (_, wanted, data, sentence) => {
    const problems = checkWithSchema(wanted, data).problems ?? [];
    expect(problems.map((problem) => describeProblem(problem, 'data'))).toEqual([sentence]);
  });
});

describe('oneForm', () => {
  it('takes each of its forms, with their defaults', () => {
    expect(parseWithSchema(form, { object: 'cup', on: 'table' }, 'x')).toEqual({
      object: 'cup',
      on: 'table',
    });
    expect(parseWithSchema(form, { cleared: 'table' }, 'x')).toEqual({ cleared: 'table', except: [] });
  });
});
