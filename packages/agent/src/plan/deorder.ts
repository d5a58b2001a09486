import type { SkillContract } from '@efferent/skills';
import { fillTerm, findSkill, groundOperator } from '../reasoner/operators.ts';
import { factOf, type SymbolicState, statementOf, supportsOf } from '../reasoner/symbolic-state.ts';
import type { CallText } from './call-text.ts';

/** What the hand and the place of a robot are is judged when a step's turn comes; it orders nothing beforehand. */
const passing = new Set(['hand-empty', 'at', 'stowed', 'reachable']);

/** A call whose robot is settled. */
export interface RobotCall extends CallText {
  readonly robot: string;
}

interface Links {
  readonly needs: ReadonlySet<string>;
  readonly adds: ReadonlySet<string>;
  readonly deletes: ReadonlySet<string>;
}

/**
 * Finds which steps of an ordered plan must wait for which: a step waits for the last one before it that brings about
 * what it needs, and for those that need what it takes away.
 *
 * @returns for every step the indices of earlier steps that it waits for; what it leaves open may be done in any order
 */
export function dependenciesOf(
  steps: readonly RobotCall[],
  start: SymbolicState,
  skills: readonly SkillContract[],
): readonly (readonly number[])[] {
  const links: Links[] = [];
  let state = start;
  for (const step of steps) {
    const next = stateAfter(state, step, skills);
    links.push({
      needs: needsOf(state, step, skills),
      adds: difference(next.facts, state.facts),
      deletes: difference(state.facts, next.facts),
    });
    state = next;
  }
  const waits = links.map((later, index) => {
    const waits = new Set<number>();
    for (const need of later.needs) {
      const producer = links.findLastIndex((earlier, at) => at < index && earlier.adds.has(need));
      if (producer >= 0) waits.add(producer);
    }
    for (let at = 0; at < index; at++) {
      const earlier = links[at]!;
      if (intersects(later.deletes, earlier.needs) || intersects(later.deletes, earlier.adds)) waits.add(at);
    }
    return waits;
  });
  const usesHand = (step: RobotCall) =>
    skills
      .find(({ name }) => name === step.skill)
      ?.preconditions.some((term) => term.predicate === 'hand-empty' && !term.negated) === true;
  // What the hand is filled for must be possible before it is filled.
  for (const [index, { needs }] of links.entries()) {
    const { robot } = steps[index]!;
    const held = [...needs].find((fact) => fact.startsWith('holding('));
    const filled = links.findLastIndex((each, at) => at < index && held !== undefined && each.adds.has(held));
    for (const at of waits[index]!)
      if (at < filled && steps[at]!.robot === robot && usesHand(steps[at]!)) waits[filled]!.add(at);
  }
  return waits.map((each) => [...each].sort((a, b) => a - b));
}

function stateAfter(state: SymbolicState, step: RobotCall, skills: readonly SkillContract[]): SymbolicState {
  const contract = skills.find((skill) => skill.name === step.skill);
  if (contract !== undefined) return groundOperator(contract, step.arguments, step.robot).apply(state);
  const known = step.skill === findSkill ? [`known(${step.arguments.object ?? ''})`] : [];
  return { ...state, facts: new Set([...state.facts, ...known]) };
}

/** Facts that a step relies on; what must be accessible relies on the doors around it. */
function needsOf(
  state: SymbolicState,
  step: RobotCall,
  skills: readonly SkillContract[],
): ReadonlySet<string> {
  const contract = skills.find((skill) => skill.name === step.skill);
  const needs = new Set<string>();
  for (const term of contract?.preconditions ?? []) {
    const statement = fillTerm(term, step.arguments);
    if (statement === undefined || term.negated || passing.has(term.predicate)) continue;
    if (term.predicate !== 'accessible') needs.add(factOf(statement, step.robot));
    else for (const door of doorsBefore(state, statement.arguments[0] ?? '')) needs.add(`open(${door})`);
  }
  for (const value of Object.values(step.arguments))
    if (step.skill !== findSkill && state.world.objects.has(value)) needs.add(`known(${value})`);
  return needs;
}

/** Doors and drawers that must be open to get at a thing, as far as the state says where it is. */
export function doorsBefore(state: SymbolicState, id: string, depth = 0): readonly string[] {
  const door = state.world.behind.get(id);
  const own = door === undefined ? [] : [door];
  if (depth > 4) return own;
  return [
    ...own,
    ...supportsOf(state.facts, id).flatMap((support) => doorsBefore(state, support, depth + 1)),
  ];
}

const difference = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a].filter((fact) => !b.has(fact) && !passing.has(statementOf(fact).split('(')[0]!)));

const intersects = (a: ReadonlySet<string>, b: ReadonlySet<string>): boolean =>
  [...a].some((fact) => b.has(fact));
