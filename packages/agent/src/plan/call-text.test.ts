import { skillContracts } from '@efferent/skills';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCall, parseCall } from './call-text.ts';

const skills = Object.values(skillContracts);

test.each([
  ['pick(object=apple-1)', undefined, 'pick', { object: 'apple-1' }],
  ['pick(apple-1)', undefined, 'pick', { object: 'apple-1' }],
  [
    '2. place-in(apple-1, bowl-1); # needs holding(apple-1)',
    undefined,
    'place-in',
    { object: 'apple-1', container: 'bowl-1' },
  ],
  ['/panda: open(fixture=left-drawer)', '/panda', 'open', { fixture: 'left-drawer' }],
  ['stow()', undefined, 'stow', {}],
])('reads %s', (line, robot, skill, given) => {
  expect(parseCall(line, skills)).toEqual({ robot, skill, arguments: given });
});

test.each([
  'fly(me)',
  'pick',
  'pick(object=)',
  'pick(apple-1, bowl-1)',
  'pick(thing=apple-1)',
  'pick(object=a, object=b)',
  '',
  'rm -rf /',
])('leaves %s alone', (line) => {
  expect(parseCall(line, skills)).toBeUndefined();
});

test('reads what it writes', () => {
  const id = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  fc.assert(
    fc.property(fc.constantFrom(...skills), fc.array(id, { minLength: 4, maxLength: 4 }), (skill, ids) => {
      const given = Object.fromEntries(skill.parameters.map(({ name }, index) => [name, ids[index]!]));
      const call = { robot: undefined, skill: skill.name, arguments: given };
      expect(parseCall(formatCall(call), skills)).toEqual(call);
    }),
  );
});
