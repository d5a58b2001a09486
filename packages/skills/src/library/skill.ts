import type { SkillArguments } from '../skill-arguments.ts';
import type { SkillBody } from '../skill-body.ts';

/**
 * Does one skill. Resolves with one sentence, with figures, about what was measured; rejects with a
 * {@link SkillFailure} of the contract's codes.
 */
export type SkillImplementation = (body: SkillBody, values: SkillArguments) => Promise<string>;
