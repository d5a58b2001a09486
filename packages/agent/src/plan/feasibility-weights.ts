import type { FeasibilityWeights } from './feasibility.ts';

/** Fitted to 515 executions of 100 episodes by scripts/fit-feasibility.ts, which says how to do it again. */
export const feasibilityWeights: FeasibilityWeights = {
  skills: {
    look: 4.954,
    pick: 3.5213,
    'place-on': 3.7876,
    'place-in': 3.2998,
    navigate: 3.6683,
    open: 3.5964,
    close: 3.5961,
    stow: 3.5174,
  },
  otherSkill: 3.5066,
  features: [
    {
      name: 'far (log m)',
      mean: 0.8827,
      scale: 0.2329,
      weight: 0.0339,
    },
    {
      name: 'not sure of its place',
      mean: 0.0114,
      scale: 0.0309,
      weight: -0.3558,
    },
    {
      name: 'seen long ago (log s)',
      mean: 0.3948,
      scale: 0.9827,
      weight: -0.1866,
    },
    {
      name: 'crowd',
      mean: 0.0505,
      scale: 0.2189,
      weight: -0.0475,
    },
    {
      name: 'tries',
      mean: 0.0951,
      scale: 0.3799,
      weight: -0.7268,
    },
    {
      name: 'on a shelf',
      mean: 0.0252,
      scale: 0.1569,
      weight: 0.1417,
    },
    {
      name: 'on a counter',
      mean: 0.1243,
      scale: 0.3299,
      weight: -0.1188,
    },
  ],
};
