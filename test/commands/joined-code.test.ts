import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** A small repository with the real programs that join code and run it. */
describe('joined code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'efferent-joined-'));
  const entry = 'packages/runtime/src/node-main.ts';

  beforeAll(() => {
    cpSync(join(repositoryFolder, 'packages/runtime/bin'), join(folder, 'packages/runtime/bin'), {
      recursive: true,
    });
    cpSync(join(repositoryFolder, 'packages/runtime/scripts'), join(folder, 'packages/runtime/scripts'), {
      recursive: true,
    });
    symlinkSync(
      join(repositoryFolder, 'packages/runtime/node_modules'),
      join(folder, 'packages/runtime/node_modules'),
    );
    write('packages/runtime/package.json', '{ "type": "module" }');
    write(
      entry,
      "import { fail } from './failing.ts';\nimport { finiteNumber } from '@efferent/core';\n" +
        'console.log(JSON.stringify({ arguments: process.argv.slice(1), here: import.meta.url, ' +
        'from: fail(), hasCore: finiteNumber !== undefined }));\n',
    );
    write(
      'packages/runtime/src/failing.ts',
      'type Unused = string;\n\nexport const fail = (): string => new Error("x").stack!.split("\\n")[1]!;\n',
    );
    for (const other of ['packages/cli/src/main.ts', 'packages/bench/src/ros/idle-node.ts'])
      write(other, 'export {};\n');
    for (const name of ['cli', 'bench']) write(`packages/${name}/package.json`, '{ "type": "module" }');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('runs where it is as new as the sources, which it stands for in every respect', () => {
    const fromSources = run();
    node('packages/runtime/scripts/join.mjs');
    const joined = run();
    expect(joined.isJoined).toBe(true);
    expect(fromSources.isJoined).toBe(false);
    expect(joined.said).toEqual(fromSources.said);
    expect(joined.said.arguments).toEqual([join(folder, entry), 'gate', '--ros-args']);
    expect(joined.said.from).toContain(`${join(folder, 'packages/runtime/src/failing.ts')}:3:`);
  });

  it('gives way to the sources as soon as one of them changes, until it is made again', () => {
    write('packages/runtime/src/failing.ts', 'export const fail = (): string => "changed";\n');
    expect(run()).toMatchObject({ isJoined: false, said: { from: 'changed' } });
    node('packages/runtime/scripts/join.mjs');
    expect(run()).toMatchObject({ isJoined: true, said: { from: 'changed' } });
  });

  it('belongs to one place: a copy of the repository does not run that of the original', () => {
    const copy = `${folder}-copy`;
    try {
      cpSync(folder, copy, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
      expect(run(copy).isJoined).toBe(false);
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  function write(path: string, text: string): void {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  function run(root = folder) {
    const show = `--import=data:text/javascript,process.on('exit',()=>console.log(process.env.EFFERENT_JOINED_CODE!==undefined))`;
    const lines = node('packages/runtime/bin/run.mjs', [show], [entry, 'gate', '--ros-args'], root).split(
      '\n',
    );
    return { said: JSON.parse(lines[0]!) as Record<string, unknown>, isJoined: lines[1] === 'true' };
  }

  function node(
    program: string,
    flags: readonly string[] = [],
    words: readonly string[] = [],
    root = folder,
  ): string {
    const { EFFERENT_JOINED_CODE: _ignored, ...env } = process.env;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...flags, join(root, program), ...words],
      {
        encoding: 'utf8',
        env,
      },
    );
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return stdout;
  }
});
