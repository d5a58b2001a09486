import type { SkillContract } from '@efferent/skills';
import { atom, formatAtom } from '../belief/atom.ts';
import type { ProposedSubGoal } from '../model/proposal.ts';
import { doorsBefore } from '../plan/deorder.ts';
import type { Goal } from './goal.ts';
import { findSkill, type Operator } from './operators.ts';
import { searchPlan } from './search.ts';
import { factOf, holdsIn, type SymbolicState, statementOf } from './symbolic-state.ts';

export interface ComposedPlan {
  readonly subGoals: readonly ProposedSubGoal[];
  /** Goals that hold at the end of the plan; earlier ones may be undone on the way on purpose. */
  readonly goals: readonly string[];
  /** Goals that no sequence of skills reaches. */
  readonly unreachable: readonly Goal[];
}

interface Chain {
  readonly goal: Goal;
  readonly ids: readonly string[];
}

/**
 * Plans goal by goal and joins the chains into one graph.
 *
 * Chains of one stage do not wait for each other unless one makes what another needs, so that the selector may choose
 * among them; a later stage waits for all of the one before. Within a chain a step waits for those before it that use its
 * robot or its things, so that robots work side by side. Closing comes last, and so does what keeps the hand full.
 */
export function composePlan(
  start: SymbolicState,
  goals: readonly Goal[],
  skills: readonly SkillContract[],
  achieved: readonly string[],
): ComposedPlan {
  const chains: Chain[] = [];
  const subGoals: ProposedSubGoal[] = [];
  const unreachable: Goal[] = [];
  const producers = new Map<string, string>();
  /** Steps of a robot that open something: it does so before it fills its hand for what comes later. */
  const openingsOf = (robot: string, now: SymbolicState) =>
    [...producers]
      .filter(([fact]) => fact.startsWith('open(') && now.facts.has(fact))
      .map(([, id]) => id)
      .filter((id) => subGoals.some((step) => step.id === id && step.robot === robot));
  let state = start;
  const order = (a: Goal, b: Goal) =>
    a.stage - b.stage || lateness(a) - lateness(b) || Number(isInHand(start, b)) - Number(isInHand(start, a));
  for (const goal of [...goals].sort(order)) {
    const text = formatAtom(goal.atom);
    const done = achieved.includes(text) && (goal.renew || goals.some((later) => later.stage > goal.stage));
    if (done) continue;
    const from = goal.renew
      ? { ...state, facts: new Set([...state.facts].filter((fact) => statementOf(fact) !== text)) }
      : state;
    const found = searchPlan(withTool(from, goal), goal.atom, skills);
    if (found === undefined) {
      unreachable.push(goal);
      continue;
    }
    const before = chains.filter(
      (chain) => chain.goal.stage < goal.stage || lateness(chain.goal) < lateness(goal),
    );
    const ids: string[] = [];
    /** The last step of this chain that used a robot or a thing. */
    const lastUse = new Map<string, string>();
    let current = from;
    for (const step of found.steps) {
      const id = `s${subGoals.length + 1}`;
      const needs = new Set(
        neededFacts(step, skills, current)
          .map((fact) => producers.get(fact))
          .filter((value) => value !== undefined),
      );
      if (needsAccess(step, skills))
        for (const opening of openingsOf(step.robot, current)) needs.add(opening);
      const uses = [step.robot, ...Object.values(step.arguments)];
      const previous = uses.map((use) => lastUse.get(use)).filter((value) => value !== undefined);
      for (const each of previous) needs.add(each);
      if (previous.length === 0)
        for (const chain of before) if (chain.ids.length > 0) needs.add(chain.ids[chain.ids.length - 1]!);
      subGoals.push({
        id,
        robot: step.robot,
        skill: step.skill,
        arguments: argumentsOf(step, goal, skills),
        dependsOn: [...needs],
      });
      const after = step.apply(current);
      for (const fact of after.facts)
        if (!current.facts.has(fact) && statementOf(fact) !== 'hand-empty') producers.set(fact, id);
      current = after;
      for (const use of uses) lastUse.set(use, id);
      ids.push(id);
    }
    chains.push({ goal, ids });
    state = { ...found.end, world: start.world };
  }
  const lasting = goals.filter(
    (goal) => !unreachable.includes(goal) && (holdsIn(state, goal.atom) || goal.renew),
  );
  const last = Math.max(...goals.map((goal) => goal.stage), 0);
  const kept = lasting.filter(
    (goal) => goal.stage === last || !['at', 'inspected', 'stowed', 'offered'].includes(goal.atom.predicate),
  );
  return {
    subGoals,
    goals: [...new Set([...kept, ...unreachable].map((goal) => formatAtom(goal.atom)))],
    unreachable,
  };
}

/** What a goal is to be reached with, and nothing else of its kind. */
const withTool = (state: SymbolicState, { tool }: Goal): SymbolicState =>
  tool === undefined ? state : { ...state, world: { ...state.world, wipers: new Set([tool]) } };

/** What is in the hand goes where it is wanted first, rather than aside. */
const isInHand = (state: SymbolicState, goal: Goal): boolean =>
  holdsIn(state, atom('holding', goal.atom.arguments[0] ?? ''));

/** Order within one stage: arrange things, then close what they went into, then what keeps the hand full. */
function lateness(goal: Goal): number {
  if (goal.atom.predicate === 'closed') return 1;
  return goal.atom.predicate === 'holding' || goal.atom.predicate === 'offered' ? 2 : 0;
}

function argumentsOf(
  step: Operator,
  goal: Goal,
  skills: readonly SkillContract[],
): ProposedSubGoal['arguments'] {
  const given = Object.entries(step.arguments).map(([name, value]) => ({ name, value }));
  const takesNear = skills
    .find((skill) => skill.name === step.skill)
    ?.parameters.some((parameter) => parameter.name === 'near');
  const isFinal =
    goal.atom.predicate === 'on' &&
    step.arguments.object === goal.atom.arguments[0] &&
    step.arguments.surface === goal.atom.arguments[1];
  return takesNear === true && isFinal && goal.near !== undefined
    ? [...given, { name: 'near', value: goal.near }]
    : given;
}

/** Facts of the present state that a step relies on; the hand is left out, it is judged when the step's turn comes. */
function neededFacts(
  step: Operator,
  skills: readonly SkillContract[],
  state: SymbolicState,
): readonly string[] {
  if (step.skill === findSkill) return [];
  const things = new Set(Object.values(step.arguments));
  const doors = needsAccess(step, skills)
    ? [...things].flatMap((id) => doorsBefore(state, id)).map((door) => `open(${door})`)
    : [];
  return [
    ...[...state.facts].filter((fact) =>
      [...things].some(
        (id) =>
          fact === `known(${id})` ||
          fact === `open(${id})` ||
          fact === `closed(${id})` ||
          fact === factOf(atom('holding', id), step.robot),
      ),
    ),
    ...doors,
  ];
}

const needsAccess = (step: Operator, skills: readonly SkillContract[]): boolean =>
  skills
    .find((skill) => skill.name === step.skill)
    ?.preconditions.some((term) => term.predicate === 'accessible') === true;
