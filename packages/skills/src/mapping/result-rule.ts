import { allFailureCodes, type SkillContract } from '../contract.ts';
import { SkillFailure } from '../skill-failure.ts';
import { readField } from './field-path.ts';
import type { Condition, FeedbackRule, ResultRule } from './mapping-schema.ts';

/** How a call ended, as the middleware tells it. */
export type CallStatus = 'succeeded' | 'aborted' | 'canceled';

/**
 * Decides whether what a server answered is a success.
 *
 * @param what - who answered, for the message
 * @returns what it said, in words
 * @throws {@link SkillFailure} with the code that `rule` gives, one of the contract's
 */
export function judgeResult(
  rule: ResultRule,
  contract: SkillContract,
  what: string,
  status: CallStatus,
  result: unknown,
): string {
  const number = rule.error_code === undefined ? undefined : readField(result, rule.error_code);
  const listed = number === undefined ? undefined : rule.codes?.[String(number)];
  const unmet = rule.success?.find((condition) => !holds(condition, result));
  const said = rule.message === undefined ? undefined : readField(result, rule.message);
  const words = said === undefined || said === '' ? '' : String(said);
  if (status === 'succeeded' && unmet === undefined && listed === undefined)
    return words === '' ? `${what} is done` : words;
  const reasons = [
    words,
    status === 'succeeded' ? '' : status === 'canceled' ? 'cancelled by somebody else' : 'aborted',
    number === undefined ? '' : `error ${String(number)}`,
    unmet === undefined ? '' : describeUnmet(unmet, result),
  ].filter((reason) => reason !== '');
  throw new SkillFailure(
    fittingCode(contract, listed ?? rule.otherwise ?? 'blocked'),
    `${what}: ${reasons.join(', ')}`,
  );
}

/** Returns the code when the contract has it, else the nearest one that it has. */
export function fittingCode(contract: SkillContract, code: string): string {
  const codes = allFailureCodes(contract);
  return [code, 'blocked', 'unavailable'].find((each) => codes.includes(each)) ?? 'unavailable';
}

/** Tells whether a message meets a condition. */
export function holds({ field, equals, at_least, at_most }: Condition, message: unknown): boolean {
  const value = plainOf(readField(message, field));
  if (value === undefined || (equals !== undefined && value !== equals)) return false;
  if (at_least === undefined && at_most === undefined) return true;
  const number = Number(value);
  return number >= (at_least ?? Number.NEGATIVE_INFINITY) && number <= (at_most ?? Number.POSITIVE_INFINITY);
}

/** Reads progress, [0, 1], and words out of feedback; keeps what is needed between messages. */
export function feedbackReader(
  rule: FeedbackRule,
): (feedback: unknown) => { readonly progress: number; readonly message: string } {
  let all: number | undefined;
  return (feedback) => {
    let share = 0;
    if (rule.progress !== undefined) share = numberAt(feedback, rule.progress) / (rule.of ?? 1);
    else if (rule.remaining !== undefined) {
      const left = numberAt(feedback, rule.remaining);
      // Nav2 reports 0 until it has a path.
      all = left > 0 ? Math.max(all ?? left, left) : all;
      share = all === undefined ? 0 : 1 - left / all;
    }
    const said = rule.message === undefined ? undefined : readField(feedback, rule.message);
    return {
      progress: Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0,
      message: said === undefined ? '' : String(said),
    };
  };
}

const numberAt = (message: unknown, path: string): number => Number(readField(message, path));

const plainOf = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

function describeUnmet({ field, equals, at_least, at_most }: Condition, message: unknown): string {
  const wanted = [
    equals === undefined ? '' : String(equals),
    at_least === undefined ? '' : `at least ${at_least}`,
    at_most === undefined ? '' : `at most ${at_most}`,
  ].filter((part) => part !== '');
  return `${field} is ${String(readField(message, field))}, expected ${wanted.join(' and ')}`;
}
