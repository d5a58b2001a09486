import { describe, expect, it } from 'vitest';
import { makeReport, type Report } from './figure.ts';
import { mergeReports, runSuite, suiteNames } from './suites.ts';

function shardReport(index: number, tally: Record<string, number>, seed = 1): Report {
  return makeReport('tasks', seed, [], { scene: 'kitchen', shard: { index, count: 2 }, tally });
}

describe('mergeReports', () => {
  it('computes the figures again from the summed counts', async () => {
    const merged = await mergeReports([
      shardReport(0, { episodes: 10, successes: 10, 'simulated s': 500, 'wall s': 10 }),
      shardReport(1, {
        episodes: 10,
        successes: 8,
        'simulated s': 700,
        'wall s': 30,
        'collision episodes': 1,
      }),
    ]);
    const figure = (name: string) => merged.figures.find((each) => each.name === name);
    expect(figure('success-rate')).toMatchObject({ value: 0.9, n: 20, met: true });
    expect(figure('collision-rate')).toMatchObject({ value: 0.05, met: true });
    expect(figure('simulated-over-wall')).toMatchObject({ value: 30, met: true });
    expect(merged.details).toMatchObject({ scene: 'kitchen', tally: { episodes: 20 } });
  });

  it('refuses reports that do not belong together', async () => {
    await expect(mergeReports([])).rejects.toThrow('nothing to merge');
    await expect(mergeReports([shardReport(0, {}), shardReport(1, {}, 2)])).rejects.toThrow('differ in seed');
    await expect(mergeReports([shardReport(0, {}), shardReport(0, {})])).rejects.toThrow('is there twice');
    await expect(mergeReports([makeReport('ros', 1, [], {})])).rejects.toThrow('"ros" cannot be merged');
  });
});

const options = {
  seed: 1,
  episodes: 1,
  shard: { index: 0, count: 1 },
  onProgress: () => undefined,
  onEpisode: () => undefined,
};

it('an unknown suite is refused with the names of the known ones', async () => {
  await expect(runSuite('speed', options)).rejects.toThrow(`there are: ${suiteNames.join(', ')}`);
});

it('a skill that is not measured is refused with the names of those that are', async () => {
  await expect(runSuite('skills', { ...options, tasks: 'press,fly' })).rejects.toThrow(
    'no skill is measured as "fly"; there are: press, wipe-spill',
  );
});
