import type { Rng } from '@efferent/core';
import type { BeliefView } from '../belief/belief-view.ts';
import type { LanguageModelRequest } from './language-model.ts';
import type { ActionPlan, GoalList, PlanProposal, Suitability } from './proposal.ts';

/** Faults that keep to the contracts, and such that break them. */
export type FaultKind =
  | 'wrong-object'
  | 'dropped-goal'
  | 'misread-place'
  | 'missing-step'
  | 'unknown-thing'
  | 'unknown-skill';

export const legalFaults: readonly FaultKind[] = ['wrong-object', 'dropped-goal', 'misread-place'];
export const illegalFaults: readonly FaultKind[] = ['missing-step', 'unknown-thing', 'unknown-skill'];

type Request = Pick<LanguageModelRequest<unknown>, 'question' | 'belief'>;

/** Puts a fault into an answer; an answer that offers no place for it is left as it is. */
export function corrupt<Output>(answer: Output, kind: FaultKind, request: Request, rng: Rng): Output {
  switch (request.question.purpose) {
    case 'decompose':
    case 'replan':
      return corruptPlan(answer as PlanProposal, kind, request.belief, rng) as Output;
    case 'plan-goals':
      return corruptList(answer as GoalList, kind, request.belief, rng) as Output;
    case 'act':
      return corruptActions(answer as ActionPlan, kind, request.belief, rng) as Output;
    case 'criticise':
      return flip(answer as Suitability) as Output;
    default:
      return answer;
  }
}

function corruptPlan(plan: PlanProposal, kind: FaultKind, view: BeliefView, rng: Rng): PlanProposal {
  if (plan.status !== 'plan' || plan.subGoals.length === 0) return plan;
  if (kind === 'missing-step') {
    const left = plan.subGoals.filter((_, index) => index !== Math.min(1, plan.subGoals.length - 1));
    const ids = new Set(left.map((step) => step.id));
    return {
      ...plan,
      subGoals: left.map((step) => ({ ...step, dependsOn: step.dependsOn.filter((id) => ids.has(id)) })),
    };
  }
  if (kind === 'dropped-goal') return withoutGoal(plan, rng);
  const swap = substitution(
    kind,
    plan.subGoals.flatMap((step) => step.arguments.map((each) => each.value)),
    view,
    rng,
  );
  if (swap === undefined) return plan;
  return {
    ...plan,
    goals: plan.goals.map(swap.inText),
    subGoals: plan.subGoals.map((step, index) => ({
      ...step,
      skill: kind === 'unknown-skill' && index === 0 ? 'grab' : step.skill,
      arguments: step.arguments.map((each) => ({ ...each, value: swap.value(each.value) })),
    })),
  };
}

/** Forgets one thing that was asked for, and the steps that only it needed. */
function withoutGoal(plan: PlanProposal, rng: Rng): PlanProposal {
  if (plan.goals.length < 2) return plan;
  const dropped = rng.pick(plan.goals);
  const [, thing = ''] = /\(([^,)]+)/.exec(dropped) ?? [];
  const gone = new Set(
    plan.subGoals
      .filter((step) => step.arguments.some((each) => each.value === thing) && !step.skill.startsWith('open'))
      .map((step) => step.id),
  );
  return {
    ...plan,
    goals: plan.goals.filter((goal) => goal !== dropped),
    subGoals: plan.subGoals
      .filter((step) => !gone.has(step.id))
      .map((step) => ({ ...step, dependsOn: step.dependsOn.filter((id) => !gone.has(id)) })),
  };
}

function corruptList(list: GoalList, kind: FaultKind, view: BeliefView, rng: Rng): GoalList {
  if (list.status !== 'plan' || list.lines.length === 0) return list;
  if (kind === 'missing-step') return { ...list, lines: list.lines.filter((_, index) => index !== 1) };
  if (kind === 'dropped-goal') {
    if (list.goals.length < 2) return list;
    const dropped = rng.pick(list.goals);
    const [, thing = ''] = /\(([^,)]+)/.exec(dropped) ?? [];
    return {
      ...list,
      goals: list.goals.filter((goal) => goal !== dropped),
      lines: list.lines.filter((line) => line.startsWith('open(') || !namesIn(line).includes(thing)),
    };
  }
  const swap = substitution(kind, list.lines.flatMap(namesIn), view, rng);
  if (swap === undefined) return list;
  const lines = list.lines.map(swap.inText);
  if (kind === 'unknown-skill') lines[0] = lines[0]!.replace(/[a-z-]+\(/, 'grab(');
  return { ...list, goals: list.goals.map(swap.inText), lines };
}

function corruptActions(plan: ActionPlan, kind: FaultKind, view: BeliefView, rng: Rng): ActionPlan {
  if (plan.status !== 'act' || plan.actions.length === 0) return plan;
  if (kind === 'dropped-goal') return { ...plan, status: 'done', actions: [], goals: plan.goals.slice(0, 1) };
  if (kind === 'missing-step') return { ...plan, actions: plan.actions.slice(1) };
  const swap = substitution(
    kind,
    plan.actions.flatMap((step) => step.arguments.map((each) => each.value)),
    view,
    rng,
  );
  if (swap === undefined) return plan;
  return {
    ...plan,
    actions: plan.actions.map((step, index) => ({
      ...step,
      skill: kind === 'unknown-skill' && index === 0 ? 'grab' : step.skill,
      arguments: step.arguments.map((each) => ({ ...each, value: swap.value(each.value) })),
    })),
  };
}

const flip = (answer: Suitability): Suitability =>
  answer.suitable
    ? { suitable: false, reason: 'wrong-plan', feedback: 'it does not help' }
    : { suitable: true, reason: 'suitable', feedback: '' };

interface Substitution {
  value(name: string): string;
  inText(text: string): string;
}

/** One name for another, everywhere in an answer. */
function substitution(
  kind: FaultKind,
  names: readonly string[],
  view: BeliefView,
  rng: Rng,
): Substitution | undefined {
  const objects = view.objects.filter((object) => !object.missing).map((object) => object.id);
  const surfaces = view.fixtures.filter((fixture) => fixture.isSurface).map((fixture) => fixture.id);
  const pool = kind === 'misread-place' ? surfaces : objects;
  const from = [...new Set(names)].filter((name) => pool.includes(name));
  if (from.length === 0) return undefined;
  const old = rng.pick(from);
  const others = pool.filter((name) => name !== old && !names.includes(name));
  if (kind !== 'unknown-thing' && kind !== 'unknown-skill' && others.length === 0) return undefined;
  const put = kind === 'unknown-thing' ? `${old}-b` : kind === 'unknown-skill' ? old : rng.pick(others);
  const pattern = new RegExp(`(?<=[(=, ])${old}(?=[),]|$)`, 'g');
  return { value: (name) => (name === old ? put : name), inText: (text) => text.replace(pattern, put) };
}

const namesIn = (line: string): readonly string[] =>
  [...line.split('#', 1)[0]!.matchAll(/[=(,]\s*([\w-]+)(?=[,)])/g)].map((match) => match[1]!);
