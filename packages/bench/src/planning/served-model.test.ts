import { join } from 'node:path';
import {
  createModel,
  defaultModelChoice,
  type LanguageModel,
  type PlannerName,
  Reasoner,
} from '@efferent/agent';
import { startModelServer } from '@efferent/agent/model-server';
import { buildEpisodeSetup, listTaskCards, loadScene, loadTaskCard } from '@efferent/sim';
import { expect, test } from 'vitest';
import { loadTeam } from './household-team.ts';
import { runSymbolicEpisode } from './symbolic-episode.ts';

const workspace = [join(import.meta.dirname, '../../../..')];
const scene = loadScene(workspace, 'kitchen');
const team = await loadTeam(workspace, ['stretch'], scene.map);

test('a planner does over HTTP, with a model that sees only prompts, what it does with the reasoner itself', async () => {
  const server = await startModelServer({ model: new Reasoner(), host: '127.0.0.1', port: 0, apiKey: '' });
  const choice = { ...defaultModelChoice, model: 'openai-compatible', url: server.url, name: 'reasoner' };
  const adapter = await createModel(choice, { environment: {}, workspaceFolders: [] });
  const { id, modelledLatencyMs, answersVary } = new Reasoner();
  const served: LanguageModel = {
    ...{ id, modelledLatencyMs, answersVary },
    generate: (request) => adapter.generate(request),
  };
  const cards = listTaskCards(scene, 'core');
  const run = async (planner: PlannerName, card: string, model: LanguageModel) => {
    const episode = buildEpisodeSetup(scene, loadTaskCard(scene, card), 1000 + cards.indexOf(card));
    const record = await runSymbolicEpisode({
      ...{ scene, episode, model, team, settings: { planner }, rates: {}, factor: 1 },
    });
    // Only a served model has tokens to count.
    return { ...record, report: { ...record.report, tokens: 0 } };
  };
  try {
    for (const planner of ['hybrid', 'deps', 'clea'] as const) {
      const record = await run(planner, 'fruit-in-bowl', served);
      expect(record.verdict.success, `${planner}: ${record.report.message}`).toBe(true);
      expect(record, planner).toEqual(await run(planner, 'fruit-in-bowl', new Reasoner()));
    }
  } finally {
    await server.close();
  }
});
