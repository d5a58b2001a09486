import { describe, expect, it } from 'vitest';
import { type GoalEvent, GoalRelay, type GoalSender } from './goal-relay.ts';
import { jsonOf } from './json.ts';
import { Latch } from './latch.ts';
import { requestQosFor } from './subscription-qos.ts';

describe('GoalRelay', () => {
  function relay(sender: Partial<GoalSender> = {}) {
    const events: GoalEvent[] = [];
    const end = Promise.withResolvers<{ status: number; result: object }>();
    const cancelled: string[] = [];
    const goals = new GoalRelay(
      {
        actions: ['/go'],
        send: async (_action, _goal, onFeedback) => {
          onFeedback({ text: 'before the answer' });
          return {
            accepted: true,
            goalId: 'g1',
            result: () => end.promise,
            cancel: async () => cancelled.push('g1') > 0,
          };
        },
        ...sender,
      },
      (event) => events.push(event),
    );
    return { goals, events, end, cancelled };
  }

  it('tells feedback that came before the answer after it', async () => {
    const { goals, events } = relay();
    await goals.send({ action: '/go', goal: {} });
    expect(events.map(({ event }) => event)).toEqual(['accepted', 'feedback']);
  });

  it('cancels a goal that runs, and none that has ended', async () => {
    const { goals, events, end, cancelled } = relay();
    await goals.send({ action: '/go', goal: {}, tag: 'mine' });
    expect(await goals.cancel({ goalId: 'g1' })).toEqual({ accepted: true, goalId: 'g1' });
    end.resolve({ status: 5, result: { count: 3n } });
    await expect
      .poll(() => events.at(-1))
      .toEqual({
        action: '/go',
        goalId: 'g1',
        tag: 'mine',
        event: 'ended',
        status: 5,
        result: { count: '3' },
      });
    await expect(goals.cancel({ goalId: 'g1' })).rejects.toThrow(/g1 is not running/);
    expect(cancelled).toEqual(['g1']);
  });

  it('names the field of a request that is wrong', async () => {
    await expect(relay().goals.send({ action: '/go', goal: 'fast' })).rejects.toThrow(/^goal: /);
    await expect(relay().goals.cancel({})).rejects.toThrow(/^goalId: /);
  });

  it('tells when a result never comes', async () => {
    const { goals, events, end } = relay();
    await goals.send({ action: '/go', goal: {} });
    end.reject(new Error('the server is gone'));
    await expect.poll(() => events.at(-1)?.problem).toBe('the server is gone');
  });

  it('says that a goal was not accepted', async () => {
    const { goals, events } = relay({
      send: async () => ({
        accepted: false,
        goalId: 'g2',
        result: () => Promise.reject(),
        cancel: async () => false,
      }),
    });
    expect(await goals.send({ action: '/go', goal: {} })).toEqual({ accepted: false, goalId: 'g2' });
    expect(events).toEqual([]);
  });
});

describe('jsonOf', () => {
  it('writes what JSON cannot say as text, lists and null', () => {
    expect(
      jsonOf({ big: 2n ** 60n, list: Float32Array.of(0.5, Number.NaN), nested: [{ infinite: 1 / 0 }] }),
    ).toEqual({
      big: '1152921504606846976',
      list: [0.5, null],
      nested: [{ infinite: null }],
    });
  });
});

describe('Latch', () => {
  const message = (value: number) => ({ logTimeNs: BigInt(value), payload: Uint8Array.of(value) });

  it('keeps the newest messages, equal ones once', () => {
    const latch = new Latch(2);
    for (const value of [1, 2, 2, 3]) latch.add(message(value));
    expect(latch.messages.map(({ payload }) => payload[0])).toEqual([2, 3]);
  });
});

describe('requestQosFor', () => {
  const offer = (reliability: 'reliable' | 'best-effort', durability: 'volatile' | 'transient-local') => ({
    reliability,
    durability,
  });

  it('asks for no more than every publisher offers', () => {
    const latched = offer('reliable', 'transient-local');
    expect(requestQosFor([latched])).toMatchObject(latched);
    expect(requestQosFor([latched, offer('reliable', 'volatile')])).toMatchObject(
      offer('reliable', 'volatile'),
    );
    expect(requestQosFor([latched, offer('best-effort', 'volatile')])).toMatchObject(
      offer('best-effort', 'volatile'),
    );
  });
});
