import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { describe, expect, it } from 'vitest';
import { runEfferent } from '../support/command.ts';
import { freePort, secondTry } from '../support/kitchen.ts';
import { requires } from '../support/requirement.ts';

describe('efferent start --once --headless --json', () => {
  it(
    'carries out the first instruction in one process and prints one JSON line last',
    secondTry,
    async () => {
      const { exitCode, stdout, stderr } = await runEfferent([
        ...['start', '--once', '--headless', '--json', '--middleware', 'inproc', '--seed', '5'],
      ]);
      expect(stdout.trim().split('\n')).toHaveLength(1);
      expect(JSON.parse(stdout), stderr).toMatchObject({
        instruction: 'put the apple in the bowl',
        success: true,
        outcome: 'success',
        middleware: 'inproc',
        scene: 'kitchen',
        seed: 5,
      });
      expect(exitCode).toBe(0);
    },
  );

  it('ends with exit code 1 and a named reason when the task failed', async () => {
    const { exitCode, stdout } = await runEfferent([
      ...[
        'start',
        '--once',
        '--headless',
        '--json',
        '--middleware',
        'inproc',
        '--instruction',
        'fly to the moon',
      ],
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ success: false, outcome: 'not-understood' });
    expect(exitCode).toBe(1);
  });
});

describe('what was found', () => {
  it('is remembered by the next process: it looks there first', secondTry, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'efferent-memory-'));
    const find = async () => {
      const { stdout, stderr } = await runEfferent(
        [
          ...['start', '--once', '--headless', '--json', '--middleware', 'inproc', '--seed', '5'],
          ...['--instruction', 'find the sponge'],
        ],
        { EFFERENT_MEMORY: join(folder, 'memory.db') },
      );
      expect(JSON.parse(stdout), stderr).toMatchObject({ success: true });
      return stderr.match(/looking at .*/g);
    };
    try {
      expect((await find())?.[0]).not.toBe('looking at counter');
      expect(await find()).toEqual(['looking at counter']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('a running system', () => {
  requires('dds');
  it('ends without leaving a process behind on Ctrl-C', async () => {
    const system = await startMarked();
    expect(processesWith(system.mark).length).toBeGreaterThan(10);
    process.kill(system.child.pid as number, 'SIGINT');
    const [exitCode] = (await once(system.child, 'exit')) as [number];
    expect(exitCode).toBe(130);
    expect(processesWith(system.mark)).toEqual([]);
  });

  it('ends its nodes by itself when the process that started them is killed', async () => {
    const system = await startMarked();
    process.kill(system.child.pid as number, 'SIGKILL');
    await expect.poll(() => processesWith(system.mark), { timeout: 20_000, interval: 200 }).toEqual([]);
  });
});

/** Starts the system with a mark in its environment that every process of it inherits; resolves when nodes are up. */
async function startMarked(): Promise<{ readonly child: ChildProcess; readonly mark: string }> {
  const mark = randomUUID();
  const main = join(repositoryFolder, 'packages/cli/src/main.ts');
  const port = String(await freePort());
  const child = spawn(process.execPath, [main, 'start', '--port', port, '--middleware', 'cyclonedds'], {
    env: { ...process.env, EFFERENT_TEST_MARK: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/viewer\s+http/.test(said)) resolve();
      });
    child.on('exit', () => reject(new Error(`the system ended:\n${said}`)));
  });
  return { child, mark };
}

/** Lists the processes that carry the mark; ones that have ended but were not yet waited for do not count. */
function processesWith(mark: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark) &&
          !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
        );
      } catch {
        // It ended while being looked at.
        return false;
      }
    })
    .map(Number);
}
