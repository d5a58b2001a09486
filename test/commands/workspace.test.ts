import { execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runEfferent } from '../support/command.ts';

const scratch = mkdtempSync(join(tmpdir(), 'efferent-init-'));
const folder = join(scratch, 'my-robot');
const efferent = join(folder, 'node_modules/.bin/efferent');
const run = (...words: string[]) => execFileSync(efferent, words, { cwd: folder, encoding: 'utf8' });
const here = { cwd: folder };

beforeAll(async () => {
  expect(await runEfferent(['init', folder])).toMatchObject({ exitCode: 0 });
  // `--offline`: nothing may be downloaded, and no script may be run.
  const npm = ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', npm, { cwd: folder, encoding: 'utf8' });
});
afterAll(() => rmSync(scratch, { recursive: true }));

describe('a workspace made by efferent init', () => {
  it('has every part, and names itself in what npm and efferent read', () => {
    expect(readdirSync(folder).sort()).toEqual(
      expect.arrayContaining(['.gitignore', 'README.md', 'efferent.yaml', 'launch', 'policies', 'robots']),
    );
    expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toMatchObject({
      name: 'my-robot',
      dependencies: { efferent: `file:${repositoryFolder}` },
    });
    expect(readFileSync(join(folder, 'efferent.yaml'), 'utf8')).toContain('name: my-robot');
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).not.toContain('{{');
  });

  it('has a robot without problems', () => {
    expect(run('robot', 'check', 'porter')).toMatch(
      /reach +0\.000 \.\. 0\.440 m.*slide_1_joint \+ slide_2_joint/,
    );
  });

  it('runs its task script in lockstep, with its own robot and scene', () => {
    expect(run('script', 'tasks/tidy-toys.ts', '--lockstep')).toMatch(/tidied 2 of 2/);
  });

  it('starts its launch file by name, from a folder below', async () => {
    const words = ['launch', 'porter.launch.xml', 'viewer:=false', '--middleware', 'inproc'];
    const child = spawn(efferent, words, { cwd: join(folder, 'tasks'), stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const ready = Promise.withResolvers<void>();
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (/driver-ready/.test(text)) ready.resolve();
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    try {
      await Promise.race([ready.promise, ended]);
    } finally {
      child.kill('SIGTERM'); // the wrapper for older Node hands it on
    }
    expect(await ended).toBe(143);
    expect(text).toContain(folder);
    expect(text).toMatch(/localisation-found.*driver-ready/s);
  });

  it('says when it takes the place of something of the product', async () => {
    mkdirSync(join(folder, 'robots/stretch'));
    for (const file of ['robot.yaml', 'stretch.urdf', 'skills.yaml'])
      writeFileSync(
        join(folder, 'robots/stretch', file),
        readFileSync(join(repositoryFolder, 'robots/stretch', file), 'utf8').replace(
          /^urdf: .*$/m,
          'urdf: none.urdf',
        ),
      );
    const { stderr, exitCode } = await runEfferent(
      ['start', '--robot', 'stretch', '--once', '--headless'],
      {},
      here,
    );
    expect(stderr).toContain(join(folder, 'robots/stretch/robot.yaml'));
    expect(exitCode).toBe(2);
    rmSync(join(folder, 'robots/stretch'), { recursive: true });
  });
});

describe('efferent init refuses, and changes nothing', () => {
  it.each([
    ['Bad Name', /"Bad Name" cannot be the name of a workspace/],
    ['efferent', /"efferent" cannot be the name/],
  ])('the name %j', async (name, message) => {
    const { exitCode, stderr } = await runEfferent(['init', join(scratch, name)]);
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
    expect(existsSync(join(scratch, name))).toBe(false);
  });

  it('a folder with something in it', async () => {
    const full = join(scratch, 'full');
    mkdirSync(full);
    writeFileSync(join(full, 'notes.txt'), 'mine');
    const { exitCode, stderr } = await runEfferent(['init', full]);
    expect(stderr).toMatch(/full is not empty: it has notes\.txt; give a new or an empty folder/);
    expect(exitCode).toBe(2);
    expect(readdirSync(full)).toEqual(['notes.txt']);
  });

  it('a file, and a folder of the product', async () => {
    const file = join(scratch, 'file');
    writeFileSync(file, '');
    expect((await runEfferent(['init', file])).stderr).toMatch(/file is a file/);
    const inside = join(repositoryFolder, 'my-robot');
    expect((await runEfferent(['init', inside])).stderr).toMatch(/lies inside the product's own checkout/);
    expect(existsSync(inside)).toBe(false);
  });
});
