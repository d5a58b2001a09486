import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ProcessPlan } from './plan.ts';
import { type LaunchEvent, runLaunch } from './supervisor.ts';

const base: ProcessPlan = {
  name: 'p-1',
  command: ['sh', '-c', 'exit 0'],
  cwd: undefined,
  environment: {},
  output: 'screen',
  respawn: false,
  respawnDelayMs: 0,
  respawnMaxRetries: -1,
  sigtermTimeoutMs: 5000,
  sigkillTimeoutMs: 5000,
  required: false,
  node: undefined,
  file: '/l.xml',
  line: 1,
};

/** Starts plans and lets a test wait for what happens. */
function launch(...plans: Partial<ProcessPlan>[]) {
  const events: LaunchEvent[] = [];
  const lines: string[] = [];
  let notify: () => void = () => undefined;
  const running = runLaunch(
    { processes: plans.map((each) => ({ ...base, ...each })), messages: [], arguments: [] },
    process.env,
    {
      onEvent: (event) => {
        events.push(event);
        notify();
      },
      onOutput: (plan, stream, line) => {
        lines.push(`${plan.name} ${stream} ${line}`);
        notify();
      },
    },
  );
  const until = (condition: () => boolean) =>
    new Promise<void>((resolve) => {
      notify = () => {
        if (condition()) resolve();
      };
      notify();
    });
  return { running, events, lines, until };
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('runLaunch', () => {
  it('passes output on with its stream and its environment', async () => {
    const { running, lines, events } = launch({
      command: ['sh', '-c', 'echo "out $LEVEL"; echo bad >&2; exit 3'],
      environment: { LEVEL: '7' },
    });
    await running.ended;
    expect(lines.sort()).toEqual(['p-1 stderr bad', 'p-1 stdout out 7']);
    expect(events.at(-1)).toMatchObject({ kind: 'process-exited', exitCode: 3, expected: false });
  });

  it('starts a process again after any exit, at most as often as allowed', async () => {
    const { running, events } = launch({ respawn: true, respawnMaxRetries: 2 });
    await running.ended;
    expect(events.filter((event) => event.kind === 'process-started')).toHaveLength(3);
  });

  it('starts a process again that was killed', async () => {
    const { running, events, until } = launch({ command: ['sleep', '100'], respawn: true });
    const started = () => events.filter((event) => event.kind === 'process-started');
    await until(() => started().length === 1);
    process.kill(running.pid('p-1') as number, 'SIGKILL');
    await until(() => started().length === 2);
    await running.stop();
    expect(events.filter((event) => event.kind === 'process-exited')).toMatchObject([
      { signal: 'SIGKILL', expected: false },
      { signal: 'SIGINT', expected: true },
    ]);
  });

  it('goes on to SIGTERM and SIGKILL when a process does not listen', async () => {
    const { running, events, lines, until } = launch({
      command: ['sh', '-c', 'trap "" INT; trap "" TERM; echo up; while :; do sleep 1; done'],
      sigtermTimeoutMs: 10,
      sigkillTimeoutMs: 10,
    });
    await until(() => lines.length === 1);
    await running.stop();
    expect(events.at(-1)).toMatchObject({ kind: 'process-exited', signal: 'SIGKILL' });
  });

  it('leaves no grandchild behind', async () => {
    const { running, lines, until } = launch({
      command: ['sh', '-c', 'trap "" INT; sleep 100 & echo $!; exit 0'],
    });
    await until(() => lines.length === 1);
    await running.ended;
    const pid = Number(lines[0]?.split(' ')[2]);
    // The kernel ends it a moment after it was told to; no event says when.
    await expect.poll(() => !isAlive(pid) || isZombie(pid), { timeout: 10_000, interval: 20 }).toBe(true);
  });

  it('ends everything when a required process ends', async () => {
    const { running, events } = launch(
      { name: 'p-1', required: true },
      { name: 'p-2', command: ['sleep', '100'] },
    );
    await running.ended;
    expect(events).toContainEqual({ kind: 'shutdown-required', process: 'p-1' });
    expect(events).toContainEqual(
      expect.objectContaining({ process: 'p-2', signal: 'SIGINT', expected: true }),
    );
  });

  it('reports a program that is not there', async () => {
    const { running, events } = launch({ command: ['/no/such/program'] });
    await running.ended;
    expect(
      events.some(
        (event) =>
          event.kind === 'process-failed' || (event.kind === 'process-exited' && event.exitCode !== 0),
      ),
    ).toBe(true);
  });
});

function isZombie(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}
