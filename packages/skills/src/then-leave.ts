import { isEnding, SkillFailure } from './skill-failure.ts';

/** What work came to, and why the arm could not be taken away after it, when it could not. */
export interface Left<T> {
  readonly result: T;
  readonly stuck: SkillFailure | undefined;
}

/**
 * Works, and takes the arm away whether that succeeds or fails; not when nothing more is sent to the robot. What the work came to
 * counts: a failure to leave is told beside its result, and never in place of its failure.
 */
export async function thenLeave<T>(work: () => Promise<T>, leave: () => Promise<void>): Promise<Left<T>> {
  let result: T;
  try {
    result = await work();
  } catch (error) {
    if (!isEnding(error)) await stuckIn(leave);
    throw error;
  }
  return { result, stuck: await stuckIn(leave) };
}

/** @returns why it failed; throws what ends the skill, and what is no failure of a skill */
async function stuckIn(leave: () => Promise<void>): Promise<SkillFailure | undefined> {
  try {
    await leave();
    return undefined;
  } catch (error) {
    if (!SkillFailure.isInstance(error) || isEnding(error)) throw error;
    return error;
  }
}
