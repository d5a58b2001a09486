import type { SkillContract } from '@efferent/skills';
import { formatAtom, parseAtom } from '../belief/atom.ts';
import type { BeliefView } from '../belief/belief-view.ts';
import type { RobotOffer } from '../model/language-model.ts';
import type { PlanProposal, ProposedSubGoal } from '../model/proposal.ts';
import {
  fillTerm,
  findOperator,
  findSkill,
  groundOperator,
  isFitting,
  type Operator,
} from '../reasoner/operators.ts';
import { factOf, possibleState, type SymbolicState, symbolicState } from '../reasoner/symbolic-state.ts';
import { idsOf } from '../reasoner/things.ts';
import { doorsBefore } from './deorder.ts';

/** Why a proposal is refused: the sub-goal and one sentence that a model can repair it by. */
export interface PlanProblem {
  readonly subGoalId: string;
  readonly reason: string;
  /** Set when it is the contract of a skill that says that the step cannot be done. */
  readonly veto?: StepVeto;
}

/** A step that a contract rules out when the plan is made. */
export interface StepVeto {
  readonly step: ProposedSubGoal;
  /** A name or argument that the skill does not take, or something that it needs and that does not hold then. */
  readonly breaks: 'vocabulary' | 'precondition';
  /** What the plan does before, in order; empty for a name that there is not. */
  readonly before: readonly ProposedSubGoal[];
}

/**
 * Checks a proposed plan without any model: names, arguments, dependencies, and that every step's preconditions are
 * true in the belief, unknown, or brought about by an earlier step.
 *
 * @returns problems; empty when the plan may be carried out
 */
export function checkPlan(
  proposal: PlanProposal,
  view: BeliefView,
  skills: readonly SkillContract[],
  robots: readonly RobotOffer[],
): readonly PlanProblem[] {
  const problems: PlanProblem[] = [];
  const start = possibleState(view, robots, proposal.references);
  const known = namesOf(view, proposal);
  for (const goal of proposal.goals) {
    const statement = parseAtom(goal);
    const stranger = statement?.arguments.find((name) => !known.has(name));
    if (statement === undefined)
      problems.push({ subGoalId: '', reason: `goal "${goal}" is not a statement that I know` });
    else if (stranger !== undefined)
      problems.push({
        subGoalId: '',
        reason: `goal "${goal}" names "${stranger}", which is neither known nor a reference`,
      });
  }
  // Planning that goes on after no step at all would go on for ever.
  if (!proposal.complete && proposal.subGoals.length === 0)
    problems.push({ subGoalId: '', reason: 'a plan that is to go on after its steps has no step' });
  const order = orderOf(proposal.subGoals, problems);
  for (const subGoal of proposal.subGoals) problems.push(...argumentProblems(subGoal, known, skills, start));
  if (problems.length === 0) problems.push(...preconditionProblems(order, skills, start));
  return problems;
}

/** Steps that contracts rule out, each once. */
export function vetoesOf(problems: readonly PlanProblem[]): readonly StepVeto[] {
  const vetoes = new Map<string, StepVeto>();
  for (const { subGoalId, veto } of problems)
    if (veto !== undefined && !vetoes.has(subGoalId)) vetoes.set(subGoalId, veto);
  return [...vetoes.values()];
}

/**
 * Checks one action for its skill and arguments; whether it is possible now is for a critic to say.
 *
 * @returns why it cannot be sent, or undefined
 */
export function checkAction(
  action: {
    readonly skill: string;
    readonly robot: string;
    readonly arguments: Readonly<Record<string, string>>;
  },
  view: BeliefView,
  skills: readonly SkillContract[],
  robots: readonly RobotOffer[],
): string | undefined {
  if (action.skill === findSkill) return `"${findSkill}" is no skill of a robot`;
  const proposed = {
    id: '',
    robot: action.robot,
    skill: action.skill,
    arguments: Object.entries(action.arguments).map(([name, value]) => ({ name, value })),
    dependsOn: [],
  };
  const start = symbolicState(view, robots, []);
  return argumentProblems(proposed, idsOf(view), skills, start)[0]?.reason;
}

const namesOf = (view: BeliefView, proposal: PlanProposal): ReadonlySet<string> =>
  new Set([...idsOf(view), ...proposal.references.map((reference) => reference.name)]);

/** Topological order that keeps the order of the list where it can; reports duplicate, unknown and circular ids. */
function orderOf(subGoals: readonly ProposedSubGoal[], problems: PlanProblem[]): readonly ProposedSubGoal[] {
  const ids = new Set<string>();
  for (const { id } of subGoals) {
    if (ids.has(id)) problems.push({ subGoalId: id, reason: `the id "${id}" is used twice` });
    ids.add(id);
  }
  for (const subGoal of subGoals) {
    for (const id of subGoal.dependsOn) {
      if (!ids.has(id))
        problems.push({ subGoalId: subGoal.id, reason: `it depends on "${id}", which is not in the plan` });
    }
  }
  const order: ProposedSubGoal[] = [];
  const placed = new Set<string>();
  let left = [...subGoals];
  while (left.length > 0) {
    const next = left.find((subGoal) => subGoal.dependsOn.every((id) => placed.has(id) || !ids.has(id)));
    if (next === undefined) {
      problems.push({ subGoalId: left[0]!.id, reason: 'its dependencies are circular' });
      return order;
    }
    order.push(next);
    placed.add(next.id);
    left = left.filter((subGoal) => subGoal !== next);
  }
  return order;
}

function argumentProblems(
  subGoal: ProposedSubGoal,
  known: ReadonlySet<string>,
  skills: readonly SkillContract[],
  start: SymbolicState,
): readonly PlanProblem[] {
  const problem = (reason: string): PlanProblem => ({
    subGoalId: subGoal.id,
    reason,
    veto: { step: subGoal, breaks: 'vocabulary', before: [] },
  });
  const { robots } = start.world;
  const robot = robots.find((candidate) => candidate.name === subGoal.robot);
  if (robot === undefined)
    return [
      problem(
        `there is no robot "${subGoal.robot}"; there are: ${robots.map((each) => each.name).join(', ')}`,
      ),
    ];
  if (subGoal.skill === findSkill) {
    const [object] = subGoal.arguments;
    const fits =
      subGoal.arguments.length === 1 && object?.name === 'object' && start.world.objects.has(object.value);
    return fits ? [] : [problem('find takes one argument "object": an object id or a reference')];
  }
  const contract = skills.find((skill) => skill.name === subGoal.skill);
  if (contract === undefined) {
    return [
      problem(
        `there is no skill "${subGoal.skill}"; there are: ${[findSkill, ...skills.map((skill) => skill.name)].join(', ')}`,
      ),
    ];
  }
  if (!robot.skills.has(contract.name))
    return [
      problem(`${robot.name} has no skill "${contract.name}"; it has: ${[...robot.skills].join(', ')}`),
    ];
  const problems: PlanProblem[] = [];
  const given = new Set(subGoal.arguments.map((argument) => argument.name));
  if (given.size < subGoal.arguments.length) problems.push(problem('an argument is given twice'));
  for (const parameter of contract.parameters) {
    if (parameter.required && !given.has(parameter.name))
      problems.push(problem(`${contract.name} needs the argument "${parameter.name}"`));
  }
  for (const { name, value } of subGoal.arguments) {
    const parameter = contract.parameters.find((candidate) => candidate.name === name);
    if (parameter === undefined) problems.push(problem(`${contract.name} has no argument "${name}"`));
    else if (parameter.types.some((type) => type === 'number' || type === 'text')) continue;
    else if (!known.has(value)) problems.push(problem(`"${value}" is neither known nor a reference`));
    else if (!isFitting(contract, name, value, start.world)) {
      problems.push(
        problem(
          `"${value}" cannot be the ${name} of ${contract.name}, which takes a ${parameter.types.join(' or ')}`,
        ),
      );
    }
  }
  return problems;
}

function preconditionProblems(
  order: readonly ProposedSubGoal[],
  skills: readonly SkillContract[],
  start: SymbolicState,
): readonly PlanProblem[] {
  let state = start;
  for (const [index, subGoal] of order.entries()) {
    const given = Object.fromEntries(subGoal.arguments.map((argument) => [argument.name, argument.value]));
    const contract = skills.find((skill) => skill.name === subGoal.skill);
    const operator: Operator =
      contract === undefined
        ? findOperator(given.object ?? '', subGoal.robot)
        : groundOperator(contract, given, subGoal.robot);
    // What holds already is skipped when it is due.
    if (contract !== undefined && holdAlready(contract, given, subGoal.robot, state)) continue;
    if (contract !== undefined && !operator.isApplicable(state)) {
      const broken = brokenPrecondition(contract, given, subGoal.robot, state);
      return [
        {
          subGoalId: subGoal.id,
          reason: `${subGoal.skill} needs ${broken}, which does not hold at that point and which no earlier step brings about`,
          veto: { step: subGoal, breaks: 'precondition', before: order.slice(0, index) },
        },
      ];
    }
    state =
      contract === undefined ? searched(operator.apply(state), given.object ?? '') : operator.apply(state);
  }
  return [];
}

/** A search opens what the thing is believed to be behind. */
function searched(state: SymbolicState, id: string): SymbolicState {
  const facts = new Set(state.facts);
  for (const door of doorsBefore(state, id)) {
    facts.add(`open(${door})`);
    facts.delete(`closed(${door})`);
  }
  return { ...state, facts };
}

function holdAlready(
  contract: SkillContract,
  given: Readonly<Record<string, string>>,
  robot: string,
  state: SymbolicState,
): boolean {
  const effects = contract.effects.filter((term) => !term.negated).map((term) => fillTerm(term, given));
  return (
    effects.length > 0 &&
    effects.every((statement) => statement !== undefined && state.facts.has(factOf(statement, robot)))
  );
}

function brokenPrecondition(
  contract: SkillContract,
  given: Readonly<Record<string, string>>,
  robot: string,
  state: SymbolicState,
): string {
  for (const term of contract.preconditions) {
    const single = groundOperator({ ...contract, preconditions: [term] }, given, robot);
    const statement = fillTerm(term, given);
    if (statement !== undefined && !single.isApplicable(state))
      return `${term.negated ? 'not ' : ''}${formatAtom(statement)}`;
  }
  return 'something';
}
