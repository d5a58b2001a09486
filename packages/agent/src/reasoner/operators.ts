import type { PredicateTerm, SkillContract } from '@efferent/skills';
import type { Atom } from '../belief/atom.ts';
import { atom } from '../belief/atom.ts';
import {
  factOf,
  isAccessible,
  type SymbolicState,
  type SymbolicWorld,
  supportsOf,
} from './symbolic-state.ts';

/** A skill with its arguments filled in, as the search sees it. */
export interface Operator {
  readonly robot: string;
  readonly skill: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly cost: number;
  isApplicable(state: SymbolicState): boolean;
  apply(state: SymbolicState): SymbolicState;
}

/** The agent's own skill beside the robot's: look around and search until the thing is in the belief. */
export const findSkill = 'find';

/** Rough seconds that a skill takes; only their order matters to the search. */
const skillCosts: Readonly<Record<string, number>> = {
  find: 12,
  look: 8,
  navigate: 12,
  pick: 25,
  'place-on': 20,
  'place-in': 20,
  open: 25,
  close: 20,
  press: 25,
  wipe: 60,
  offer: 30,
  stow: 5,
};

/** Grounds the skills over the things that can matter for `goal`. @param relevant - from {@link relevantThings} */
export function operatorsFor(
  state: SymbolicState,
  goal: Atom,
  skills: readonly SkillContract[],
  relevant: ReadonlySet<string>,
): readonly Operator[] {
  const { robots } = state.world;
  const searcher = robots.find((robot) => !robot.isFixed)?.name ?? robots[0]?.name ?? '';
  const operators: Operator[] = [...relevant]
    .filter((id) => state.world.objects.has(id))
    .map((id) => findOperator(id, searcher));
  for (const skill of skills) {
    const useful = skill.effects.some((effect) =>
      ['holding', 'hand-empty', 'open', 'closed', goal.predicate].includes(effect.predicate),
    );
    if (!useful) continue;
    for (const bound of bindings(skill, state.world, relevant)) {
      for (const robot of robots) {
        if (!robot.skills.has(skill.name)) continue;
        const [things, fixtures] = split(Object.values(bound), (id) => state.world.objects.has(id));
        if (!fixtures.every((id) => robot.reaches(id))) continue;
        // A robot that has to drive first comes after one that is there already.
        const travelCost = robots.length > 1 && !robot.isFixed ? 8 : 0;
        const operator = groundOperator(skill, bound, robot.name, travelCost);
        operators.push({
          ...operator,
          isApplicable: (now) =>
            operator.isApplicable(now) && things.every((id) => isInReach(robot, id, now)),
        });
      }
    }
  }
  return operators;
}

/** Tells whether a robot gets at a thing: where it is now, or once it has been put elsewhere. */
function isInReach(robot: SymbolicWorld['robots'][number], id: string, now: SymbolicState): boolean {
  if (now.facts.has(factOf(atom('holding', id), robot.name))) return true;
  const supports = supportsOf(now.facts, id);
  const hasMoved = supports.length > 0 && !supports.includes(now.world.firstSupports.get(id) ?? '');
  return hasMoved ? supports.every((support) => robot.reaches(support)) : robot.reaches(id);
}

function split<T>(items: readonly T[], isFirst: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter(isFirst), items.filter((item) => !isFirst(item))];
}

/** The goal's things, what is held, what they lie in, the doors in front of them and a place to put things aside. */
export function relevantThings(state: SymbolicState, goal: Atom): ReadonlySet<string> {
  const things = new Set<string>(goal.arguments);
  for (const fact of state.facts) {
    const held = /^holding\((.+)\) @/.exec(fact)?.[1];
    if (held !== undefined) things.add(held);
  }
  if (goal.predicate === 'wiped') for (const id of state.world.wipers) things.add(id);
  for (const id of things) for (const support of supportsOf(state.facts, id)) things.add(support);
  for (const id of things) {
    const door = state.world.behind.get(id);
    if (door !== undefined) things.add(door);
  }
  if (state.world.asideSurface !== undefined) things.add(state.world.asideSurface);
  for (const id of handoverSurfaces(state.world)) things.add(id);
  return things;
}

export function findOperator(id: string, robot: string): Operator {
  const fact = `known(${id})`;
  return {
    robot,
    skill: findSkill,
    arguments: { object: id },
    cost: skillCosts[findSkill]!,
    isApplicable: (state) => !state.facts.has(fact),
    apply: (state) => ({ ...state, facts: new Set([...state.facts, fact]) }),
  };
}

/** Surfaces on which one robot can leave something for another. */
export function handoverSurfaces({ robots, surfaces }: SymbolicWorld): readonly string[] {
  if (robots.length < 2 || !robots.some((robot) => robot.isFixed)) return [];
  return [...surfaces].filter((id) => robots.every((robot) => robot.reaches(id)));
}

/** Fills the required parameters with every fitting thing. */
function bindings(
  skill: SkillContract,
  world: SymbolicWorld,
  relevant: ReadonlySet<string>,
): readonly Readonly<Record<string, string>>[] {
  let partial: readonly Readonly<Record<string, string>>[] = [{}];
  for (const parameter of skill.parameters) {
    if (!parameter.required) continue;
    const fitting = [...relevant].filter((id) => isFitting(skill, parameter.name, id, world));
    partial = partial.flatMap((bound) =>
      fitting
        .filter((id) => !Object.values(bound).includes(id))
        .map((id) => ({ ...bound, [parameter.name]: id })),
    );
  }
  return partial;
}

/** Decides by the parameter's kinds and by what the effects say about it. */
export function isFitting(
  skill: SkillContract,
  parameterName: string,
  id: string,
  world: SymbolicWorld,
): boolean {
  const parameter = skill.parameters.find((candidate) => candidate.name === parameterName);
  if (parameter === undefined) return false;
  const kinds = parameter.types;
  const isObject = world.objects.has(id);
  const kindFits =
    (isObject && kinds.includes('object')) ||
    (world.surfaces.has(id) && kinds.includes('surface')) ||
    ([world.containers, world.openable, world.buttons, world.surfaces].some((fixtures) => fixtures.has(id)) &&
      kinds.includes('fixture')) ||
    (world.places.has(id) && kinds.includes('place'));
  if (!kindFits) return false;
  // What is held and said of no effect is what the skill is done with.
  const isTool = skill.effects.every((effect) => !effect.arguments.includes(parameterName));
  if (isTool && skill.effects.some((effect) => effect.predicate === 'wiped')) return world.wipers.has(id);
  return skill.effects.every((effect) => {
    const position = effect.arguments.indexOf(parameterName);
    if (position < 0) return true;
    if (effect.predicate === 'open' || effect.predicate === 'closed') return world.openable.has(id);
    if (effect.predicate === 'pressed') return world.buttons.has(id);
    if (effect.predicate === 'wiped') return world.surfaces.has(id) || world.spills.has(id);
    if (effect.predicate === 'offered' && position === 1) return world.people.has(id);
    if (effect.predicate === 'holding') return isObject && !world.spills.has(id);
    if (effect.predicate === 'in' && position === 1) return world.containers.has(id) || world.vessels.has(id);
    if (effect.predicate === 'on' && position === 1) return world.surfaces.has(id);
    return true;
  });
}

/** Fills a contract's term with arguments; undefined when an optional parameter is not given. */
export function fillTerm(term: PredicateTerm, bound: Readonly<Record<string, string>>): Atom | undefined {
  const filled = term.arguments.map((name) => bound[name]);
  return filled.every((value) => value !== undefined)
    ? { predicate: term.predicate, arguments: filled }
    : undefined;
}

function holds(state: SymbolicState, statement: Atom, robot: string): boolean {
  const [first = ''] = statement.arguments;
  if (statement.predicate === 'accessible') return isAccessible(state, first);
  if (statement.predicate === 'reachable') {
    const body = state.world.robots.find(({ name }) => name === robot);
    return !state.world.unreachable.has(first) && (body === undefined || isInReach(body, first, state));
  }
  if (statement.predicate === 'stowed') return true;
  return state.facts.has(factOf(statement, robot));
}

/** Makes a skill with filled arguments usable by the search and the plan checker. */
export function groundOperator(
  skill: SkillContract,
  bound: Readonly<Record<string, string>>,
  robot: string,
  travelCost = 0,
): Operator {
  return {
    robot,
    skill: skill.name,
    arguments: bound,
    cost: (skillCosts[skill.name] ?? 20) + travelCost,
    isApplicable: (state) =>
      isWhereKnown(skill, bound, state) &&
      skill.preconditions.every((term) => {
        const statement = fillTerm(term, bound);
        return statement === undefined || holds(state, statement, robot) !== term.negated;
      }),
    apply: (state) => ({ ...state, facts: applyEffects(state.facts, skill, bound, robot) }),
  };
}

/** What is to be wiped up has to be found first. */
const isWhereKnown = (
  skill: SkillContract,
  bound: Readonly<Record<string, string>>,
  { facts, world }: SymbolicState,
): boolean =>
  skill.effects.every((effect) => {
    const id = bound[effect.arguments[0] ?? ''] ?? '';
    return effect.predicate !== 'wiped' || !world.objects.has(id) || facts.has(`known(${id})`);
  });

/** Effects as stated, and what follows: a thing is in one place only, a robot at one place only. */
function applyEffects(
  facts: ReadonlySet<string>,
  skill: SkillContract,
  bound: Readonly<Record<string, string>>,
  robot: string,
): ReadonlySet<string> {
  const next = new Set(facts);
  const removeAll = (isGone: (fact: string) => boolean) => {
    for (const fact of next) if (isGone(fact)) next.delete(fact);
  };
  const own = ` @${robot}`;
  for (const term of skill.effects) {
    const statement = fillTerm(term, bound);
    if (statement === undefined) continue;
    if (term.negated) {
      next.delete(factOf(statement, robot));
      continue;
    }
    const [first = ''] = statement.arguments;
    if (statement.predicate === 'holding' || statement.predicate === 'in' || statement.predicate === 'on') {
      const inside = `in(${first}, `;
      const onTop = `on(${first}, `;
      const heldOut = `offered(${first}, `;
      removeAll((fact) => [inside, onTop, heldOut].some((start) => fact.startsWith(start)));
      if (statement.predicate === 'holding') next.delete(factOf(atom('hand-empty'), robot));
    }
    if (statement.predicate === 'at') removeAll((fact) => fact.startsWith('at(') && fact.endsWith(own));
    next.add(factOf(statement, robot));
  }
  return next;
}
