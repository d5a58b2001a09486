import { readFileSync } from 'node:fs';
import { repositoryFolder } from '@efferent/runtime';
import { JudgeClient, type LockstepGraph, startLockstepGraph } from '@efferent/runtime/simulation';
import { type GoalCondition, judgeTask, loadScene } from '@efferent/sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** What must be true after each instruction that README.md offers. */
const goals: Readonly<Record<string, readonly GoalCondition[]>> = {
  'put the apple in the bowl': [inBowl('apple')],
  'put the banana in the bowl': [inBowl('apple'), inBowl('banana')],
  'open the left drawer': [{ kind: 'part', articulationId: 'left-drawer', state: 'open' }],
  'find the lemon': [{ kind: 'part', articulationId: 'fridge-door', state: 'open' }],
  'bring the red mug to the counter': [{ kind: 'on', objectId: 'red-mug', supportId: 'counter' }],
  'put all the fruit in the bowl': ['apple', 'banana', 'orange', 'lemon'].map(inBowl),
};

describe('the default kitchen, from its first instruction through the five of README.md', () => {
  const readme = readFileSync(`${repositoryFolder}/README.md`, 'utf8');
  const [, block = ''] = /## Five instructions to try\s+```\n([^`]*)```/.exec(readme) ?? [];
  const instructions = ['put the apple in the bowl', ...block.trim().split('\n')];

  let graph: LockstepGraph;
  beforeAll(async () => {
    graph = await startLockstepGraph({ scene: 'kitchen', robot: 'stretch', seed: 1 });
  });
  afterAll(() => graph?.stop());

  it('offers five', () => {
    expect(instructions).toHaveLength(6);
    expect(Object.keys(goals)).toEqual(instructions);
  });

  it('carries out one after the other, by the simulator’s truth', async () => {
    const scene = loadScene([repositoryFolder], 'kitchen');
    const judge = new JudgeClient(await graph.createNode('efferent_judge'), scene);
    await graph.runUntilSettled(judge.waitUntilReady(5000), 6);
    for (const instruction of instructions) {
      const { outcome, message } = await graph.runUntilSettled(graph.client.runTask(instruction), 700);
      await graph.advance(2);
      const states = await graph.runUntilSettled(judge.entityStates(), 10);
      const { success, conditions } = judgeTask(scene, { goal: goals[instruction]! }, states);
      const reasons = conditions.map(({ reason }) => reason);
      expect({ outcome, success }, `${instruction}: ${message}; ${reasons.join('; ')}`).toEqual({
        outcome: 'success',
        success: true,
      });
    }
  });
});

function inBowl(objectId: string): GoalCondition {
  return { kind: 'inside', objectId, containerId: 'bowl' };
}
