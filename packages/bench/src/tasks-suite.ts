import { ConfigurationError } from '@efferent/core';
import {
  type EpisodeRecord,
  listEpisodeTasks,
  type PerturbationName,
  runEpisode,
} from '@efferent/runtime/simulation';
import {
  type Comparison,
  type Figure,
  figure,
  makeReport,
  type Report,
  rateFigure,
  type SuiteOptions,
} from './figure.ts';

type PersonContact = EpisodeRecord['people'][number];

export interface TasksOptions extends SuiteOptions {
  readonly scene: string;
  /** One robot, or two that work together. */
  readonly robots: readonly string[];
  readonly perturb?: string;
  readonly planner?: string;
  readonly without?: string;
}

/** The agent with critic, verification and replanning off; what closing the loop is compared with. */
const openLoop = 'open-loop';
const perturbations: readonly string[] = ['move-object', 'block-target'] satisfies PerturbationName[];

/**
 * Runs every task card of a scene in lockstep, one after another, each episode with the next seed.
 *
 * With a perturbation and no planner named, every episode runs a second time with the planner `open-loop`.
 *
 * @throws {@link ConfigurationError} for an unknown scene, robot, perturbation or planner
 */
export async function benchTasks(options: TasksOptions): Promise<Report> {
  const perturbation = checkPerturbation(options.perturb);
  const [robot, ...otherRobots] = options.robots as [string, ...string[]];
  const tasks = listEpisodeTasks(options.scene, options.robots, perturbation);
  if (tasks.length === 0)
    throw new ConfigurationError({
      code: 'no-tasks',
      message: `scene "${options.scene}" has no task card for ${options.robots.join(' and ')}${perturbation === undefined ? '' : ` with ${perturbation}`}`,
    });
  const arms =
    options.planner !== undefined ? [options.planner] : perturbation === undefined ? [''] : ['', openLoop];
  const tally: Record<string, number> = {};
  const people = new Map<string, PersonContact>();
  for (let episode = options.shard.index; episode < options.episodes; episode += options.shard.count) {
    const task = tasks[episode % tasks.length] as string;
    for (const planner of arms) {
      const record = await runEpisode({
        scene: options.scene,
        robot,
        otherRobots,
        task,
        seed: options.seed + episode,
        ...(planner === '' ? {} : { planner }),
        ...(options.without === undefined ? {} : { without: options.without }),
        ...(perturbation === undefined ? {} : { perturbation }),
      });
      options.onEpisode({ arm: planner === '' ? 'default' : planner, episode, ...record });
      addToTally(tally, planner === openLoop && arms.length > 1 ? 'open-loop ' : '', record);
      addPeople(people, record);
      options.onProgress(describe(episode, options.episodes, record, planner));
    }
  }
  return makeReport('tasks', options.seed, taskFigures(tally), {
    scene: options.scene,
    robot: options.robots.join(','),
    tasks,
    planner: options.planner ?? 'default',
    without: options.without ?? '',
    perturbation: perturbation ?? 'none',
    episodes: options.episodes,
    shard: options.shard,
    ...(people.size === 0 ? {} : { people: [...people.values()] }),
    tally,
  });
}

/** Figures of the counts of one run, or of all shards of one. */
export function taskFigures(tally: Readonly<Record<string, number>>): Figure[] {
  const count = (name: string) => tally[name] ?? 0;
  const isPerturbed = count('perturbed') > 0;
  const wanted: readonly [Comparison, number] = isPerturbed ? ['>=', 0.8] : ['>=', 0.9];
  const figures = [rateFigure('success-rate', count('successes'), count('episodes'), wanted)];
  if (isPerturbed)
    figures.push(figure('episodes-perturbed', count('perturbed'), '1', { n: count('episodes') }));
  figures.push(
    rateFigure(
      'collision-rate',
      count('collision episodes'),
      count('episodes'),
      isPerturbed ? undefined : ['<=', 0.05],
    ),
    figure('simulated-over-wall', count('simulated s') / count('wall s'), '1', {
      n: count('episodes'),
      target: ['>=', 20],
    }),
    // On a machine with other work this says what one core of its own would give.
    figure('simulated-over-processor', count('simulated s') / count('processor s'), '1', {
      n: count('episodes'),
    }),
    figure('mean-task-duration', count('simulated s') / count('episodes'), 's', { n: count('episodes') }),
    figure('mean-replans', count('replans') / count('episodes'), '1', { n: count('episodes') }),
    rateFigure('agent-believed-success-rate', count('believed successes'), count('episodes')),
  );
  if (count('person episodes') > 0)
    figures.push(
      rateFigure('person-contact-rate', count('person contact episodes'), count('person episodes'), [
        '<=',
        0,
      ]),
    );
  if (count('open-loop episodes') > 0)
    figures.push(
      rateFigure('open-loop-success-rate', count('open-loop successes'), count('open-loop episodes')),
      rateFigure(
        'open-loop-collision-rate',
        count('open-loop collision episodes'),
        count('open-loop episodes'),
      ),
    );
  return figures;
}

function addToTally(tally: Record<string, number>, arm: string, record: EpisodeRecord): void {
  const add = (name: string, amount: number) => {
    tally[arm + name] = (tally[arm + name] ?? 0) + amount;
  };
  add('episodes', 1);
  add('successes', record.success ? 1 : 0);
  add('believed successes', record.agentSuccess ? 1 : 0);
  add('collision episodes', record.collisions > 0 ? 1 : 0);
  add('person episodes', record.people.length > 0 ? 1 : 0);
  add('person contact episodes', record.people.some(({ forceN }) => forceN > 0) ? 1 : 0);
  add('perturbed', record.perturbation === null ? 0 : 1);
  add('replans', record.replans);
  add('simulated s', record.simulatedS);
  add('wall s', record.wallS);
  add('processor s', record.processorS);
  add(`outcome ${record.success ? 'success' : record.outcome}`, 1);
  add(`task ${record.task} ${record.success ? 'success' : 'failure'}`, 1);
}

/** Keeps the nearest, fastest and hardest approach to each part of a person over the episodes. */
function addPeople(worst: Map<string, PersonContact>, { people }: EpisodeRecord): void {
  for (const now of people) {
    const before = worst.get(now.part) ?? now;
    worst.set(now.part, {
      part: now.part,
      leastDistanceM: Math.min(before.leastDistanceM, now.leastDistanceM),
      approachMps: Math.max(before.approachMps, now.approachMps),
      forceN: Math.max(before.forceN, now.forceN),
    });
  }
}

function describe(episode: number, episodes: number, record: EpisodeRecord, planner: string): string {
  const arm = planner === '' ? '' : ` ${planner}`;
  const verdict = record.success ? 'success' : `failed: ${record.outcome}: ${record.message}`;
  const speed = (record.simulatedS / record.wallS).toFixed(1);
  const duration = `${record.simulatedS.toFixed(0)} s, ${speed}x`;
  return `${episode + 1}/${episodes}${arm} seed ${record.seed} ${record.task}: ${verdict} · ${duration}${describeNearest(record)}`;
}

/** The part of a person that the robot came nearest to, for the progress line. */
function describeNearest({ people }: EpisodeRecord): string {
  const [nearest] = [...people].sort((a, b) => a.leastDistanceM - b.leastDistanceM);
  if (nearest === undefined) return '';
  const { part, leastDistanceM, approachMps, forceN } = nearest;
  return ` · ${leastDistanceM.toFixed(2)} m from ${part}, ${approachMps.toFixed(2)} m/s, ${forceN.toFixed(0)} N`;
}

function checkPerturbation(text: string | undefined): PerturbationName | undefined {
  if (text === undefined) return undefined;
  if (perturbations.includes(text)) return text as PerturbationName;
  throw new ConfigurationError({
    code: 'unknown-perturbation',
    message: `there is no perturbation "${text}"; there are: ${perturbations.join(', ')}`,
  });
}
