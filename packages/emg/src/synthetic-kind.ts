import type { EmgSourceKind } from './emg-source-kind.ts';
import { SyntheticSource } from './forearm/synthetic-source.ts';

/** The synthetic forearm, in this process and on its clock. */
export const syntheticKind: EmgSourceKind = {
  settings: [
    {
      name: 'seed',
      default: 1,
      description: 'which virtual person wears the sleeve',
      integer: true,
      range: [0, 2 ** 31 - 1],
    },
    {
      name: 'recording_seed',
      default: 1,
      description: 'which recording of that person: repetitions and noise',
      integer: true,
      range: [0, 2 ** 31 - 1],
    },
    {
      name: 'sample_rate_hz',
      default: 2000,
      description: 'samples a second of each electrode, Hz',
      integer: true,
      range: [1000, 4000],
    },
  ],
  async open(settings, context) {
    const { seed, recording_seed: recordingSeed, sample_rate_hz: sampleRateHz } = settings;
    const source = new SyntheticSource(
      { personSeed: Number(seed), sampleRateHz: Number(sampleRateHz) },
      Number(recordingSeed),
      context,
    );
    return {
      description: source.description,
      async start(onFrame) {
        await source.start(onFrame);
        context.onLink({ state: 'connected', reason: `virtual person ${seed}` });
      },
      stop: () => source.stop(),
      perform: (gesture, effort) => source.perform(gesture, effort),
    };
  },
};
