import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigurationError, parseYaml } from '@efferent/core';
import { createPackageIndex, planLaunch, runLaunch } from '@efferent/launcher';
import { afterAll, describe, expect, it } from 'vitest';

/** What came of one launch file. */
interface Outcome {
  readonly outcome: 'ended' | 'refused';
  /** Texts of `<log>`, in order. */
  readonly messages: readonly string[];
  /** What the processes printed, by their label. */
  readonly processes: Readonly<Record<string, readonly unknown[]>>;
}

/** Where efferent does otherwise than the Jazzy that the results come from, and why. */
const differences: Readonly<Record<string, string>> = {
  'any-all': '$(any) and $(all) always fail there, for how they hand their values on',
  'parameter-scope': 'a <set_parameter> before the group makes what the group sets leak out of it',
  'sim-time': 'set_use_sim_time fails in every XML file, for it takes the text for no boolean',
  'timer-scope':
    'what is in a timer sees variables as they are when it fires; later releases do as efferent does',
};

const folder = join(import.meta.dirname, 'launch');
const goldenFile = join(folder, 'golden.jsonl');
const regenerate =
  'source /opt/ros/jazzy/setup.bash && RECORD_LAUNCH=all npx vitest run test/conformance/launch.test.ts';
const rosProblem =
  process.env.AMENT_PREFIX_PATH === undefined || process.env.ROS_DISTRO === undefined
    ? 'no ROS 2 is sourced'
    : undefined;
/** Which results to record anew: `all`, or names separated by commas. */
const recorded = process.env.RECORD_LAUNCH;
const scratch = mkdtempSync(join(tmpdir(), 'efferent-launch-conformance-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const prefix = join(scratch, 'prefix');
mkdirSync(join(prefix, 'share/ament_index/resource_index/packages'), { recursive: true });
mkdirSync(join(prefix, 'share/launch_probe'), { recursive: true });
mkdirSync(join(prefix, 'lib/launch_probe'), { recursive: true });
writeFileSync(join(prefix, 'share/ament_index/resource_index/packages/launch_probe'), '');
symlinkSync(join(folder, 'probe'), join(prefix, 'lib/launch_probe/probe'));

const environment: Record<string, string | undefined> = {
  ...process.env,
  AMENT_PREFIX_PATH: [prefix, process.env.AMENT_PREFIX_PATH ?? ''].join(':').replace(/:$/, ''),
  LP_GIVEN: 'given',
  ROS_LOG_DIR: join(scratch, 'log'),
};

const fixtures = readdirSync(folder)
  .filter((name) => name.endsWith('.launch.xml'))
  .map((name) => {
    const path = join(folder, name);
    const comment = /<!--(.*)-->/.exec(readFileSync(path, 'utf8'))?.[1]?.trim() ?? '';
    const values = [...comment.matchAll(/With: (.*?)(?:\.(?= |$)|$)/g)].flatMap(([, text]) =>
      (text as string).split(/ (?=[\w-]+:=)/),
    );
    return { name: basename(name, '.launch.xml'), path, comment, values };
  });
type Fixture = (typeof fixtures)[number];

describe('launch files mean what they mean to ros2 launch', () => {
  const golden = recorded === undefined ? readGolden() : undefined;

  it.concurrent.each(fixtures.filter(() => golden !== undefined))('$name: $comment', async (fixture) => {
    const result = await runOwn(fixture);
    const expected = golden?.[fixture.name];
    if (fixture.name in differences) expect(result).not.toEqual(expected);
    else expect(result).toEqual(expected);
  });

  it('the results come from files that are there', () => {
    if (golden !== undefined)
      expect(Object.keys(golden).sort()).toEqual(fixtures.map(({ name }) => name).sort());
  });
});

describe('ros2 launch itself', () => {
  it('gives the recorded results', { timeout: 900_000 }, async ({ skip }) => {
    if (rosProblem !== undefined) skip(rosProblem);
    const known = recorded === 'all' ? {} : readGolden();
    const wanted = fixtures.filter(
      ({ name }) => recorded === undefined || recorded === 'all' || recorded.split(',').includes(name),
    );
    const results = await runAllUpstream(wanted);
    if (recorded === undefined) expect(results).toEqual(known);
    else writeGolden({ ...known, ...results });
  });
});

async function runAllUpstream(wanted: readonly Fixture[]): Promise<Record<string, Outcome>> {
  const results: Record<string, Outcome> = {};
  const waiting = [...wanted];
  // Its start takes seconds and waits most of them.
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results[next.name] = await runUpstream(next);
  };
  await Promise.all([worker(), worker()]);
  return results;
}

/** One line a launch file; the first line says how to record them. */
function writeGolden(results: Readonly<Record<string, Outcome>>): void {
  const names = Object.keys(results).sort();
  const lines = [{ regenerate }, ...names.map((name) => ({ name, ...results[name] }))];
  writeFileSync(goldenFile, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function readGolden(): Readonly<Record<string, Outcome>> {
  const [, ...lines] = readFileSync(goldenFile, 'utf8').trimEnd().split('\n');
  return Object.fromEntries(
    lines.map((line) => {
      const { name, ...outcome } = JSON.parse(line) as Outcome & { readonly name: string };
      return [name, outcome];
    }),
  );
}

async function runOwn({ path, values }: Fixture): Promise<Outcome> {
  const collected = new Collector();
  const given = new Map(values.map((pair) => pair.split(/:=(.*)/s, 2) as [string, string]));
  try {
    const plan = planLaunch(path, given, {
      environment,
      packages: createPackageIndex(new Map(), environment.AMENT_PREFIX_PATH),
      readFile: (file) => readFileSync(file, 'utf8'),
      logFolder: scratch,
      rosLogFolder: scratch,
      parameterFolder: mkdtempSync(join(scratch, 'parameters-')),
      uniqueNumber: () => 1,
      warn: () => undefined,
    });
    await runLaunch(plan, environment, {
      onEvent: (event) => {
        if (event.kind === 'message') collected.messages.push(event.text);
      },
      onOutput: ({ name }, _stream, line) => collected.add(name, line),
    }).ended;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    expect((error as Error).message).toMatch(/\.launch\.xml:\d+: </);
    return collected.result(true);
  }
  return collected.result(false);
}

async function runUpstream({ path, values }: Fixture): Promise<Outcome> {
  const collected = new Collector();
  const child = spawn('ros2', ['launch', '--noninteractive', path, ...values], {
    env: { ...environment, PYTHONWARNINGS: 'ignore' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const closed = once(child, 'close');
  for await (const line of createInterface({ input: child.stdout })) {
    const [, level, who, text] = /^\[(\w+)\] \[([\w.-]+)\]: (.*)$/.exec(line) ?? [];
    if (level !== undefined && who === 'launch.user') collected.messages.push(text as string);
    const [, name, output] = /^\[([\w.-]+-\d+)\] (.*)$/.exec(line) ?? [];
    if (name !== undefined) collected.add(name, output as string);
    else if (level === undefined && collected.messages.length > 0)
      collected.messages.push(`${collected.messages.pop()}\n${line}`);
  }
  const [exitCode] = await closed;
  return collected.result(exitCode !== 0);
}

/** Gathers what a launch shows, with what differs from run to run named instead. */
class Collector {
  readonly messages: string[] = [];
  readonly #processes: Record<string, unknown[]> = {};

  add(process: string, line: string): void {
    const printed: unknown = line.startsWith('{') ? JSON.parse(line) : line;
    this.#processes[process] = [...(this.#processes[process] ?? []), normalized(printed)];
  }

  /** A refused file may have started something before upstream noticed: only the refusal counts. */
  result(isRefused: boolean): Outcome {
    if (isRefused) return { outcome: 'refused', messages: [], processes: {} };
    const entries = Object.entries(this.#processes).sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      outcome: 'ended',
      messages: this.messages.map(withoutPlaces),
      processes: Object.fromEntries(entries),
    };
  }
}

function normalized(printed: unknown): unknown {
  const { argv, cwd, files, ...rest } = (typeof printed === 'object' ? printed : {}) as Partial<ProbeLine>;
  if (argv === undefined) return typeof printed === 'string' ? withoutPlaces(printed) : printed;
  const words = argv.map((word, at) => {
    const text = files?.[word];
    if (text !== undefined) return parseYaml(withoutPlaces(text), word);
    return argv[at - 1] === '-p' ? parameterOf(word) : withoutPlaces(word);
  });
  const environment = Object.entries(rest.environment ?? {}).map(([name, value]) => [
    name,
    withoutPlaces(value),
  ]);
  return {
    argv: words,
    cwd: cwd === process.cwd() ? '<start>' : withoutPlaces(cwd as string),
    environment: Object.fromEntries(environment),
  };
}

interface ProbeLine {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, string>>;
}

/** `True` and `true` are one value. */
function parameterOf(rule: string): unknown {
  const [name, value] = rule.split(/:=(.*)/s, 2) as [string, string];
  return { name, value: parseYaml(value, rule) };
}

const withoutPlaces = (text: string): string =>
  text.replaceAll(folder, '<launch>').replaceAll(prefix, '<prefix>').replaceAll(scratch, '<scratch>');
