import { join } from 'node:path';
import { type LanguageModel, OpenAiCompatibleModel, plannerNames, Reasoner } from '@efferent/agent';
import { startModelServer } from '@efferent/agent/model-server';
import { buildEpisodeSetup, listTaskCards, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { runSymbolicEpisode } from './symbolic-episode.ts';

const scene = loadScene([join(import.meta.dirname, '../../../..')], 'kitchen');

test('every planner does over HTTP, with a model that sees only prompts, what it does with the reasoner itself', async () => {
  const server = await startModelServer({ model: new Reasoner(), host: '127.0.0.1', port: 0, apiKey: '' });
  const served = new OpenAiCompatibleModel({
    ...{ baseUrl: server.url, model: 'reasoner', apiKey: '' },
    ...{ timeoutMs: 20_000, maxRetries: 0, modelledLatencyMs: new Reasoner().modelledLatencyMs },
  });
  const cards = listTaskCards(scene, 'core');
  const run = async (planner: (typeof plannerNames)[number], card: string, model: LanguageModel) => {
    const episode = buildEpisodeSetup(scene, loadTaskCard(scene, card), 1000 + cards.indexOf(card));
    const record = await runSymbolicEpisode({
      ...{ scene, episode, model, settings: { planner }, rates: {}, factor: 1 },
    });
    // Only a served model has tokens to count.
    return { ...record, report: { ...record.report, tokens: 0 } };
  };
  try {
    for (const planner of plannerNames.filter((name) => name !== 'classical')) {
      const record = await run(planner, 'fruit-in-bowl', served);
      expect(record.verdict.success, `${planner}: ${record.report.message}`).toBe(true);
      expect(record, planner).toEqual(await run(planner, 'fruit-in-bowl', new Reasoner()));
    }
  } finally {
    await server.close();
  }
});
