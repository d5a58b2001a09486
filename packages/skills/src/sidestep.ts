import { clamp } from '@efferent/core';
import type { SkillBody } from './skill-body.ts';

/** Base speed, m/s and 1/s, how near is enough, m, and time to settle, s. */
const sidestepping = { limitMps: 0.08, gain: 2, enoughM: 0.004, timeS: 6, periodS: 0.05 } as const;

/**
 * Drives the base along its x axis until it is near enough, for six seconds longer than the way takes at most.
 *
 * @param offM - how far it still is, m; asked again and again
 */
export async function sidestep(body: SkillBody, offM: () => number): Promise<void> {
  const { limitMps, gain, enoughM, timeS, periodS } = sidestepping;
  const endS = body.nowS() + timeS + Math.abs(offM()) / limitMps;
  while (body.nowS() < endS) {
    const off = offM();
    if (Math.abs(off) < enoughM) break;
    body.sendBaseVelocity(clamp(off * gain, -limitMps, limitMps), 0);
    await body.sleep(periodS);
  }
  body.sendBaseVelocity(0, 0);
}
