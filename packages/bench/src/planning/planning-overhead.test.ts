import { expect, test } from 'vitest';
import { measurePlanningOverhead } from './planning-overhead.ts';

test('tasks among 200 things with 50 skills are carried out, and every part of their cost is told', async () => {
  const figures = await measurePlanningOverhead(3);
  expect(figures.map(({ name }) => name)).toEqual([
    'step-overhead-p50',
    'step-overhead-p99',
    'symbolic-answer-p50',
    'symbolic-answer-p99',
    'picture-p50',
    'picture-p99',
    'belief-message-p50',
    'belief-message-p99',
  ]);
  for (const { name, value, n } of figures) {
    expect(value, name).toBeGreaterThan(0);
    expect(n, name).toBeGreaterThan(0);
  }
});
