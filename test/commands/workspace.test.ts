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
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
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

  describe('in lockstep, with a launch file of its own', () => {
    const launchFile = join(folder, 'launch/porter.launch.xml');
    const changed = (edit: (text: string) => string) => {
      const text = readFileSync(launchFile, 'utf8');
      writeFileSync(launchFile, edit(text));
      onTestFinished(() => writeFileSync(launchFile, text));
    };
    const script = () => runEfferent(['script', 'tasks/look.ts', '--lockstep'], {}, here);
    beforeAll(() =>
      writeFileSync(
        join(folder, 'tasks/look.ts'),
        `import { observe } from 'efferent';
const { robots } = await observe();
console.log(\`robots: \${robots.map(({ name }) => name).join()}\`);`,
      ),
    );
    const addNode = (node: string) => changed((text) => text.replace('</launch>', `${node}\n</launch>`));

    it('counts what the file says', async () => {
      changed((text) =>
        text.replace('<include', '<set_parameter name="max_replans" value="nonsense"/>\n  <include'),
      );
      const { stderr, exitCode } = await script();
      expect(stderr).toMatch(/max_replans/);
      expect(exitCode).toBe(2);
    });

    it('names a node of the person’s own by file and line, and leaves it out where the file says so', async () => {
      const own = (condition: string) => `<executable cmd="true" name="mine"${condition}/>`;
      addNode(own(''));
      const { stderr, exitCode } = await script();
      expect(stderr).toMatch(/porter\.launch\.xml:\d+: .*in lockstep only those can run/);
      expect(exitCode).toBe(2);
      changed((text) => text.replace(own(''), own(' unless="$(var lockstep)"')));
      expect((await script()).stdout).toMatch(/^robots: \/porter$/m);
    });

    it('refuses a timer, and an argument that the file does not have', async () => {
      addNode('<timer period="1"><log message="late"/></timer>');
      expect((await script()).stderr).toMatch(/in lockstep a launch file can have no <timer>/);
      changed(() => '<launch><arg name="scene"/><arg name="robot"/></launch>');
      expect((await script()).stderr).toMatch(
        /porter\.launch\.xml.*there is no argument "seed"; there are: scene, robot/,
      );
    });
  });

  it('starts its launch file by name, from a folder below', { retry: 1 }, async () => {
    const words = ['launch', 'porter.launch.xml', 'viewer:=false', '--middleware', 'inproc'];
    const child = spawn(efferent, words, { cwd: join(folder, 'tasks'), stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    const ready = Promise.withResolvers<void>();
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (/driver-ready/.test(text)) ready.resolve();
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const within = async <T>(limitMs: number, what: string, event: Promise<T>): Promise<T> => {
      const limit = Promise.withResolvers<never>();
      const timer = setTimeout(
        () => limit.reject(new Error(`no ${what} within ${limitMs} ms; so far: ${text}`)),
        limitMs,
      );
      return Promise.race([event, limit.promise]).finally(() => clearTimeout(timer));
    };
    try {
      await within(60_000, 'driver-ready', Promise.race([ready.promise, ended]));
    } finally {
      child.kill('SIGTERM'); // the wrapper for older Node hands it on
    }
    try {
      expect(await within(20_000, 'end after SIGTERM', ended)).toBe(143);
    } finally {
      child.kill('SIGKILL');
    }
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
