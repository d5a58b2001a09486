import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  allFailureCodes,
  commonFailureCodes,
  formatPredicate,
  loadSkillMapping,
  parsePredicate,
  parseSkillMapping,
  predicateSignatures,
  skillContracts,
} from './index.ts';
import { implementationsOf } from './library/skill-library.ts';

const workspace = join(import.meta.dirname, '../../..');

describe.each(Object.values(skillContracts))('the contract of $name', (contract) => {
  test('uses only its own parameters in preconditions and effects', () => {
    const names = contract.parameters.map((parameter) => parameter.name);
    for (const term of [...contract.preconditions, ...contract.effects]) {
      expect(term.arguments.length).toBe(predicateSignatures[term.predicate].length);
      for (const argument of term.arguments) expect(names).toContain(argument);
    }
  });

  test('changes something or gathers something, and claims the parts that it moves', () => {
    expect(contract.effects.length).toBeGreaterThan(0);
    expect(contract.resources.length).toBeGreaterThan(0);
    expect(contract.timeLimitS).toBeGreaterThan(0);
  });

  test('lists each failure code once, in kebab-case', () => {
    const codes = allFailureCodes(contract);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(codes).toEqual(expect.arrayContaining([...commonFailureCodes]));
  });

  test('does not ask for what it brings about', () => {
    const asked = contract.preconditions.map(formatPredicate);
    for (const effect of contract.effects) expect(asked).not.toContain(formatPredicate(effect));
  });
});

describe('predicates', () => {
  test('are read and written in the form of SkillContract.msg', () => {
    for (const text of ['hand-empty', 'holding(object)', 'not open(fixture)', 'in(object, container)']) {
      expect(formatPredicate(parsePredicate(text))).toBe(text);
    }
  });

  test('that nobody knows, or with a wrong number of arguments, are refused', () => {
    expect(() => parsePredicate('flies(object)')).toThrow(/no predicate "flies"/);
    expect(() => parsePredicate('in(object)')).toThrow(/takes 2 arguments, got 1/);
    expect(() => parsePredicate('in(object')).toThrow(/is not a predicate/);
  });
});

describe('the mapping from skills to backends', () => {
  test('of every robot names skills that exist, each with an implementation', async () => {
    const robots = await readdir(join(workspace, 'robots'));
    expect(robots.length).toBeGreaterThan(0);
    for (const robot of robots) {
      const mapping = await loadSkillMapping([workspace], robot);
      expect([...implementationsOf(mapping).keys()].sort()).toEqual(Object.keys(mapping.skills).sort());
    }
  });

  test('with an unknown skill or a backend that cannot serve it is refused by file and field', () => {
    expect(() => parseSkillMapping('robot: r\nskills: { fly: { backend: motion } }', 'skills.yaml')).toThrow(
      /skills\.yaml: skills/,
    );
    expect(() =>
      parseSkillMapping('robot: r\nskills: { stow: { backend: policy, policy: p } }', 'skills.yaml'),
    ).toThrow('skills.yaml: skills.stow.backend: is "policy", expected "motion"');
    expect(() => parseSkillMapping('robot: [', 'skills.yaml')).toThrow(/skills\.yaml:1: not YAML/);
  });

  test('of a robot that has none names where it looked', async () => {
    await expect(loadSkillMapping(['/nowhere'], 'ghost')).rejects.toThrow(/robots\/ghost\/skills\.yaml/);
  });
});
