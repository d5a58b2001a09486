import { runEpisode } from '@efferent/runtime/simulation';
import { describe, expect, it } from 'vitest';
import { runEfferent } from '../support/command.ts';

const episode = { scene: 'kitchen', robot: 'stretch', task: 'put-in-bowl', seed: 1001 };
const onFurniture = { ...episode, task: 'put-on-furniture' };

describe('an episode in lockstep', () => {
  it('is the same bit for bit when it is run again, and another one with another seed', async () => {
    const episodes = [
      await runEpisode(onFurniture),
      await runEpisode(onFurniture),
      await runEpisode({ ...onFurniture, seed: 1002 }),
    ];
    for (const { success, message } of episodes) expect(success, message).toBe(true);
    const [first, second, other] = episodes.map(({ wallS: _wall, processorS: _processor, ...rest }) =>
      JSON.stringify(rest),
    );
    expect(second).toBe(first);
    expect(other).not.toBe(first);
  });

  it('moves the target once when asked to, and tells the judge where it went', async () => {
    const record = await runEpisode({ ...episode, perturbation: 'move-object' });
    expect(record.perturbation).toMatchObject({ name: 'move-object' });
  });

  it('refuses a perturbation that its card does not have', async () => {
    await expect(
      runEpisode({ ...episode, task: 'open-or-close', perturbation: 'move-object' }),
    ).rejects.toThrow('task "open-or-close" has no perturbation "move-object"');
  });
});

describe('a task script', () => {
  it.each(['check-drawers', 'fetch-when-seen'])('%s runs to its end in lockstep', async (name) => {
    const { exitCode, stderr, stdout } = await runEfferent([
      ...['script', `launch/tasks/${name}.ts`, '--lockstep', '--seed', '1003'],
    ]);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/drawer: |put the .* in the bowl/);
    expect(exitCode).toBe(0);
  });
});
