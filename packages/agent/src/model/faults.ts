import type { Rng } from '@efferent/core';
import type { BeliefView, FixtureView } from '../belief/belief-view.ts';
import type { LanguageModelRequest } from './language-model.ts';
import type { ActionPlan, Explanation, GoalList, PlanProposal, Suitability } from './proposal.ts';

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

/** What one fault is about: chosen at random once, and the same again as long as it is there to choose. */
export class FaultChoice {
  readonly #rng: Rng;
  readonly #chosen = new Set<string>();

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  pick(options: readonly string[]): string {
    const again = options.find((option) => this.#chosen.has(option));
    if (again !== undefined) return again;
    const chosen = this.#rng.pick(options);
    this.#chosen.add(chosen);
    return chosen;
  }
}

type Request = Pick<LanguageModelRequest<unknown>, 'question' | 'belief'>;

/** Puts a fault into an answer; an answer that offers no place for it is left as it is. */
export function corrupt<Output>(
  answer: Output,
  kind: FaultKind,
  request: Request,
  choice: FaultChoice,
): Output {
  switch (request.question.purpose) {
    case 'decompose':
    case 'replan':
      return corruptPlan(answer as PlanProposal, kind, request.belief, choice) as Output;
    case 'plan-goals':
      return corruptList(answer as GoalList, kind, request.belief, choice) as Output;
    case 'act':
      return corruptActions(answer as ActionPlan, kind, request.belief, choice) as Output;
    case 'criticise':
      return flip(answer as Suitability) as Output;
    case 'explain':
      return misexplain(answer as Explanation) as Output;
    default:
      return answer;
  }
}

function corruptPlan(
  plan: PlanProposal,
  kind: FaultKind,
  view: BeliefView,
  choice: FaultChoice,
): PlanProposal {
  if (plan.status !== 'plan' || plan.subGoals.length === 0) return plan;
  if (kind === 'missing-step') {
    const left = plan.subGoals.filter((_, index) => index !== Math.min(1, plan.subGoals.length - 1));
    const ids = new Set(left.map((step) => step.id));
    return {
      ...plan,
      subGoals: left.map((step) => ({ ...step, dependsOn: step.dependsOn.filter((id) => ids.has(id)) })),
    };
  }
  if (kind === 'dropped-goal') return withoutGoal(plan, choice);
  const swap = substitution(
    kind,
    plan.subGoals.flatMap((step) => step.arguments.map((each) => each.value)),
    view,
    choice,
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
function withoutGoal(plan: PlanProposal, choice: FaultChoice): PlanProposal {
  if (plan.goals.length < 2) return plan;
  const dropped = choice.pick(plan.goals);
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

function corruptList(list: GoalList, kind: FaultKind, view: BeliefView, choice: FaultChoice): GoalList {
  if (list.status !== 'plan' || list.lines.length === 0) return list;
  if (kind === 'missing-step') return { ...list, lines: list.lines.filter((_, index) => index !== 1) };
  if (kind === 'dropped-goal') {
    if (list.goals.length < 2) return list;
    const dropped = choice.pick(list.goals);
    const [, thing = ''] = /\(([^,)]+)/.exec(dropped) ?? [];
    return {
      ...list,
      goals: list.goals.filter((goal) => goal !== dropped),
      lines: list.lines.filter((line) => line.startsWith('open(') || !namesIn(line).includes(thing)),
    };
  }
  const swap = substitution(kind, list.lines.flatMap(namesIn), view, choice);
  if (swap === undefined) return list;
  const lines = list.lines.map(swap.inText);
  if (kind === 'unknown-skill') lines[0] = lines[0]!.replace(/[a-z-]+\(/, 'grab(');
  return { ...list, goals: list.goals.map(swap.inText), lines };
}

function corruptActions(
  plan: ActionPlan,
  kind: FaultKind,
  view: BeliefView,
  choice: FaultChoice,
): ActionPlan {
  if (plan.status !== 'act' || plan.actions.length === 0) return plan;
  if (kind === 'dropped-goal') return { ...plan, status: 'done', actions: [], goals: plan.goals.slice(0, 1) };
  if (kind === 'missing-step') return { ...plan, actions: plan.actions.slice(1) };
  const swap = substitution(
    kind,
    plan.actions.flatMap((step) => step.arguments.map((each) => each.value)),
    view,
    choice,
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

/** Blames what has nothing to do with it. */
const misexplain = (answer: Explanation): Explanation => ({
  precondition: answer.precondition === 'hand-empty' ? '' : 'hand-empty',
  because: 'the hand was not empty',
});

interface Substitution {
  value(name: string): string;
  inText(text: string): string;
}

/** One name for another, everywhere in an answer. */
function substitution(
  kind: FaultKind,
  names: readonly string[],
  view: BeliefView,
  choice: FaultChoice,
): Substitution | undefined {
  const objects = view.objects.filter((object) => !object.missing).map((object) => object.id);
  const places = (is: (fixture: FixtureView) => boolean) => view.fixtures.filter(is).map(({ id }) => id);
  const pools =
    kind === 'misread-place'
      ? [
          places(({ isSurface }) => isSurface),
          places(({ isContainer }) => isContainer),
          places(({ opens }) => opens),
        ]
      : [objects];
  const pool = pools.find((ids) => names.some((name) => ids.includes(name))) ?? [];
  const from = [...new Set(names)].filter((name) => pool.includes(name));
  if (from.length === 0) return undefined;
  const old = choice.pick(from);
  const others = pool.filter((name) => name !== old && !names.includes(name));
  if (kind !== 'unknown-thing' && kind !== 'unknown-skill' && others.length === 0) return undefined;
  const put = kind === 'unknown-thing' ? `${old}-b` : kind === 'unknown-skill' ? old : choice.pick(others);
  const pattern = new RegExp(`(?<=[(=, ])${old}(?=[),]|$)`, 'g');
  return { value: (name) => (name === old ? put : name), inText: (text) => text.replace(pattern, put) };
}

const namesIn = (line: string): readonly string[] =>
  [...line.split('#', 1)[0]!.matchAll(/[=(,]\s*([\w-]+)(?=[,)])/g)].map((match) => match[1]!);
