import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isTest, manifestOf, packageNames, readSource, root, sourceFiles } from './workspace.ts';

const allFiles = [
  ...packageNames.flatMap((name) => sourceFiles(`packages/${name}/src`)),
  ...['test', 'scripts', 'launch/tasks'].flatMap(sourceFiles),
];

/** Longest file a reader is asked to read in one go; see the conventions in ARCHITECTURE.md. */
const maximumLines = 500;

describe('source files', () => {
  it(`have at most ${maximumLines} lines`, () => {
    const long = allFiles.filter((file) => readSource(file).split('\n').length > maximumLines + 1);
    expect(long).toEqual([]);
  });

  it('have kebab-case names that say what they hold', () => {
    const wrong = allFiles.filter((file) => {
      const name = file.split('/').at(-1) ?? '';
      return (
        !/^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.suite|\.d|\.config)?\.(ts|mjs)$/.test(name) ||
        /^(utils|helpers|common)\./.test(name)
      );
    });
    expect(wrong).toEqual([]);
  });

  it('read time and randomness only through Clock and Rng', () => {
    const wrong = packageNames
      .filter((name) => !['core', 'cli', 'viewer', 'bench', 'launcher', 'cyclonedds'].includes(name))
      .flatMap((name) => sourceFiles(`packages/${name}/src`))
      .filter((file) => !isTest(file))
      .filter((file) => /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)/.test(readSource(file)));
    expect(wrong).toEqual([]);
  });

  it('export no default and re-export nothing wholesale', () => {
    const wrong = packageNames
      .flatMap((name) => sourceFiles(`packages/${name}/src`))
      .filter((file) => /^export \* from|^export default /m.test(readSource(file)));
    expect(wrong).toEqual([]);
  });

  it('carry no unfinished marks', () => {
    const mark = new RegExp(['TO', 'DO|FIX', 'ME|XX', 'X:'].join(''));
    expect(allFiles.filter((file) => mark.test(readSource(file)))).toEqual([]);
  });
});

describe('packages', () => {
  it.each(packageNames)('%s has a public surface and a licence', (name) => {
    const { exports, license } = manifestOf(name);
    expect(license).toBe('Apache-2.0');
    for (const target of Object.values(exports))
      expect(existsSync(join(root, 'packages', name, target)), target).toBe(true);
  });

  it.each(packageNames)('%s exposes each of its nodes by name', (name) => {
    const nodes = sourceFiles(`packages/${name}/src`).filter((file) =>
      /: NodeModule = \{/.test(readSource(file)),
    );
    const targets = Object.values(manifestOf(name).exports).map((target) => join('packages', name, target));
    expect(nodes.filter((file) => !isTest(file) && !/-node\.ts$/.test(file))).toEqual([]);
    expect(
      nodes.filter((file) => !isTest(file) && !file.includes('/testing/') && !targets.includes(file)),
    ).toEqual([]);
  });
});

it.each(['robots', 'sim-scenes', 'policies', 'launch'])(
  'every data folder of %s explains itself',
  (folder) => {
    const folders = readdirSync(join(root, folder), { withFileTypes: true })
      .filter(
        (entry) => entry.isDirectory() && !['bin', 'tasks', 'training', '__pycache__'].includes(entry.name),
      )
      .map((entry) => join(folder, entry.name));
    const explained = folder === 'launch' ? ['launch'] : folders;
    expect(explained.length).toBeGreaterThan(0);
    expect(explained.filter((each) => !existsSync(join(root, each, 'README.md')))).toEqual([]);
  },
);
