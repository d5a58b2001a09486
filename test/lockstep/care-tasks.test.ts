import { runEpisode } from '@efferent/runtime/simulation';
import { expect, it } from 'vitest';

const room = { scene: 'care-room', robot: 'stretch', seed: 1001 };

it('an instruction has the light switch pressed, and the arm itself confirms it', async () => {
  const { success, message, skillRuns } = await runEpisode({ ...room, task: 'emg-press-switch' });
  expect(message).toBe('I pressed the light switch');
  expect(success).toBe(true);
  expect(skillRuns.map(({ skill, verdict }) => `${skill} ${verdict}`)).toEqual(['press confirmed']);
}, 60_000);
