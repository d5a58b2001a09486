import { parentPort } from 'node:worker_threads';
import { describeError } from '@efferent/core';
import { LibemgPeer } from './libemg-peer.ts';
import { type MemberAccuracy, measureMember } from './member-accuracy.ts';

/** What a worker answers to the seed of one person. */
export type AccuracyAnswer = { readonly accuracy: MemberAccuracy } | { readonly error: string };

let libemg: LibemgPeer | undefined;

parentPort?.on('message', (seed: number | undefined) => {
  if (seed === undefined) {
    libemg?.stop();
    parentPort?.close();
    return;
  }
  measure(seed).then(
    (accuracy) => parentPort?.postMessage({ accuracy } satisfies AccuracyAnswer),
    (error: unknown) =>
      parentPort?.postMessage({ error: `person ${seed}: ${describeError(error)}` } satisfies AccuracyAnswer),
  );
});

async function measure(seed: number): Promise<MemberAccuracy> {
  libemg ??= await LibemgPeer.start();
  return measureMember(seed, libemg);
}
