import type { SkillContract } from '@efferent/skills';
import type { Atom } from '../belief/atom.ts';
import { type Operator, operatorsFor, relevantThings } from './operators.ts';
import { holdsIn, type SymbolicState, stateKey } from './symbolic-state.ts';

/** States that one search may visit; the searches of this vocabulary stay below a few hundred. */
const maxVisited = 4000;

export interface SearchResult {
  readonly steps: readonly Operator[];
  readonly end: SymbolicState;
}

interface Node {
  readonly state: SymbolicState;
  readonly key: string;
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
  const relevant = relevantThings(start, goal);
  const operators = operatorsFor(start, goal, skills, relevant);
  // What is said of things that no operator touches stays as it is; states are compared without it.
  const facts = [...start.facts];
  const others = facts.filter((fact) => !speaksOf(fact, relevant));
  const own = new Set(facts.filter((fact) => speaksOf(fact, relevant)));
  const first = { ...start, facts: own };
  const open: Node[] = [{ state: first, key: stateKey(first), cost: 0, step: undefined, parent: undefined }];
  const cheapest = new Map<string, number>();
  const closed = new Set<string>();
  while (open.length > 0 && closed.size < maxVisited) {
    const node = open.shift()!;
    if (closed.has(node.key)) continue;
    closed.add(node.key);
    if (holdsIn(node.state, goal)) return { steps: stepsOf(node), end: withFacts(node.state, others) };
    for (const operator of operators) {
      if (!operator.isApplicable(node.state)) continue;
      const state = operator.apply(node.state);
      const key = stateKey(state);
      const cost = node.cost + operator.cost;
      if (closed.has(key) || (cheapest.get(key) ?? Number.POSITIVE_INFINITY) <= cost) continue;
      cheapest.set(key, cost);
      insert(open, { state, key, cost, step: operator, parent: node });
    }
  }
  return undefined;
}

const subjectPattern = /^[a-z-]+\(([^(),]*)/;

/** Tells whether a fact is about one of some things, or about a robot itself. */
function speaksOf(fact: string, things: ReadonlySet<string>): boolean {
  const subject = subjectPattern.exec(fact)?.[1];
  return subject === undefined || things.has(subject) || fact.includes(' @');
}

const withFacts = (state: SymbolicState, facts: readonly string[]): SymbolicState => ({
  ...state,
  facts: new Set([...state.facts, ...facts]),
});

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
