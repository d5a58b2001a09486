import { type EpisodeOptions, listDecisions, tryDecision } from '@efferent/runtime/simulation';
import { expect, it } from 'vitest';

const options: EpisodeOptions = {
  scene: 'kitchen',
  robot: 'stretch',
  task: 'deps-open-part',
  seed: 1003,
  planner: 'hybrid',
};

it('a decision of the critic is tried in a copy of the world at that moment, in full simulation', async () => {
  const decisions = await listDecisions(options);
  const opening = decisions.findIndex(({ skill }) => skill === 'open');
  expect(decisions[opening]).toMatchObject({ verdict: 'accept', robot: '/stretch' });
  expect(decisions[opening]?.feasibility).toBeGreaterThan(0);
  expect(await tryDecision(options, opening, 0.4)).toEqual({ outcome: 'succeeded', because: '' });
  await expect(tryDecision(options, 40, 0)).rejects.toThrow('deps-open-part seed 1003 ended after');
});
