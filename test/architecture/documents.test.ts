import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { suiteNames } from '../../packages/bench/src/suites.ts';
import { readSource, root } from './workspace.ts';

const documents = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
  ...['robots', 'sim-scenes', 'policies', 'launch'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('README.md'))
      .map((name) => join(folder, name)),
  ),
];

describe.each(documents)('%s', (file) => {
  it('links only to files that are there', () => {
    const text = readSource(file).replaceAll(/```[\s\S]*?```/g, '');
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => (match[1] as string).split('#')[0] as string)
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
    const missing = targets.filter((target) => !existsSync(join(root, dirname(file), target)));
    expect(missing).toEqual([]);
  });

  it('names only npm scripts and bench suites that exist', () => {
    const text = readSource(file);
    const suites = [...text.matchAll(/efferent bench ([a-z]+)/g)].map((match) => match[1]);
    expect(suites.filter((name) => ![...suiteNames, 'merge', 'page'].includes(name ?? ''))).toEqual([]);
  });
});

it('the picture of the README is a real one', () => {
  expect(statSync(join(root, 'docs/images/viewer.png')).size).toBeGreaterThan(20_000);
});
