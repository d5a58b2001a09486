import { type CellName, parseCell } from './cell.ts';
import type { EpisodeResult } from './episode-job.ts';

/** Counts that add up over shards. */
export type Counts = Record<string, number>;

/** What is summed over the episodes of one task in one cell. */
export const metrics = [
  'n',
  'success',
  'believed',
  'goals',
  'path-weighted',
  'skills',
  'replans',
  'calls',
  'tokens',
  'simulated-s',
  'wall-s',
  'livelocks',
] as const;
export type Metric = (typeof metrics)[number];

/** Adds one episode. Keys: `cell|group/task|metric` and `cell|disturbance:name|metric`. */
export function addEpisode(tally: Counts, result: EpisodeResult): void {
  const values: Record<Metric, number> = {
    n: 1,
    success: Number(result.success),
    believed: Number(result.believedSuccess),
    goals: result.goalConditionShare,
    'path-weighted': result.pathWeightedSuccess,
    skills: result.skills,
    replans: result.replans,
    calls: result.modelCalls,
    tokens: result.tokens,
    'simulated-s': result.simulatedS,
    'wall-s': result.wallS,
    livelocks: Number(result.isLivelock),
  };
  const add = (key: string, value: number) => {
    if (value !== 0) tally[key] = (tally[key] ?? 0) + value;
  };
  for (const metric of metrics)
    add(`${result.cell}|${result.group}/${result.card}|${metric}`, values[metric]);
  add(`${result.cell}|disturbance:${result.disturbance}|n`, 1);
  add(`${result.cell}|disturbance:${result.disturbance}|success`, values.success);
  add(`${result.cell}|disturbance:${result.disturbance}|happened`, Number(result.isDisturbed));
  add(`${result.cell}|outcome:${result.outcome}|n`, 1);
}

/** Sums of one cell: of all its tasks, of a group, of each task. */
export class CellTally {
  readonly name: CellName;
  readonly key: string;
  /** Sums by `group/task`. */
  readonly tasks = new Map<string, Map<string, number>>();
  readonly disturbances = new Map<string, Map<string, number>>();
  readonly outcomes = new Map<string, number>();

  constructor(key: string, name: CellName) {
    this.key = key;
    this.name = name;
  }

  /** Sum of a metric over the tasks, or over those of one group. */
  sum(metric: Metric, group?: string): number {
    let total = 0;
    for (const [task, sums] of this.tasks)
      if (group === undefined || task.startsWith(`${group}/`)) total += sums.get(metric) ?? 0;
    return total;
  }

  /** Mean of a metric over episodes; NaN without any. */
  mean(metric: Metric, group?: string): number {
    return this.sum(metric, group) / this.sum('n', group);
  }
}

/** Reads a tally by cell, in the order in which the cells were run. */
export function readTally(tally: Readonly<Record<string, number>>): ReadonlyMap<string, CellTally> {
  const cells = new Map<string, CellTally>();
  for (const [key, value] of Object.entries(tally)) {
    const [cellText = '', subject = '', metric = ''] = key.split('|');
    const name = parseCell(cellText);
    if (name === undefined) continue;
    const cell = cells.get(cellText) ?? new CellTally(cellText, name);
    cells.set(cellText, cell);
    if (subject.startsWith('outcome:')) cell.outcomes.set(subject.slice('outcome:'.length), value);
    else if (subject.startsWith('disturbance:'))
      put(cell.disturbances, subject.slice('disturbance:'.length), metric, value);
    else put(cell.tasks, subject, metric, value);
  }
  return cells;
}

function put(into: Map<string, Map<string, number>>, key: string, metric: string, value: number): void {
  const sums = into.get(key) ?? new Map<string, number>();
  sums.set(metric, value);
  into.set(key, sums);
}
