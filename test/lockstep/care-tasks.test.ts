import { runEpisode } from '@efferent/runtime/simulation';
import { expect, it } from 'vitest';

const room = { scene: 'care-room', robot: 'stretch', seed: 1001 };

it.each([
  ['emg-press-switch', 'I pressed the light switch', 'press confirmed'],
  ['emg-wipe', 'the spill is wiped up', 'wipe confirmed'],
  ['emg-cup-to-mouth', 'I hold the mug before the face of the person', 'offer confirmed'],
])(
  '%s is done by an instruction, and confirmed by what the robot sees and feels',
  async (task, said, last) => {
    const { success, message, skillRuns, people } = await runEpisode({ ...room, task });
    expect(message).toBe(said);
    expect(success).toBe(true);
    expect(skillRuns.map(({ skill, verdict }) => `${skill} ${verdict}`).at(-1)).toBe(last);
    expect(people).not.toHaveLength(0);
    for (const { part, forceN } of people) expect(forceN, part).toBe(0);
  },
  120_000,
);
