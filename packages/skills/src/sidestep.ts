import { clamp } from '@efferent/core';
import type { SkillBody } from './skill-body.ts';
import { DriveFailure } from './skill-failure.ts';

/** Base speed, m/s and 1/s, how near is enough, m, and time to settle, s. */
const sidestepping = { limitMps: 0.08, gain: 2, enoughM: 0.004, timeS: 6, periodS: 0.05 } as const;
/** A hand that is farther beside its goal than this misses it, m. */
const missedM = 0.02;

/**
 * Drives the base along its x axis until it is near enough, for six seconds longer than the way takes at most.
 *
 * @param offM - how far it still is, m; asked again and again
 * @returns how far it still is in the end, m: the gate may slow or hold the base
 */
export async function sidestep(body: SkillBody, offM: () => number): Promise<number> {
  const { limitMps, gain, enoughM, timeS, periodS } = sidestepping;
  const endS = body.nowS() + timeS + Math.abs(offM()) / limitMps;
  try {
    while (body.nowS() < endS) {
      const off = offM();
      if (Math.abs(off) < enoughM) break;
      body.sendBaseVelocity(clamp(off * gain, -limitMps, limitMps), 0);
      await body.sleep(periodS);
    }
  } finally {
    body.sendBaseVelocity(0, 0);
  }
  return Math.abs(offM());
}

/** Like {@link sidestep}, for a hand that has to end up there. @throws {@link DriveFailure} when the base was held off */
export async function sidestepTo(body: SkillBody, offM: () => number, goal: string): Promise<void> {
  const leftM = await sidestep(body, offM);
  if (leftM > missedM)
    throw new DriveFailure(
      'blocked',
      `the base was held ${(leftM * 100).toFixed(0)} cm beside where the hand gets to ${goal}`,
    );
}
