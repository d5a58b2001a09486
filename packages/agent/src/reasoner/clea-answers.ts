import { Kinds } from '../belief/kinds.ts';
import { placeChances } from '../belief/place-chances.ts';
import type { LanguageModelRequest, ModelQuestion, TrajectorySummary } from '../model/language-model.ts';
import type { ActionPlan, PlanProposal, ProposedSubGoal, Suitability } from '../model/proposal.ts';
import { checkAction } from '../plan/check-plan.ts';
import { nextSearchMove } from '../plan/search-places.ts';
import { describeStep } from '../task/describe.ts';
import { describeSituation } from '../task/describe-situation.ts';
import { findSkill, groundOperator } from './operators.ts';
import { stateKey, symbolicState } from './symbolic-state.ts';

type Request = Omit<LanguageModelRequest<unknown>, 'schema'>;
type Question<Purpose extends ModelQuestion['purpose']> = Extract<
  ModelQuestion,
  { readonly purpose: Purpose }
>;

/** What a model knows of kinds of things without this household's map. */
const commonSense = new Kinds([]);
/** Actions that one answer proposes at most, as the published prompt asks for. */
const usualActions = 3;
/** Skills that may be done again for what they show. */
const repeatable = new Set(['look', 'navigate', 'stow']);

export const observation = (request: Request): { readonly text: string } => ({
  text: describeSituation(request.belief, request.robots),
});

export function summary(request: Request, { trajectory }: Question<'summarise'>): TrajectorySummary {
  const done = trajectory.filter((record) => record.action !== '');
  return {
    steps: done.map((record) => `${record.action}: ${record.feedback}`.slice(0, 300)),
    spatial: describeSituation(request.belief, request.robots),
  };
}

/** The first actions of the plan; a search becomes its next look. */
export function nextActions(request: Request, question: Question<'act'>, plan: PlanProposal): ActionPlan {
  const answer = (fields: Partial<ActionPlan> & Pick<ActionPlan, 'status'>): ActionPlan => ({
    message: plan.message,
    subGoal: '',
    actions: [],
    goals: plan.goals,
    question: plan.question,
    ...fields,
  });
  if (plan.status !== 'plan') return answer({ status: plan.status });
  const [first] = plan.subGoals;
  if (first === undefined) return answer({ status: 'done' });
  const steps =
    first.skill === findSkill ? searchSteps(request, question.summary, plan, first) : firstChain(plan);
  if (steps === undefined)
    return answer({
      status: 'impossible',
      message: `I looked everywhere and did not find the ${firstValue(first)}.`,
    });
  const last = steps.at(-1)!;
  return answer({
    status: 'act',
    subGoal: describeStep(request.belief, last.skill, valuesOf(last)).slice(0, 200),
    actions: steps.map((step) => ({
      robot: step.robot,
      skill: step.skill,
      arguments: [...step.arguments],
    })),
  });
}

type Step = Pick<ProposedSubGoal, 'robot' | 'skill' | 'arguments'>;

/** Steps up to the first that puts something down or has to search. */
function firstChain(plan: PlanProposal): readonly Step[] {
  const steps: Step[] = [];
  for (const step of plan.subGoals.slice(0, usualActions)) {
    if (step.skill === findSkill) break;
    steps.push(step);
    if (step.skill.startsWith('place')) break;
  }
  return steps;
}

function searchSteps(
  request: Request,
  { steps }: TrajectorySummary,
  plan: PlanProposal,
  find: ProposedSubGoal,
): readonly Step[] | undefined {
  const name = firstValue(find);
  const reference = plan.references.find((candidate) => candidate.name === name);
  const object = request.belief.objects.find((candidate) => candidate.id === name);
  const robot = request.belief.robots.find((candidate) => candidate.name === find.robot);
  const seen = (share: 'seenShare' | 'closelySeenShare') => (id: string) =>
    request.belief.fixtures.find((fixture) => fixture.id === id)?.[share] ?? 0;
  const [className = name] = reference?.classNames ?? [object?.className ?? name];
  const chances = placeChances(request.belief.fixtures, {
    kind: commonSense.of(className),
    within: reference?.within ?? '',
    lastSupport: '',
    stayed: 0,
    remembered: new Map(),
    seen: seen('seenShare'),
    closelySeen: seen('closelySeenShare'),
  });
  const move = nextSearchMove(request.belief, find.robot, {
    chances,
    closelySince: seen('closelySeenShare'),
    tried: new Set(steps.map(triedMove)),
    handEmpty: (robot?.held ?? '') === '',
  });
  if (move === undefined) return undefined;
  const { robot: searcher } = find;
  const look: Step = { robot: searcher, skill: 'look', arguments: [{ name: 'target', value: move.lookAt }] };
  if (move.skill === 'look') return [look];
  const key = move.skill === 'open' ? 'fixture' : 'target';
  return [{ robot: searcher, skill: move.skill, arguments: [{ name: key, value: move.target }] }, look];
}

/** Reads `look(target=table-top): ok` as the move `look table-top`. */
function triedMove(step: string): string {
  const [, skill = '', value = ''] = /^([a-z-]+)\([a-z]+=([^,)]+)/.exec(step) ?? [];
  return `${skill} ${value}`;
}

/** Judges an action by the skill's contract and the belief. */
export function suitability(request: Request, { action }: Question<'criticise'>): Suitability {
  const no = (reason: Suitability['reason'], feedback: string): Suitability => ({
    suitable: false,
    reason,
    feedback: feedback.slice(0, 400),
  });
  const problem = checkAction(action, request.belief, request.skills, request.robots);
  if (problem !== undefined) return no('invalid', problem);
  const contract = request.skills.find((skill) => skill.name === action.skill)!;
  const state = symbolicState(request.belief, request.robots, [], { unknownIsBoth: true });
  const operator = groundOperator(contract, action.arguments, action.robot);
  const lost = Object.values(action.arguments).find((id) =>
    request.belief.objects.some((object) => object.id === id && object.missing),
  );
  if (lost !== undefined) return no('outdated', `the ${lost} is not where it was`);
  if (!repeatable.has(action.skill) && stateKey(operator.apply(state)) === stateKey(state))
    return no('redundant', 'it is so already');
  if (!operator.isApplicable(state)) return no('invalid', 'a precondition does not hold');
  return { suitable: true, reason: 'suitable', feedback: '' };
}

const firstValue = (step: Step): string => step.arguments[0]?.value ?? '';

const valuesOf = (step: Step): Readonly<Record<string, string>> =>
  Object.fromEntries(step.arguments.map(({ name, value }) => [name, value]));
