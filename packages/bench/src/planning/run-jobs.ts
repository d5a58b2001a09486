import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { PlannerError } from '@efferent/core';
import type { EpisodeJob, EpisodeResult } from './episode-job.ts';
import type { WorkerAnswer } from './episode-worker.ts';

const mostWorkers = 8;

/**
 * Runs episodes on all cores, and hands over their results in the order of the jobs.
 *
 * @throws the first error of a worker; the others are stopped
 */
export async function runJobs(
  jobs: readonly EpisodeJob[],
  onResult: (result: EpisodeResult, index: number) => void,
): Promise<void> {
  const count = Math.min(mostWorkers, availableParallelism(), jobs.length);
  const results: (EpisodeResult | undefined)[] = [];
  let next = 0;
  let handed = 0;
  const hand = (result: EpisodeResult, index: number) => {
    results[index] = result;
    for (let ready = results[handed]; ready !== undefined; ready = results[handed]) {
      onResult(ready, handed);
      results[handed] = undefined;
      handed += 1;
    }
  };
  const workers = Array.from(
    { length: count },
    () => new Worker(new URL('./episode-worker.ts', import.meta.url)),
  );
  try {
    await Promise.all(
      workers.map((worker) => work(worker, () => (next < jobs.length ? next++ : undefined), jobs, hand)),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** Feeds one worker until there is nothing left to do. */
function work(
  worker: Worker,
  take: () => number | undefined,
  jobs: readonly EpisodeJob[],
  hand: (result: EpisodeResult, index: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let index: number | undefined;
    const feed = () => {
      index = take();
      if (index === undefined) resolve();
      else worker.postMessage(jobs[index]);
    };
    worker.on('error', reject);
    worker.on('message', (answer: WorkerAnswer) => {
      if ('error' in answer) {
        reject(new PlannerError({ code: 'episode-failed', message: answer.error }));
        return;
      }
      hand(answer.result, index!);
      feed();
    });
    feed();
  });
}
