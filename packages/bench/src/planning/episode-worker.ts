import { parentPort } from 'node:worker_threads';
import { describeError } from '@efferent/core';
import { type EpisodeJob, type EpisodeResult, runJob } from './episode-job.ts';

/** What a worker answers to one job. */
export type WorkerAnswer = { readonly result: EpisodeResult } | { readonly error: string };

parentPort?.on('message', (job: EpisodeJob) => {
  runJob(job).then(
    (result) => parentPort?.postMessage({ result } satisfies WorkerAnswer),
    (error: unknown) =>
      parentPort?.postMessage({
        error: `${job.card} seed ${job.seed}: ${describeError(error)}`,
      } satisfies WorkerAnswer),
  );
});
