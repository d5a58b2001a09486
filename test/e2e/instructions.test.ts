import type { GoalCondition } from '@efferent/sim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kitchen, secondTry, startKitchen } from '../support/kitchen.ts';
import { requires } from '../support/requirement.ts';

describe('instructions over real DDS with real processes', () => {
  const isPossible = requires('dds');
  let kitchen: Kitchen;
  beforeAll(async () => {
    if (!isPossible) return;
    kitchen = await startKitchen({ seed: 11 });
  });
  afterAll(() => kitchen?.stop());

  /** Carries out an instruction and compares the agent's word with the judge's. */
  async function expectDone(instruction: string, goal: GoalCondition): Promise<void> {
    const { outcome, message } = await kitchen.system.client.runTask(instruction);
    const { success, conditions } = await kitchen.verdict(goal);
    const seen = { said: outcome, isTrue: success };
    const log = kitchen.log.slice(-30).join('\n');
    expect(seen, `${message}\n${conditions[0]?.reason}\n${log}`).toEqual({ said: 'success', isTrue: true });
  }

  it('puts the apple in the bowl, by the simulator’s truth', secondTry, async () => {
    await expectDone('put the apple in the bowl', { kind: 'inside', objectId: 'apple', containerId: 'bowl' });
  });

  it('opens the left drawer, by the simulator’s truth', secondTry, async () => {
    await expectDone('open the left drawer', { kind: 'part', articulationId: 'left-drawer', state: 'open' });
  });

  it('puts the banana on the counter, by the simulator’s truth', secondTry, async () => {
    await expectDone('put the banana on the counter', {
      kind: 'on',
      objectId: 'banana',
      supportId: 'counter',
    });
  });

  it('names what it does not understand, and what it could do instead', async () => {
    const result = await kitchen.system.client.runTask('fly to the moon');
    expect(result.outcome).toBe('not-understood');
    expect(result.message).toMatch(/fly/);
    expect(result.message).toMatch(/put|open|find/);
  });
});
