import type { FeasibilityWeights } from './feasibility.ts';

/** Fitted to 1023 executions of 200 episodes by scripts/fit-feasibility.ts, which says how to do it again. */
export const feasibilityWeights: FeasibilityWeights = {
  skills: {
    look: 5.1824,
    pick: 4.2538,
    'place-on': 4.3876,
    'place-in': 4.0887,
    navigate: 4.2522,
    open: 4.1564,
    close: 4.1412,
    stow: 4.0376,
  },
  otherSkill: 4.0224,
  features: [
    {
      name: 'far (log m)',
      mean: 0.8713,
      scale: 0.2409,
      weight: 0.0347,
    },
    {
      name: 'not sure of its place',
      mean: 0.0104,
      scale: 0.0271,
      weight: -0.3322,
    },
    {
      name: 'seen long ago (log s)',
      mean: 0.3749,
      scale: 0.9634,
      weight: -0.2728,
    },
    {
      name: 'crowd',
      mean: 0.0577,
      scale: 0.2331,
      weight: 0.0036,
    },
    {
      name: 'failures before',
      mean: 0.0244,
      scale: 0.2036,
      weight: -0.5118,
    },
    {
      name: 'on a shelf',
      mean: 0.0235,
      scale: 0.1514,
      weight: 0.1987,
    },
    {
      name: 'on a counter',
      mean: 0.1153,
      scale: 0.3194,
      weight: 0.0241,
    },
  ],
};
