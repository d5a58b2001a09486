import { expect, test } from 'vitest';
import { runScript } from './script-command.ts';

test('two robots without lockstep are refused: a running system has its own', async () => {
  const options = { scene: 'kitchen', robot: 'stretch', seed: 1, middleware: 'inproc', model: 'reasoner' };
  await expect(runScript('any.ts', { ...options, robots: ['stretch', 'panda'] })).rejects.toMatchObject({
    code: 'robots-need-lockstep',
  });
});
