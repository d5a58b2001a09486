import type { FeasibilityWeights } from './feasibility.ts';

/** Fitted to 897 executions of 146 episodes by scripts/fit-feasibility.ts, which says how to do it again. */
export const feasibilityWeights: FeasibilityWeights = {
  skills: {
    look: 4.6119,
    pick: 1.4359,
    'place-on': 3.5357,
    'place-in': 2.7514,
    navigate: 3.3477,
    open: 2.8273,
    close: 2.8641,
  },
  otherSkill: 2.6003,
  features: [
    {
      name: 'far (log m)',
      mean: 0.8738,
      scale: 0.2446,
      weight: -0.074,
    },
    {
      name: 'not sure of its place',
      mean: 0.0104,
      scale: 0.0244,
      weight: -0.1549,
    },
    {
      name: 'seen long ago (log s)',
      mean: 0.3556,
      scale: 0.9351,
      weight: 0.1526,
    },
    {
      name: 'crowd',
      mean: 0.0546,
      scale: 0.2321,
      weight: -0.1143,
    },
    {
      name: 'tries',
      mean: 0.1918,
      scale: 0.4366,
      weight: 0.0861,
    },
    {
      name: 'on a shelf',
      mean: 0.0323,
      scale: 0.1769,
      weight: -0.1427,
    },
    {
      name: 'on a counter',
      mean: 0.1271,
      scale: 0.3331,
      weight: -0.1816,
    },
  ],
};
