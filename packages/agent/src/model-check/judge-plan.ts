import type { LanguageModelRequest } from '../model/language-model.ts';
import type { PlanProposal, ProposedSubGoal } from '../model/proposal.ts';
import { checkPlan } from '../plan/check-plan.ts';
import { explainFailure } from '../reasoner/explain-failure.ts';
import { findOperator, findSkill, groundOperator } from '../reasoner/operators.ts';
import { isAccessible, statementOf, symbolicState } from '../reasoner/symbolic-state.ts';

export type CheckRequest = Omit<LanguageModelRequest<unknown>, 'schema'>;

/** What must be so when a plan was carried out, and what it must not do. */
export interface PlanExpectation {
  /** Statements; `*` in place of an argument stands for any thing. */
  readonly reaches: readonly string[];
  /** Pattern of what no step may name or do. */
  readonly avoids?: RegExp;
  /** A class that one of the references must stand for. */
  readonly refersTo?: string;
}

/**
 * Judges a plan by carrying it out over the contracts: it must pass the checker, and every expected statement must hold
 * in the end.
 *
 * @returns what is wrong with it in one sentence; empty when nothing is
 */
export function judgePlan(request: CheckRequest, plan: PlanProposal, expected: PlanExpectation): string {
  if (plan.status !== 'plan') return `answered "${plan.status}" instead of a plan${quoted(plan.message)}`;
  const { belief, skills, robots } = request;
  const [problem] = checkPlan(plan, belief, skills, robots);
  if (problem !== undefined) return `the plan breaks a rule: ${problem.reason}`;
  const named = plan.subGoals.map(
    (step) => `${step.skill} ${step.arguments.map(({ value }) => value).join(' ')}`,
  );
  const forbidden = named.find((step) => expected.avoids?.test(step) === true);
  if (forbidden !== undefined) return `it does "${forbidden}", which nobody asked for`;
  const { refersTo } = expected;
  if (refersTo !== undefined && !plan.references.some(({ classNames }) => classNames.includes(refersTo)))
    return `no reference stands for a ${refersTo}`;
  const facts = factsAfter(request, plan);
  const missing = expected.reaches.find((wanted) => !isReached(wanted, facts));
  return missing === undefined ? '' : `${missing} does not hold after ${named.join(', ') || 'nothing'}`;
}

const quoted = (text: string): string => (text === '' ? '' : `: ${text}`);

/** The statements that hold after a plan that the checker let pass. */
function factsAfter({ belief, skills, robots }: CheckRequest, plan: PlanProposal): ReadonlySet<string> {
  let state = symbolicState(belief, robots, plan.references);
  for (const step of inOrder(plan.subGoals)) {
    const given = Object.fromEntries(step.arguments.map(({ name, value }) => [name, value]));
    const contract = skills.find((skill) => skill.name === step.skill);
    const operator =
      contract === undefined || step.skill === findSkill
        ? findOperator(given.object ?? '', step.robot)
        : groundOperator(contract, given, step.robot);
    state = operator.apply(state);
  }
  const accessible = [...state.world.objects].filter((id) => isAccessible(state, id));
  return new Set([...[...state.facts].map(statementOf), ...accessible.map((id) => `accessible(${id})`)]);
}

/** Steps after all that they depend on; the checker has seen that there is such an order. */
function inOrder(steps: readonly ProposedSubGoal[]): readonly ProposedSubGoal[] {
  const order: ProposedSubGoal[] = [];
  const left = [...steps];
  while (left.length > 0) {
    const next = left.findIndex((step) => step.dependsOn.every((id) => order.some((done) => done.id === id)));
    order.push(...left.splice(Math.max(0, next), 1));
  }
  return order;
}

function isReached(wanted: string, facts: ReadonlySet<string>): boolean {
  if (!wanted.includes('*')) return facts.has(wanted);
  const [before = '', after = ''] = wanted.split('*');
  return [...facts].some((fact) => fact.startsWith(before) && fact.endsWith(after));
}

/** Judges a list of actions: each must be possible when the ones before it are done. */
export function judgeActions(
  request: CheckRequest,
  steps: readonly Omit<ProposedSubGoal, 'id' | 'dependsOn'>[],
): string {
  const subGoals = steps.map((step, index) => ({
    ...step,
    id: `a${index + 1}`,
    dependsOn: index === 0 ? [] : [`a${index}`],
  }));
  const plan = {
    status: 'plan',
    message: '',
    goals: [],
    references: [],
    complete: false,
    question: null,
  } as const;
  return judgePlan(request, { ...plan, goals: [], references: [], subGoals }, { reaches: [] });
}

/** Judges an explanation: it must name the precondition that the belief shows to be broken. */
export function judgeExplanation(request: CheckRequest, precondition: string): string {
  const { precondition: broken } = explainFailure(request);
  const said = precondition.replaceAll(/\s+/g, '');
  if (said === broken.replaceAll(/\s+/g, '')) return '';
  return `names "${precondition}" as broken; the belief says that it is ${broken}`;
}
