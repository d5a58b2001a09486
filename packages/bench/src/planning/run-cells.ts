import { findWorkspaceFolders } from '@efferent/runtime';
import { listScenes, listTaskCards, loadScene, loadTaskCard, type TaskCard } from '@efferent/sim';
import type { SuiteOptions } from '../figure.ts';
import { type Cell, formatCell } from './cell.ts';
import type { EpisodeJob, EpisodeResult } from './episode-job.ts';
import { runJobs } from './run-jobs.ts';
import { addEpisode, type Counts } from './tally.ts';

/** A task card with the scene that it belongs to. */
export interface SceneCard {
  readonly scene: string;
  /** Place among the cards of its suite. */
  readonly position: number;
  readonly card: TaskCard;
}

/** Every card of a suite, of all scenes, in a fixed order. */
export function suiteCards(suite: TaskCard['suite']): readonly SceneCard[] {
  const folders = findWorkspaceFolders();
  const cards = listScenes(folders).flatMap((id) => {
    const scene = loadScene(folders, id);
    return listTaskCards(scene, suite).map((card) => ({ scene: id, card: loadTaskCard(scene, card) }));
  });
  return cards.map((card, position) => ({ ...card, position }));
}

/** A job of one task; what the cell does not say comes from the suite. */
export type JobOf = (task: SceneCard, repeat: number, cell: Cell) => EpisodeJob;

/**
 * Runs every cell over the same tasks with the same seeds.
 *
 * Episode k of a cell takes task k modulo their number; this process takes the jobs of its shard.
 */
export async function runCells(
  cells: readonly Cell[],
  tasks: readonly SceneCard[],
  episodes: number,
  options: SuiteOptions,
  jobOf: JobOf,
  onResult: (result: EpisodeResult) => void = () => undefined,
): Promise<Counts> {
  const all = cells.flatMap((cell) =>
    Array.from({ length: episodes }, (_, k) =>
      jobOf(tasks[k % tasks.length]!, Math.floor(k / tasks.length), cell),
    ),
  );
  const jobs = all.filter((_, index) => index % options.shard.count === options.shard.index);
  const tally: Counts = {};
  const done = new Map<string, number>();
  const wanted = new Map<string, number>();
  for (const job of jobs) wanted.set(formatCell(job.cell), (wanted.get(formatCell(job.cell)) ?? 0) + 1);
  await runJobs(jobs, (result, index) => {
    addEpisode(tally, result);
    onResult(result);
    options.onEpisode({ ...result });
    done.set(result.cell, (done.get(result.cell) ?? 0) + 1);
    if (done.get(result.cell) === wanted.get(result.cell))
      options.onProgress(`${index + 1}/${jobs.length} episodes · done: ${result.cell}`);
  });
  return tally;
}
