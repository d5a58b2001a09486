import type { SkillContract } from '@efferent/skills';
import type { Atom } from '../belief/atom.ts';
import { type Operator, operatorsFor } from './operators.ts';
import { holdsIn, type SymbolicState, stateKey } from './symbolic-state.ts';

/** States that one search may visit; the searches of this vocabulary stay below a few hundred. */
const maxVisited = 4000;

export interface SearchResult {
  readonly steps: readonly Operator[];
  readonly end: SymbolicState;
}

interface Node {
  readonly state: SymbolicState;
  readonly cost: number;
  readonly step: Operator | undefined;
  readonly parent: Node | undefined;
}

/**
 * Finds the cheapest sequence of skills after which `goal` holds: uniform-cost search over the skill contracts.
 *
 * @returns undefined when no sequence within the bound reaches it
 */
export function searchPlan(
  start: SymbolicState,
  goal: Atom,
  skills: readonly SkillContract[],
): SearchResult | undefined {
  const operators = operatorsFor(start, goal, skills);
  const open: Node[] = [{ state: start, cost: 0, step: undefined, parent: undefined }];
  const closed = new Set<string>();
  while (open.length > 0 && closed.size < maxVisited) {
    const node = open.shift()!;
    const key = stateKey(node.state);
    if (closed.has(key)) continue;
    closed.add(key);
    if (holdsIn(node.state, goal)) return { steps: stepsOf(node), end: node.state };
    for (const operator of operators) {
      if (!operator.isApplicable(node.state)) continue;
      const state = operator.apply(node.state);
      if (!closed.has(stateKey(state)))
        insert(open, { state, cost: node.cost + operator.cost, step: operator, parent: node });
    }
  }
  return undefined;
}

function stepsOf(node: Node): readonly Operator[] {
  const steps: Operator[] = [];
  for (let current: Node | undefined = node; current?.step !== undefined; current = current.parent)
    steps.unshift(current.step);
  return steps;
}

/** Keeps `open` sorted by cost, first come first served among equals. */
function insert(open: Node[], node: Node): void {
  let low = 0;
  let high = open.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (open[middle]!.cost <= node.cost) low = middle + 1;
    else high = middle;
  }
  open.splice(low, 0, node);
}
