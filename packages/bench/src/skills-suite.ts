import { ConfigurationError } from '@efferent/core';
import { setUpEpisode } from '@efferent/runtime/simulation';
import { judgeTask } from '@efferent/sim';
import { type Figure, figure, makeReport, type Report, rateFigure, type SuiteOptions } from './figure.ts';
import type { Tally } from './suites.ts';

export interface SkillsOptions extends SuiteOptions {
  /** Names of {@link trials}, with commas between them; all without it. */
  readonly tasks?: string;
}

type SkillCall = readonly [skill: string, values: Readonly<Record<string, string>>];

/** One skill in a world of a task card; the card's goal is what the skill is for. */
interface Trial {
  readonly scene: string;
  readonly task: string;
  /** Skills that bring the robot there; an episode in which one of them fails is counted apart. */
  readonly before: readonly SkillCall[];
  readonly measured: SkillCall;
}

const withSponge: readonly SkillCall[] = [
  ['look', { target: 'table' }],
  ['pick', { object: 'sponge-1' }],
];
const withMug: readonly SkillCall[] = [
  ['look', { target: 'sideboard' }],
  ['pick', { object: 'mug-1' }],
];

const trials: Readonly<Record<string, Trial>> = {
  press: {
    scene: 'care-room',
    task: 'emg-press-switch',
    before: [],
    measured: ['press', { fixture: 'light-switch' }],
  },
  'wipe-spill': {
    scene: 'care-room',
    task: 'emg-wipe',
    before: withSponge,
    measured: ['wipe', { tool: 'sponge-1', target: 'spill-1' }],
  },
  'wipe-table': {
    scene: 'care-room',
    task: 'emg-wipe',
    before: withSponge,
    measured: ['wipe', { tool: 'sponge-1', target: 'table' }],
  },
  offer: {
    scene: 'care-room',
    task: 'emg-cup-to-mouth',
    before: withMug,
    measured: ['offer', { object: 'mug-1', to: 'person' }],
  },
};

/** Nodes settle, and things come to rest, in this time, s; a skill may take this long, s. */
const restS = 2;
const skillLimitS = 300;

/**
 * Runs single skills without a plan around them, in lockstep, in worlds drawn by seeds; the simulator's judge decides whether
 * each has done what it is for.
 *
 * @throws {@link ConfigurationError} code `unknown-task`
 */
export async function benchSkills(options: SkillsOptions): Promise<Report> {
  const names = options.tasks?.split(',').map((name) => name.trim()) ?? Object.keys(trials);
  const unknown = names.find((name) => trials[name] === undefined);
  if (unknown !== undefined)
    throw new ConfigurationError({
      code: 'unknown-task',
      message: `no skill is measured as "${unknown}"; there are: ${Object.keys(trials).join(', ')}`,
    });
  const tally: Record<string, number> = {};
  for (const name of names) {
    for (let index = options.shard.index; index < options.episodes; index += options.shard.count) {
      const record = await runTrial(trials[name]!, options.seed + index);
      addTo(tally, name, record);
      options.onEpisode({ arm: name, ...record });
      options.onProgress(`${name} ${record.seed}: ${record.isMet ? 'done' : 'not done'}; ${record.message}`);
    }
  }
  return makeReport('skills', options.seed, skillFigures(tally), {
    skills: names,
    episodes: options.episodes,
    shard: options.shard,
    tally,
  });
}

type TrialRecord = Awaited<ReturnType<typeof runTrial>>;

async function runTrial({ scene, task, before, measured }: Trial, seed: number) {
  const standing = await setUpEpisode({
    scene,
    robot: 'stretch',
    task,
    seed,
    agentParameters: ['memory:='],
  });
  const { graph, judge } = standing;
  try {
    await graph.advance(restS);
    const call = ([skill, values]: SkillCall) =>
      graph.runUntilSettled(graph.client.executeSkill(skill, values), skillLimitS);
    for (const each of before) {
      const { success, failure_code, message } = await call(each);
      if (!success) return failedBefore(seed, `${each[0]} before it: ${failure_code}, ${message}`);
    }
    const result = await call(measured);
    await graph.advance(restS);
    const states = await graph.runUntilSettled(judge.entityStates(), 10);
    const { success, conditions } = judgeTask(standing.scene, standing.episode, states);
    const { collisions, people } = await graph.runUntilSettled(judge.report(), 10);
    return {
      seed,
      isReady: true,
      isMet: success,
      isClaimed: result.success,
      message: result.success ? result.message : `${result.failure_code}, ${result.message}`,
      reason: conditions.map((each) => each.reason).join('; '),
      elapsedS: result.elapsed_s,
      collisions: collisions.length,
      touched: people.filter(({ forceN }) => forceN > 0).length,
    };
  } finally {
    await graph.stop();
  }
}

const failedBefore = (seed: number, message: string) => ({
  seed,
  isReady: false,
  isMet: false,
  isClaimed: false,
  message,
  reason: '',
  elapsedS: 0,
  collisions: 0,
  touched: 0,
});

function addTo(tally: Record<string, number>, name: string, record: TrialRecord): void {
  const add = (what: string, amount: number) => {
    tally[`${name} ${what}`] = (tally[`${name} ${what}`] ?? 0) + amount;
  };
  add('episodes', 1);
  if (!record.isReady) {
    add('not ready', 1);
    return;
  }
  add('successes', record.isMet ? 1 : 0);
  add('mistaken', record.isMet === record.isClaimed ? 0 : 1);
  add('s', record.elapsedS);
  add('collision episodes', record.collisions > 0 ? 1 : 0);
  add('person contacts', record.touched);
}

/** Figures of the counts of one run, or of all shards of one. */
export function skillFigures(tally: Tally): Figure[] {
  const names = Object.keys(trials).filter((name) => tally[`${name} episodes`] !== undefined);
  return names.flatMap((name) => {
    const count = (what: string) => tally[`${name} ${what}`] ?? 0;
    const ready = count('episodes') - count('not ready');
    return [
      rateFigure(`${name}-success-rate`, count('successes'), ready),
      rateFigure(`${name}-mistaken-rate`, count('mistaken'), ready),
      rateFigure(`${name}-collision-rate`, count('collision episodes'), ready),
      figure(`${name}-person-contacts`, count('person contacts'), '1', { n: ready }),
      figure(`${name}-mean-duration`, ready === 0 ? Number.NaN : count('s') / ready, 's', { n: ready }),
      figure(`${name}-not-ready`, count('not ready'), '1', { n: count('episodes') }),
    ];
  });
}
