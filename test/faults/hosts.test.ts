import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cycloneDdsProblem } from '@efferent/cyclonedds';
import { goalStatus } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Lab, labProblem, type Program } from './lab.ts';

interface Heard {
  readonly heard: number;
  readonly firstWrong: number;
  readonly clouds: readonly string[];
}
interface Calls {
  readonly ends: Readonly<Record<string, number>>;
}
interface Goal {
  readonly end: number | string;
  readonly counted?: number;
  readonly feedback: number;
}
interface Movement {
  readonly isMoving: boolean;
  readonly movedOnMs: number;
  readonly silentMs: number;
}

/** Peers that hear nothing for this long are given up by those who have it set so. */
const hasty =
  '<CycloneDDS><Domain><Discovery><LeaseDuration>1500ms</LeaseDuration></Discovery></Domain></CycloneDDS>';
const cutMs = 5000;
// The hosts have networks of their own, so that any domains do.
const patient = { ROS_DOMAIN_ID: '1' };
const impatient = { ROS_DOMAIN_ID: '2', CYCLONEDDS_URI: hasty };
const robot = { ROS_DOMAIN_ID: '3' };
const say = (line: string) => process.stdout.write(`${line}\n`);
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

let folder: string;
let lab: Lab | undefined;
let problem = labProblem() ?? cycloneDdsProblem();
let speaker: Program;
let listener: Program;

async function until(isSo: () => Promise<boolean>, what: string, limitMs = 20_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`${what}: not within ${limitMs} ms`);
    await pause(50);
  }
}
const isReady = async (program: Program) => (await program.ask<{ isReady: boolean }>('ready')).isReady;
const numbersHeard = async () => (await listener.ask<{ heard: number }>('count')).heard;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'efferent-hosts-'));
  if (problem !== undefined) return;
  const opened = await Lab.open(folder, 3);
  if (typeof opened === 'string') {
    problem = opened;
    return;
  }
  lab = opened;
  [speaker, listener] = await Promise.all([
    lab.start(0, 'speaker', patient),
    lab.start(1, 'listener', patient),
  ]);
}, 60_000);
beforeEach(({ skip }) => {
  if (problem !== undefined) skip(problem);
});
afterAll(async () => {
  await lab?.close();
  rmSync(folder, { recursive: true });
});

test('hosts find each other, and one that comes later', async () => {
  await until(() => isReady(speaker), 'the listener');
  const later = await lab!.start(2, 'agent', patient);
  const nodes = async () => (await speaker.ask<{ nodes: string[] }>('nodes')).nodes.sort();
  await until(async () => (await nodes()).length === 3, 'the host that comes later');
  expect(await nodes()).toEqual(['agent', 'listener', 'speaker']);
  await later.stop();
});

describe('over a line that loses 5 % and takes 20 ms', () => {
  beforeAll(async () => {
    if (lab === undefined) return;
    await lab.count();
    lab.setLine(5, 20);
  });
  afterAll(() => lab?.setLine(0, 0));

  test('reliable messages arrive complete and in order, small and large ones', async () => {
    const [{ sent }] = await Promise.all([
      speaker.ask<{ sent: number }>('talk 300 3'),
      speaker.ask('clouds 5 200000'),
    ]);
    await until(async () => (await numbersHeard()) === sent, 'all numbers');
    await until(async () => (await listener.ask<{ clouds: number }>('count')).clouds === 5, 'all clouds');
    expect(await listener.ask<Heard>('heard')).toMatchObject({
      heard: sent,
      firstWrong: -1,
      clouds: [0, 1, 2, 3, 4].map((i) => `${i}: 200000`),
    });
    const { frames, lossPercent, delayMs } = await lab!.count();
    say(`the relay lost ${lossPercent} % of ${frames} frames and held them ${delayMs} ms`);
    expect(frames).toBeGreaterThan(500);
    expect(lossPercent).toBeGreaterThan(2.5);
    expect(delayMs).toBeGreaterThanOrEqual(20);
  });

  test('calls are answered and goals reach their end', async () => {
    const [calls, goal] = await Promise.all([
      speaker.ask<Calls>('call 1.5 5000'),
      speaker.ask<Goal>('act 10 10000'),
    ]);
    expect(Object.keys(calls.ends)).toEqual(['right']);
    expect(goal).toMatchObject({ end: goalStatus.succeeded, counted: 10, feedback: 10 });
  });
});

describe('when the cable of a host is out for 5 s', () => {
  const results: {
    sent?: number;
    calls?: Calls;
    longCall?: Calls;
    goal?: Goal;
    lostGoal?: Goal;
    lostCalls?: Calls;
    before?: Movement;
    during?: Movement;
    hastyAfter?: Calls;
  } = {};
  let driver: Program;

  beforeAll(async () => {
    if (lab === undefined) return;
    const gateMain = join(repositoryFolder, 'packages/runtime/src/node-main.ts');
    const gateWords = ['gate', '--ros-args', '-r', '__ns:=/stretch', '--log-level', 'error'];
    lab.run(1, [gateMain, ...gateWords], { ...robot, EFFERENT_MIDDLEWARE: 'cyclonedds' });
    const [hastySpeaker, , startedDriver, agent] = await Promise.all([
      lab.start(0, 'speaker', impatient),
      lab.start(1, 'listener', impatient),
      lab.start(1, 'driver', robot),
      lab.start(0, 'agent', robot),
    ]);
    driver = startedDriver;
    const movement = () => driver.ask<Movement>('moving');
    await until(() => isReady(hastySpeaker), 'the hasty listener');
    await until(() => isReady(agent), 'the gate');
    await until(async () => (await movement()).isMoving, 'the robot moves');
    results.before = await movement();

    const talk = speaker.ask<{ sent: number }>('talk 200 7');
    const calls = speaker.ask<Calls>('call 6 700');
    const goal = speaker.ask<Goal>('act 40 30000');
    const lostGoal = hastySpeaker.ask<Goal>('act 80 30000');
    await pause(1000);
    lab.pull(1);
    const lostCalls = hastySpeaker.ask<Calls>('call 4 700');
    await pause(cutMs - 200);
    results.during = await movement();
    await pause(200);
    lab.putBack(1);
    results.lostGoal = await lostGoal;
    results.lostCalls = await lostCalls;
    results.calls = await calls;
    results.goal = await goal;
    results.sent = (await talk).sent;
    await until(() => isReady(hastySpeaker), 'the hasty listener again');
    results.hastyAfter = await hastySpeaker.ask<Calls>('call 0.3 5000');
  }, 90_000);

  test('reliable messages arrive complete and in order all the same', async () => {
    await until(async () => (await numbersHeard()) >= results.sent!, 'all numbers');
    expect(await listener.ask<Heard>('heard')).toMatchObject({ heard: results.sent, firstWrong: -1 });
  });

  test('every call ends, by its answer or by its time limit', () => {
    const { right = 0, timeout = 0, ...others } = results.calls!.ends;
    expect(others).toEqual({});
    expect(right).toBeGreaterThan(0);
    expect(timeout).toBeGreaterThan(0);
  });

  test('a goal under way ends well once the cable is back', () => {
    expect(results.goal).toMatchObject({ end: goalStatus.succeeded, counted: 40 });
  });

  test('whoever gives up silent peers earlier is told that the server is lost, and finds it again', () => {
    expect(results.lostGoal?.end).toBe('server-lost');
    expect(Object.keys(results.lostCalls!.ends)).toEqual(['timeout']);
    expect(Object.keys(results.hastyAfter!.ends)).toEqual(['right']);
  });

  test('the robot stops, and moves on when the agent is back', async () => {
    expect(results.before?.isMoving).toBe(true);
    expect(results.during?.isMoving).toBe(false);
    expect(results.during!.silentMs).toBeGreaterThan(results.during!.movedOnMs);
    say(`the robot stood still ${results.during!.movedOnMs} ms after the last command that came through`);
    await until(async () => (await driver.ask<Movement>('moving')).isMoving, 'the robot moves again');
  });
});
