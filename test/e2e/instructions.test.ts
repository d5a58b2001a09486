import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Kitchen, startKitchen } from '../support/kitchen.ts';
import { requires } from '../support/requirement.ts';

describe('instructions over real DDS with real processes', () => {
  const isPossible = requires('dds');
  let kitchen: Kitchen;
  beforeAll(async () => {
    if (!isPossible) return;
    kitchen = await startKitchen({ seed: 11 });
  });
  afterAll(() => kitchen?.stop());

  it('puts the apple in the bowl, by the simulator’s truth', async () => {
    const result = await kitchen.system.client.runTask('put the apple in the bowl');
    const verdict = await kitchen.verdict({ kind: 'inside', objectId: 'apple', containerId: 'bowl' });
    expect(result.message, kitchen.log.slice(-30).join('\n')).toBeTruthy();
    expect({ said: result.outcome, true: verdict.success, why: verdict.conditions[0]?.reason }).toMatchObject(
      {
        said: 'success',
        true: true,
      },
    );
  });

  it('opens the left drawer, by the simulator’s truth', async () => {
    const result = await kitchen.system.client.runTask('open the left drawer');
    const verdict = await kitchen.verdict({ kind: 'part', articulationId: 'left-drawer', state: 'open' });
    expect({ said: result.outcome, true: verdict.success, why: verdict.conditions[0]?.reason }).toMatchObject(
      {
        said: 'success',
        true: true,
      },
    );
  });

  it('puts the banana on the counter, by the simulator’s truth', async () => {
    const result = await kitchen.system.client.runTask('put the banana on the counter');
    const verdict = await kitchen.verdict({ kind: 'on', objectId: 'banana', supportId: 'counter' });
    expect({ said: result.outcome, true: verdict.success, why: verdict.conditions[0]?.reason }).toMatchObject(
      {
        said: 'success',
        true: true,
      },
    );
  });

  it('names what it does not understand, and what it could do instead', async () => {
    const result = await kitchen.system.client.runTask('fly to the moon');
    expect(result.outcome).toBe('not-understood');
    expect(result.message).toMatch(/fly/);
    expect(result.message).toMatch(/put|open|find/);
  });
});
