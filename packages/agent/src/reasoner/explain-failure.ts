import { formatAtom } from '../belief/atom.ts';
import type { LanguageModelRequest } from '../model/language-model.ts';
import type { Explanation } from '../model/proposal.ts';
import { fillTerm } from './operators.ts';
import { factOf, isAccessible, symbolicState } from './symbolic-state.ts';
import { labelOf } from './things.ts';

const sentences: Readonly<Record<string, (things: readonly string[]) => string>> = {
  known: ([thing]) => `the ${thing} is not where I believed it to be`,
  accessible: ([thing]) => `the ${thing} is behind something closed`,
  'hand-empty': () => 'my gripper is not empty',
  holding: ([thing]) => `I do not hold the ${thing}`,
  closed: ([thing]) => `the ${thing} is not closed`,
  open: ([thing]) => `the ${thing} is not open`,
  reachable: ([thing]) => `my arm does not get to the ${thing}`,
};

/** Names the first precondition of the failed step that the belief contradicts. */
export function explainFailure(request: Omit<LanguageModelRequest<unknown>, 'schema'>): Explanation {
  const failure = request.failures[request.failures.length - 1];
  const contract = request.skills.find((skill) => skill.name === failure?.skill);
  if (failure === undefined || contract === undefined)
    return { precondition: '', because: failure?.message ?? 'nothing is known about the failure' };
  const state = symbolicState(request.belief, request.robots, []);
  for (const term of contract.preconditions) {
    const statement = fillTerm(term, failure.arguments);
    if (
      statement === undefined ||
      term.negated ||
      term.predicate === 'reachable' ||
      term.predicate === 'stowed'
    )
      continue;
    const [first = ''] = statement.arguments;
    const holds =
      term.predicate === 'accessible'
        ? isAccessible(state, first)
        : state.facts.has(factOf(statement, failure.robot));
    if (holds) continue;
    const things = statement.arguments.map((thing) => labelOf(request.belief, thing));
    return {
      precondition: formatAtom(statement),
      because: sentences[term.predicate]?.(things) ?? `${formatAtom(statement)} does not hold`,
    };
  }
  return {
    precondition: '',
    because: failure.message === '' ? `the skill ended with ${failure.code}` : failure.message,
  };
}
