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

  it('opens the left drawer, by the simulator’s truth', secondTry, async () => {
    const { outcome, message } = await kitchen.system.client.runTask('open the left drawer');
    const goal = { kind: 'part', articulationId: 'left-drawer', state: 'open' } as const;
    const { success, conditions } = await kitchen.verdict(goal);
    const seen = { said: outcome, isTrue: success };
    const log = kitchen.log.slice(-30).join('\n');
    expect(seen, `${message}\n${conditions[0]?.reason}\n${log}`).toEqual({ said: 'success', isTrue: true });
  });

  it('names what it does not understand, and what it could do instead', async () => {
    const result = await kitchen.system.client.runTask('fly to the moon');
    expect(result.outcome).toBe('not-understood');
    expect(result.message).toMatch(/fly/);
    expect(result.message).toMatch(/put|open|find/);
  });
});
