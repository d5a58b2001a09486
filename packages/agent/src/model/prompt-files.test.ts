import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skillContracts } from '@efferent/skills';
import { describe, expect, test } from 'vitest';
import { answerSchemas } from './answer-schemas.ts';
import { demonstrationsFor, parsePromptFile, promptFile, promptsFolder } from './prompt-files.ts';
import { type RecordedVersions, recordVersions, versionedText, versionProblems } from './prompt-versions.ts';

const names = readdirSync(promptsFolder, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.md'),
);
const sourceOf = (name: string) => readFileSync(join(promptsFolder, name), 'utf8');
const versioned = names.map((name) => {
  const source = sourceOf(name);
  return versionedText(name.replace(/\.md$/, ''), parsePromptFile(source, name).version, source);
});
const recorded = JSON.parse(readFileSync(join(promptsFolder, 'versions.json'), 'utf8')) as RecordedVersions;

describe('the prompt files', () => {
  test('say what the record has of their versions; node packages/agent/scripts/record-prompts.ts adds new ones', () => {
    expect(versionProblems(versioned, recorded)).toEqual([]);
  });

  test('cannot change without a new version', () => {
    const source = sourceOf('explain.md');
    const changed = versionedText('explain', 1, source.replace('Explain why', 'Say why'));
    expect(versionProblems([changed], recorded)).toEqual([
      'prompts/explain.md: the text has changed, but the version is still 1; raise it',
    ]);
    expect(() => recordVersions([changed], recorded)).toThrow('raise it');
    const raised = { ...changed, version: 99 };
    expect(versionProblems([raised], recorded)).toEqual(['prompts/explain.md: version 99 is not recorded']);
    expect(versionProblems([raised], recordVersions([raised], recorded))).toEqual([]);
  });

  test('exist for every purpose, and show what they include', () => {
    for (const purpose of Object.keys(answerSchemas)) {
      const file = promptFile(purpose);
      expect(file.text).not.toBe('');
      for (const part of file.with) expect(promptFile(part).text).not.toBe('');
    }
  });

  test('of demonstrations name skills of the library, and are shown when all of them are offered', () => {
    const all = demonstrationsFor(new Set(Object.keys(skillContracts)));
    expect(all.map((each) => each.id)).toEqual([
      'find-or-look',
      'open-before-pick',
      'place-in-or-place-on',
      'press-wipe-offer',
    ]);
    expect(demonstrationsFor(new Set(['look', 'pick'])).map((each) => each.id)).toEqual(['find-or-look']);
  });

  test.each([
    ['no front matter', 'Plan.', 'does not begin with YAML'],
    ['another id', '---\nid: b\nversion: 1\n---\nPlan.', 'has the id "b"'],
    ['a version that is no number', '---\nid: a\nversion: new\n---\nPlan.', 'version'],
    ['a heading', '---\nid: a\nversion: 1\n---\n# skills\n- {}', 'begins with "#"'],
    ['broken YAML', '---\nid: [a\nversion: 1\n---\nPlan.', 'a.md:'],
  ])('with %s are refused by name', (_what, source, message) => {
    expect(() => parsePromptFile(source, 'a.md')).toThrow(message);
    expect(() => parsePromptFile(source, 'a.md')).toThrow('a.md');
  });
});
