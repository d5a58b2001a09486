import { expect, test } from 'vitest';
import { sidestep, sidestepTo } from './sidestep.ts';
import type { SkillBody } from './skill-body.ts';

/** A base on a line that is let do a share of what it is told. */
class Base {
  xM = 0;
  speedMps = 0;
  timeS = 0;
  readonly #share: number;
  readonly #cancelAtS: number;

  constructor(share: number, cancelAtS = Number.POSITIVE_INFINITY) {
    this.#share = share;
    this.#cancelAtS = cancelAtS;
  }

  nowS = () => this.timeS;
  sendBaseVelocity = (speedMps: number) => {
    this.speedMps = speedMps;
  };
  sleep = async (durationS: number) => {
    this.timeS += durationS;
    if (this.timeS >= this.#cancelAtS) throw new Error('cancelled');
    this.xM += this.speedMps * this.#share * durationS;
  };
  get body(): SkillBody {
    return this as unknown as SkillBody;
  }
}

test('a base that is slowed or held says how far it still is, and stands', async () => {
  const free = new Base(1);
  expect(await sidestep(free.body, () => 0.1 - free.xM)).toBeLessThan(0.004);
  const held = new Base(0);
  expect(await sidestep(held.body, () => -0.1 - held.xM)).toBeCloseTo(0.1);
  for (const base of [free, held]) expect(base.speedMps).toBe(0);
});

test('it is blocked when the hand would miss its goal', async () => {
  const held = new Base(0.05);
  await expect(sidestepTo(held.body, () => 0.1 - held.xM, 'the switch')).rejects.toMatchObject({
    code: 'blocked',
    message: expect.stringMatching(/\d cm beside where the hand gets to the switch/),
  });
  const near = new Base(0);
  await sidestepTo(near.body, () => 0.015, 'the switch');
});

test('the base stands also when the skill is cancelled on the way', async () => {
  const base = new Base(1, 0.5);
  await expect(sidestep(base.body, () => 1 - base.xM)).rejects.toThrow('cancelled');
  expect(base.speedMps).toBe(0);
});
