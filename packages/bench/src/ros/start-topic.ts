export const startTopic = '/bench/started';

/** Whoever finds the publisher later hears it too. */
export const startQos = {
  history: 'keep-last',
  depth: 1,
  reliability: 'reliable',
  durability: 'transient-local',
} as const;
