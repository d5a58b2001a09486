import { expect, it } from 'vitest';
import { runEfferent } from '../support/command.ts';

it('efferent model check says as one JSON line what the model can do, and by its exit code whether that is enough', async () => {
  const { exitCode, stdout, stderr } = await runEfferent(['model', 'check', '--json', '--sees']);
  expect(JSON.parse(stdout)).toMatchObject({ model: 'reasoner', passed: 20, isUsable: true });
  expect(stderr).toContain('20 of 20');
  expect(exitCode).toBe(0);
});

it.each([
  [['--model', 'openai-compatible'], /needs EFFERENT_MODEL_URL, which is not set/],
  [['--model', 'openai', '--model-replay', '/none'], /\/none\/calls\.jsonl: cannot be read/],
  [['--model', 'oracle'], /there is no language model "oracle"; there are: reasoner/],
  [['--model', 'reasoner', '--model-record', 'x'], /model_record is for models that are asked over HTTP/],
])('efferent model check %j ends with exit code 2', async (words, message) => {
  const { exitCode, stderr } = await runEfferent(['model', 'check', ...words], { EFFERENT_MODEL_URL: '' });
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(2);
});
