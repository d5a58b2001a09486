import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { LaunchPlan, ProcessPlan } from './plan.ts';
import { type LaunchEvent, runLaunch } from './supervisor.ts';

const base: ProcessPlan = {
  name: 'p-1',
  command: ['sh', '-c', 'exit 0'],
  cwd: undefined,
  environment: {},
  output: 'screen',
  emulateTty: false,
  waits: [],
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
const launch = (...plans: Partial<ProcessPlan>[]) => launchPlan(plans);

function launchPlan(plans: readonly Partial<ProcessPlan>[], more: Partial<LaunchPlan> = {}) {
  const events: LaunchEvent[] = [];
  const lines: string[] = [];
  let notify: () => void = () => undefined;
  const running = runLaunch(
    {
      processes: plans.map((each) => ({ ...base, ...each })),
      messages: [],
      shutdowns: [],
      parameterFiles: new Map(),
      usesSimTime: false,
      ...more,
    },
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

  it('waits for timers, which a shutdown cancels unless they say otherwise', async () => {
    const wait = (ms: number, cancelOnShutdown = true) => [{ ms, clock: 'wall' as const, cancelOnShutdown }];
    const { running, events } = launchPlan(
      [
        { name: 'p-1', command: ['sleep', '100'] },
        { name: 'p-2', command: ['true'], waits: wait(60_000) },
        { name: 'p-3', command: ['true'], waits: wait(5) },
      ],
      {
        messages: [
          { text: 'later', waits: wait(60_000) },
          { text: 'in any case', waits: wait(40, false) },
        ],
        shutdowns: [{ reason: 'enough', waits: wait(20) }],
      },
    );
    await running.ended;
    expect(events.filter(({ kind }) => kind === 'process-started')).toHaveLength(2);
    expect(events).toContainEqual({ kind: 'shutdown-requested', reason: 'enough' });
    expect(events.filter(({ kind }) => kind === 'message')).toEqual([
      { kind: 'message', text: 'in any case' },
    ]);
  });

  it('waits for ROS time where it is told to', async () => {
    const waited: number[] = [];
    const plan: LaunchPlan = {
      processes: [],
      messages: [{ text: 'x', waits: [{ ms: 1e9, clock: 'ros', cancelOnShutdown: true }] }],
      shutdowns: [],
      parameterFiles: new Map(),
      usesSimTime: true,
    };
    await runLaunch(plan, process.env, {
      onEvent: () => undefined,
      onOutput: () => undefined,
      waitRosTime: async (ms) => void waited.push(ms),
    }).ended;
    expect(waited).toEqual([1e9]);
  });

  it('gives a terminal to those who want one, and ends what runs in it by SIGINT', async () => {
    const { running, lines, events, until } = launch({
      command: [
        'sh',
        '-c',
        'trap "echo bye; exit 0" INT; test -t 1 && echo "it is a terminal"; while :; do sleep 0.05; done',
      ],
      emulateTty: true,
    });
    await until(() => lines.length === 1);
    await running.stop();
    expect(lines).toEqual(['p-1 stdout it is a terminal', 'p-1 stdout bye']);
    expect(events.at(-1)).toMatchObject({ kind: 'process-exited', exitCode: 0 });
  });

  it('takes variables away that a plan unsets', async () => {
    const { running, lines } = launch({
      command: ['sh', '-c', 'echo "home=$HOME"'],
      environment: { HOME: undefined },
    });
    await running.ended;
    expect(lines).toEqual(['p-1 stdout home=']);
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
