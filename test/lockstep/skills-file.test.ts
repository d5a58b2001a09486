import { runEpisode } from '@efferent/runtime/simulation';
import { expect, test } from 'vitest';

test('a task succeeds when the file for a Nav2 names who drives, here efferent itself under that name', {
  timeout: 120_000,
}, async () => {
  const log: string[] = [];
  const record = await runEpisode({
    scene: 'kitchen',
    robot: 'stretch',
    task: 'put-in-bowl',
    seed: 1001,
    skillsFile: 'robots/stretch/skills-nav2.yaml',
    onLog: (line) => log.push(line),
  });
  expect(record).toMatchObject({ success: true, outcome: 'success' });
  expect(log.join('\n')).toMatch(/skill-ended.*pick/);
});
