import type { FeasibilityWeights } from './feasibility.ts';

/** Fitted to 667 executions of 107 episodes by scripts/fit-feasibility.ts, which says how to do it again. */
export const feasibilityWeights: FeasibilityWeights = {
  skills: {
    look: 4.3582,
    pick: 1.4852,
    'place-on': 3.2908,
    'place-in': 2.542,
    navigate: 3.1343,
    open: 2.6784,
    close: 2.7235,
  },
  otherSkill: 2.5128,
  features: [
    {
      name: 'far (log m)',
      mean: 0.8745,
      scale: 0.2448,
      weight: -0.0278,
    },
    {
      name: 'not sure of its place',
      mean: 0.0103,
      scale: 0.023,
      weight: -0.136,
    },
    {
      name: 'seen long ago (log s)',
      mean: 0.3609,
      scale: 0.9395,
      weight: 0.1126,
    },
    {
      name: 'crowd',
      mean: 0.057,
      scale: 0.2382,
      weight: -0.12,
    },
    {
      name: 'tries',
      mean: 0.1994,
      scale: 0.4457,
      weight: 0.0336,
    },
    {
      name: 'on a shelf',
      mean: 0.0345,
      scale: 0.1825,
      weight: -0.151,
    },
    {
      name: 'on a counter',
      mean: 0.1304,
      scale: 0.3368,
      weight: -0.2465,
    },
  ],
};
