import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '@efferent/core';
import { type Figure, figure, makeReport, type Report, rateFigure, type SuiteOptions } from '../figure.ts';
import { type ControlEpisode, type ControlEpisodeOptions, runControlEpisode } from './control-episode.ts';
import { makeHandUser } from './hand/make-hand-user.ts';
import { SharedUser } from './user/shared-user.ts';

export interface EmgTasksOptions extends SuiteOptions {
  /** How much the robot helps: one of {@link controlNames}. */
  readonly control?: string;
  /** Share of right decisions that the decoder is made worse to, (0.5, 1); its own without it. */
  readonly accuracy?: number;
  /** Ids of task cards, with commas between them; all without it. */
  readonly tasks?: string;
}

interface ControlTask {
  readonly scene: string;
  readonly task: string;
  /** How the agent words it among its suggestions, when not as the task's own instruction does. */
  readonly suggestion?: string;
}

const tasks: readonly ControlTask[] = [
  { scene: 'bedroom', task: 'emg-fetch-bottle' },
  { scene: 'kitchen', task: 'emg-open-fridge' },
  { scene: 'care-room', task: 'emg-press-switch' },
  { scene: 'care-room', task: 'emg-pick-fallen' },
  { scene: 'care-room', task: 'emg-cup-to-mouth', suggestion: 'hold a cup to my mouth' },
  { scene: 'care-room', task: 'emg-wipe', suggestion: 'wipe the table' },
];

/** How each way of control is used, and whether the robot assists. */
const users: Readonly<Record<string, Pick<ControlEpisodeOptions, 'makeUser' | 'assist'>>> = {
  direct: { makeUser: makeHandUser },
  assisted: { makeUser: makeHandUser, assist: true },
  shared: {
    makeUser: ({ task, instruction, mapping }) =>
      new SharedUser(tasks.find((each) => each.task === task)?.suggestion ?? instruction, mapping),
  },
};

export const controlNames: readonly string[] = Object.keys(users);

/** Shared control must do this well at this accuracy and above. */
const sharedTarget = 0.95;
const sharedAccuracy = 0.75;
/** Figures are of virtual people 1 to 6, tuning is on those from 1000 on. */
const peopleCount = 6;

/**
 * Has a simulated user do tasks by gestures, each episode with the next seed and task; the judge decides.
 *
 * @throws {@link ConfigurationError} code `unknown-control` or `unknown-task`
 */
export async function benchEmgTasks(options: EmgTasksOptions): Promise<Report> {
  const { control = 'shared', accuracy, seed, shard } = options;
  const user = users[control];
  if (user === undefined)
    throw new ConfigurationError({
      code: 'unknown-control',
      message: `bench emg: there is no control "${control}"; there are: ${controlNames.join(', ')}`,
    });
  const chosen = chooseTasks(options.tasks);
  const firstPerson = seed < 1000 ? 1 : 1000;
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  const episodes: ControlEpisode[] = [];
  try {
    for (let index = shard.index; index < options.episodes; index += shard.count) {
      const person = firstPerson + (Math.floor(index / chosen.length) % peopleCount);
      const episode = await runControlEpisode({
        ...(chosen[index % chosen.length] as ControlTask),
        seed: seed + index,
        person,
        calibration: join(folder, `${person}.json`),
        ...user,
        ...(accuracy === undefined ? {} : { accuracy }),
      });
      episodes.push(episode);
      options.onEpisode({ control, accuracy: accuracy ?? null, ...episode });
      options.onProgress(`${episodes.length} of ${options.episodes}  ${describe(episode)}`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return makeReport('emg', seed, taskFigures(control, accuracy, episodes), {
    suite: 'tasks',
    control,
    accuracy: accuracy ?? 'own',
    worsened: accuracy === undefined ? 'no' : 'decisions on a forearm that is not silent, in runs of three',
    people: worstOfPeople(episodes),
    tasks: chosen.map(({ task }) =>
      summary(
        episodes.filter((episode) => episode.task === task),
        task,
      ),
    ),
    realRecordings: null,
  });
}

function chooseTasks(names: string | undefined): readonly ControlTask[] {
  const unknown = names?.split(',').find((name) => !tasks.some(({ task }) => task === name));
  if (unknown === undefined)
    return tasks.filter(({ task }) => names === undefined || names.split(',').includes(task));
  throw new ConfigurationError({
    code: 'unknown-task',
    message: `bench emg: there is no task "${unknown}"; there are: ${tasks.map(({ task }) => task).join(', ')}`,
  });
}

function taskFigures(
  control: string,
  accuracy: number | undefined,
  episodes: readonly ControlEpisode[],
): Figure[] {
  const n = episodes.length;
  const total = (of: (episode: ControlEpisode) => number) =>
    episodes.reduce((sum, each) => sum + of(each), 0);
  const mean = (name: string, of: (episode: ControlEpisode) => number, unit: string) =>
    figure(`${control}-${name}`, total(of) / n, unit, { n });
  const decided = total(({ decisions }) => decisions.count);
  const rejected = total(({ decisions }) => decisions.rejected);
  const isJudged = control === 'shared' && (accuracy ?? 1) >= sharedAccuracy;
  return [
    rateFigure(
      `${control}-success-rate`,
      episodes.filter(({ success }) => success).length,
      n,
      isJudged ? ['>=', sharedTarget] : undefined,
    ),
    mean('duration', ({ durationS }) => durationS, 's'),
    mean('gestures', ({ gestures }) => gestures, '1'),
    mean('activation', ({ activationS }) => activationS, 's'),
    figure('decoder-accuracy-in-use', total(({ decisions }) => decisions.right) / (decided - rejected), '1', {
      n: decided - rejected,
    }),
    figure('decoder-rejection-in-use', rejected / decided, '1', { n: decided }),
    rateFigure(
      `${control}-person-contact-rate`,
      episodes.filter(({ people }) => people.some(({ forceN }) => forceN > 0)).length,
      n,
      ['<=', 0],
    ),
  ];
}

function summary(episodes: readonly ControlEpisode[], task: string) {
  const n = episodes.length;
  const mean = (of: (episode: ControlEpisode) => number) =>
    Math.round((10 * episodes.reduce((sum, each) => sum + of(each), 0)) / n) / 10;
  return {
    task,
    n,
    successes: episodes.filter(({ success }) => success).length,
    durationS: mean(({ durationS }) => durationS),
    gestures: mean(({ gestures }) => gestures),
    activationS: mean(({ activationS }) => activationS),
  };
}

/** The nearest, fastest and hardest approach to each part of a person over the episodes. */
function worstOfPeople(episodes: readonly ControlEpisode[]): ControlEpisode['people'] {
  const worst = new Map<string, ControlEpisode['people'][number]>();
  for (const now of episodes.flatMap(({ people }) => people)) {
    const before = worst.get(now.part) ?? now;
    worst.set(now.part, {
      part: now.part,
      leastDistanceM: Math.min(before.leastDistanceM, now.leastDistanceM),
      approachMps: Math.max(before.approachMps, now.approachMps),
      forceN: Math.max(before.forceN, now.forceN),
    });
  }
  return [...worst.values()];
}

function describe(episode: ControlEpisode): string {
  const { task, person, seed, success, conditions, stage, durationS, gestures, activationS } = episode;
  const at = stage === '' ? '' : `, at "${stage}"`;
  const verdict = success ? 'success' : `failed: ${conditions.join('; ')}${at}`;
  return `seed ${seed} person ${person} ${task}: ${verdict} · ${durationS.toFixed(0)} s, ${gestures} gestures, ${activationS.toFixed(1)} s of activation`;
}
