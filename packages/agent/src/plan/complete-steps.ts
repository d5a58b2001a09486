import type { SkillContract } from '@efferent/skills';
import { type Atom, atom, parseAtom } from '../belief/atom.ts';
import type { PlanProposal, ProposedSubGoal } from '../model/proposal.ts';
import {
  fillTerm,
  findOperator,
  findSkill,
  groundOperator,
  handoverSurfaces,
  type Operator,
} from '../reasoner/operators.ts';
import { searchPlan } from '../reasoner/search.ts';
import { factOf, holdsIn, type SymbolicState } from '../reasoner/symbolic-state.ts';
import { doorsBefore } from './deorder.ts';

/** Steps that one plan may be lengthened by. */
const maxAdded = 12;

/** Steps that were put into a plan, and the plan. */
export interface CompletedPlan {
  readonly subGoals: readonly ProposedSubGoal[];
  readonly added: readonly ProposedSubGoal[];
}

/**
 * Puts into a plan what its steps need and no earlier step brings about, and what its goals still lack at its end: by
 * search over the contracts, from the state that the plan is in at that point.
 *
 * @returns undefined when no sequence of skills fills a gap
 */
export function completeSteps(
  proposal: Pick<PlanProposal, 'goals' | 'subGoals' | 'complete'>,
  start: SymbolicState,
  skills: readonly SkillContract[],
): CompletedPlan | undefined {
  const filled = new Filling(proposal, start, skills);
  for (const step of proposal.subGoals) if (!filled.take(step)) return undefined;
  if (!proposal.complete) return filled;
  for (const goal of unreachedGoals(proposal.goals, filled.state)) if (!filled.reach(goal)) return undefined;
  return filled;
}

/** Goals that do not hold after the steps of a plan, as far as its contracts say. */
export function openGoals(
  proposal: PlanProposal,
  start: SymbolicState,
  skills: readonly SkillContract[],
): readonly Atom[] {
  const end = proposal.subGoals.reduce((state, step) => operatorOf(step, skills).apply(state), start);
  return unreachedGoals(proposal.goals, end);
}

const unreachedGoals = (goals: readonly string[], state: SymbolicState): readonly Atom[] =>
  goals.map(parseAtom).filter((goal) => goal !== undefined && !holdsIn(state, goal)) as Atom[];

class Filling {
  state: SymbolicState;
  readonly subGoals: ProposedSubGoal[] = [];
  readonly added: ProposedSubGoal[] = [];
  readonly #skills: readonly SkillContract[];

  readonly #goals: readonly Atom[];

  constructor(proposal: Pick<PlanProposal, 'goals'>, start: SymbolicState, skills: readonly SkillContract[]) {
    this.#goals = proposal.goals.map(parseAtom).filter((goal) => goal !== undefined);
    this.state = start;
    this.#skills = skills;
  }

  /** Appends a step, after what makes it possible. */
  take(step: ProposedSubGoal): boolean {
    const given = Object.fromEntries(step.arguments.map(({ name, value }) => [name, value]));
    const contract = this.#skills.find((skill) => skill.name === step.skill);
    const before: ProposedSubGoal[] = [];
    for (const term of contract?.preconditions ?? []) {
      const statement = fillTerm(term, given);
      if (statement === undefined || term.negated) continue;
      const single = groundOperator({ ...contract!, preconditions: [term] }, given, step.robot);
      if (single.isApplicable(this.state)) continue;
      const steps = this.#search(this.#wanted(statement, step.robot), step.dependsOn);
      if (steps === undefined) return false;
      before.push(...steps);
    }
    if (contract !== undefined && !groundOperator(contract, given, step.robot).isApplicable(this.state))
      return false;
    const last = before.at(-1);
    const waiting = last === undefined ? step : { ...step, dependsOn: [...step.dependsOn, last.id] };
    this.subGoals.push(waiting);
    this.state = operatorOf(step, this.#skills).apply(this.state);
    return true;
  }

  /** Appends what brings a goal about. */
  reach(goal: Atom): boolean {
    const waits = this.subGoals.map((step) => step.id);
    const isLeaf = (id: string) => !this.subGoals.some((step) => step.dependsOn.includes(id));
    return this.#search(goal, waits.filter(isLeaf)) !== undefined;
  }

  #search(goal: Atom, dependsOn: readonly string[]): readonly ProposedSubGoal[] | undefined {
    const found = searchPlan(this.state, goal, this.#skills);
    if (found === undefined || this.added.length + found.steps.length > maxAdded) return undefined;
    const ids = new Set(this.subGoals.map((step) => step.id));
    const steps: ProposedSubGoal[] = [];
    for (const operator of found.steps) {
      let number = this.added.length + 1;
      while (ids.has(`m${number}`)) number += 1;
      const previous = steps.at(-1);
      const step = {
        id: `m${number}`,
        robot: operator.robot,
        skill: operator.skill,
        arguments: Object.entries(operator.arguments).map(([name, value]) => ({ name, value })),
        dependsOn: previous === undefined ? [...dependsOn] : [previous.id],
      };
      ids.add(step.id);
      steps.push(step);
      this.added.push(step);
      this.subGoals.push(step);
    }
    this.state = found.end;
    return steps;
  }

  /** What a statement comes to: the hand is emptied where a goal wants its thing, doors are opened, things handed over. */
  #wanted(statement: Atom, robot: string): Atom {
    if (statement.predicate === 'hand-empty') {
      const isHeld = (id: string | undefined) =>
        this.state.facts.has(factOf(atom('holding', id ?? ''), robot));
      return (
        this.#goals.find((goal) => goal.predicate !== 'holding' && isHeld(goal.arguments[0])) ?? statement
      );
    }
    if (statement.predicate === 'reachable') {
      const [between] = handoverSurfaces(this.state.world);
      return between === undefined ? statement : atom('on', statement.arguments[0] ?? '', between);
    }
    if (statement.predicate !== 'accessible') return statement;
    const doors = doorsBefore(this.state, statement.arguments[0] ?? '');
    const door = doors.find((each) => !this.state.facts.has(`open(${each})`));
    return door === undefined ? statement : atom('open', door);
  }
}

function operatorOf(step: ProposedSubGoal, skills: readonly SkillContract[]): Operator {
  const given = Object.fromEntries(step.arguments.map(({ name, value }) => [name, value]));
  const contract = skills.find((skill) => skill.name === step.skill);
  return contract === undefined
    ? findOperator(step.skill === findSkill ? (given.object ?? '') : '', step.robot)
    : groundOperator(contract, given, step.robot);
}
