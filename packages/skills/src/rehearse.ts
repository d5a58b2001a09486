import { ImaginedBody, type ImaginedStart } from './imagined-body.ts';
import type { SkillImplementation } from './library/skill.ts';
import type { SkillArguments } from './skill-arguments.ts';
import type { MapSighting } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';

/** What a rehearsal came to: a failure that planning alone decides, or none. */
export interface Rehearsal {
  readonly verdict: keyof typeof rehearsalVerdicts;
  /** Failure code and message of the skill; empty unless it failed. */
  readonly code: string;
  readonly message: string;
}

/** Verdicts on the wire, as efferent_interfaces/srv/CheckSkill numbers them. */
export const rehearsalVerdicts = { unknown: 0, feasible: 1, infeasible: 2 } as const;

/** Failures that say that there is no way, whatever happens on it. */
const decisive = new Set(['unreachable', 'no-free-spot', 'too-wide']);

/**
 * Runs a skill in imagination: with the robot as it stands now, things as they are believed, and motions that go as planned.
 * What fails then for want of a place to stand, a way of the arm or a free spot fails in the world, too.
 *
 * @param things - what is believed to stand about, in `map`; without what is in the hand
 */
export async function rehearse(
  implementation: SkillImplementation,
  start: ImaginedStart,
  things: readonly MapSighting[],
  values: SkillArguments,
): Promise<Rehearsal> {
  try {
    const message = await implementation(new ImaginedBody(start, things), values);
    return { verdict: 'feasible', code: '', message };
  } catch (error) {
    if (!SkillFailure.isInstance(error)) throw error;
    const { code, message } = error;
    return { verdict: decisive.has(code) ? 'infeasible' : 'unknown', code, message };
  }
}
