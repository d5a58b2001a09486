import { parentPort } from 'node:worker_threads';
import { describeError } from '@efferent/core';
import { LibemgPeer } from './libemg-peer.ts';
import { type MemberAccuracy, type MemberJob, measureMember } from './member-accuracy.ts';

/** What a worker answers to the job of one person. */
export type AccuracyAnswer = { readonly accuracies: readonly MemberAccuracy[] } | { readonly error: string };

let libemg: LibemgPeer | undefined;

parentPort?.on('message', (job: MemberJob | undefined) => {
  if (job === undefined) {
    libemg?.stop();
    parentPort?.close();
    return;
  }
  measure(job).then(
    (accuracies) => parentPort?.postMessage({ accuracies } satisfies AccuracyAnswer),
    (error: unknown) =>
      parentPort?.postMessage({
        error: `person ${job.seed}: ${describeError(error)}`,
      } satisfies AccuracyAnswer),
  );
});

async function measure(job: MemberJob): Promise<readonly MemberAccuracy[]> {
  libemg ??= await LibemgPeer.start();
  return measureMember(job, libemg);
}
