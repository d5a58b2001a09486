import { checkWithSchema, describeProblem, LanguageModelError } from '@efferent/core';
import { formatAtom } from '../belief/atom.ts';
import type {
  LanguageModel,
  LanguageModelReply,
  LanguageModelRequest,
  StepFailure,
} from '../model/language-model.ts';
import type { PlanProposal } from '../model/proposal.ts';
import { refusalOf } from '../safety/unsafe-request.ts';
import { abilitiesOf } from './abilities.ts';
import { nextActions, observation, suitability, summary } from './clea-answers.ts';
import { composePlan } from './compose-plan.ts';
import { explainGoal, goalList, parseGoalLine } from './deps-answers.ts';
import { explainFailure } from './explain-failure.ts';
import type { Goal, Grounding } from './goal.ts';
import { groundCommands } from './grounding.ts';
import { findSkill } from './operators.ts';
import { symbolicState } from './symbolic-state.ts';
import { knownObjects, labelOf } from './things.ts';
import { wordsOf } from './world-words.ts';

/** Failure codes after which doing the same again with the same thing is pointless. */
const hopelessCodes = new Set(['does-not-hold', 'too-wide', 'unreachable', 'force-limit', 'not-found']);
const hopelessAfter = 4;
const hopelessFrom: Readonly<Record<string, number>> = { 'does-not-hold': 1, 'not-found': 1, 'too-wide': 2 };

/**
 * The offline language model: parses the instruction with a grammar and plans by search over the skill contracts.
 *
 * It is given exactly what a language model is given and answers in the same schema. Equal requests give equal answers.
 */
export class Reasoner implements LanguageModel {
  readonly id = 'reasoner';
  readonly modelledLatencyMs = 3;
  readonly answersVary = false;

  async generate<Output>(request: LanguageModelRequest<Output>): Promise<LanguageModelReply<Output>> {
    const answer = answerTo(request);
    const checked = checkWithSchema(request.schema, answer);
    if (checked.problems !== undefined) {
      throw new LanguageModelError({
        code: 'wrong-schema',
        message: `The reasoner has no answer of the asked shape for "${request.question.purpose}": ${describeProblem(checked.problems[0], 'answer')}`,
        fields: { purpose: request.question.purpose },
      });
    }
    return { output: checked.output, inputTokens: 0, outputTokens: 0, attempts: 1 };
  }
}

type PlanRequest = Omit<LanguageModelRequest<unknown>, 'schema'>;

function answerTo(request: PlanRequest): unknown {
  const { question } = request;
  switch (question.purpose) {
    case 'decompose':
    case 'replan':
      return proposePlan(request);
    case 'explain':
      return explainFailure(request);
    case 'plan-goals':
      return goalList(request, proposePlan(request));
    case 'explain-goal':
      return explainGoal(request);
    case 'parse-goal':
      return parseGoalLine(request, question.line, proposePlan(request), (instruction) =>
        proposePlan({ ...request, instruction }),
      );
    case 'observe':
      return observation(request);
    case 'summarise':
      return summary(request, question);
    case 'act':
      return nextActions(request, question, proposePlan(request));
    case 'criticise':
      return suitability(request, question);
  }
}

/** The robot that looks around: the one that is spoken to. */
const leadOf = (request: PlanRequest): string => request.robots[0]?.name ?? '';

const proposal = (fields: Partial<PlanProposal> & Pick<PlanProposal, 'status'>): PlanProposal => ({
  message: '',
  goals: [],
  subGoals: [],
  references: [],
  complete: true,
  question: null,
  ...fields,
});

function proposePlan(request: PlanRequest): PlanProposal {
  const { belief: view } = request;
  const refusal = refusalOf(request.instruction);
  if (refusal !== undefined) return proposal({ status: 'refused', message: refusal });
  const parsed = wordsOf(view).commands(request.instruction);
  const known = `Objects I know of here: ${knownObjects(view)}.`;
  if (!parsed.ok) {
    const { failure } = parsed;
    const help =
      failure.kind === 'unknown-verb' || failure.kind === 'empty'
        ? ` I can: ${abilitiesOf(request.skills)}. ${known}`
        : '';
    return proposal({ status: 'not-understood', message: `${failure.message}${help}` });
  }
  const { answers, achieved, bindings, excluded = {} } = request;
  const context = { view, answers, achieved, bindings, excluded };
  const grounding = groundCommands(parsed.commands, context, leadOf(request));
  if (grounding.kind === 'not-understood')
    return proposal({ status: 'not-understood', message: grounding.message });
  if (grounding.kind === 'question') {
    return proposal({
      status: 'question',
      question: { text: grounding.text, choices: [...grounding.choices] },
    });
  }
  return planFor(request, grounding);
}

function planFor(request: PlanRequest, grounding: Grounding & { readonly kind: 'goals' }): PlanProposal {
  const { belief: view, skills } = request;
  const references = grounding.references.map((reference) => ({
    ...reference,
    classNames: [...reference.classNames],
  }));
  if (grounding.surveys.length > 0) {
    return lookPlan(leadOf(request), grounding.surveys, references);
  }
  const unseen = unseenParts(request, grounding.goals);
  if (unseen.length > 0) return lookPlan(leadOf(request), unseen, references);
  const hopeless = request.failures.filter(
    (failure) =>
      hopelessCodes.has(failure.code) && failure.count >= (hopelessFrom[failure.code] ?? hopelessAfter),
  );
  // A part that stays unclear after a look is taken for open when it is to be closed: it may be ajar.
  const onlyCloses = grounding.goals.every((goal) => goal.atom.predicate === 'closed');
  const toClose = onlyCloses ? grounding.goals : [];
  const start = symbolicState(view, request.robots, references, {
    unreachable: new Set(hopeless.flatMap(blamedThings)),
    openIfUnknown: new Set(toClose.map((goal) => goal.atom.arguments[0]!)),
  });
  const findable = hopeless
    .filter((failure) => failure.skill === findSkill)
    .flatMap((failure) => Object.values(failure.arguments));
  const lost = findable.find(
    (name) =>
      !start.facts.has(`known(${name})`) &&
      grounding.goals.some((goal) => goal.atom.arguments.includes(name)),
  );
  if (lost !== undefined) {
    const failure = hopeless.find((candidate) => Object.values(candidate.arguments).includes(lost));
    return proposal({
      status: 'impossible',
      message: failure?.message ?? `I could not find the ${lost}.`,
      goals: grounding.goals.map((goal) => formatAtom(goal.atom)),
      references,
    });
  }
  const plan = composePlan(start, grounding.goals, skills, request.achieved);
  const [blocked] = plan.unreachable;
  const reason =
    blocked === undefined
      ? ''
      : impossibleBecause(request, formatAtom(blocked.atom), blocked.atom.arguments, hopeless);
  if (blocked !== undefined && plan.subGoals.length === 0) {
    return proposal({ status: 'impossible', message: reason, goals: [...plan.goals], references });
  }
  // Once nothing is left to do with what is known, a closer look may show more of it.
  if (plan.subGoals.length === 0 && grounding.unchecked.length > 0)
    return closeLookPlan(leadOf(request), grounding.unchecked, references);
  return proposal({
    status: 'plan',
    message: reason,
    goals: [...plan.goals],
    subGoals: [...plan.subGoals],
    references,
    complete: !grounding.mayGrow || plan.subGoals.length === 0,
  });
}

/** Goes to each place and looks it over from there. */
function closeLookPlan(
  robot: string,
  targets: readonly string[],
  references: PlanProposal['references'],
): PlanProposal {
  const subGoals = targets.flatMap((target, index) => {
    const given = [{ name: 'target', value: target }];
    const go = { id: `g${index + 1}`, robot, skill: 'navigate', arguments: given, dependsOn: [] };
    return [go, { id: `l${index + 1}`, robot, skill: 'look', arguments: given, dependsOn: [go.id] }];
  });
  return proposal({ status: 'plan', subGoals, references, complete: false });
}

/** Looks first, and plans with what was seen. */
function lookPlan(
  robot: string,
  targets: readonly string[],
  references: PlanProposal['references'],
): PlanProposal {
  const subGoals = targets.map((target, index) => ({
    id: `s${index + 1}`,
    robot,
    skill: 'look',
    arguments: [{ name: 'target', value: target }],
    dependsOn: [],
  }));
  return proposal({ status: 'plan', subGoals, references, complete: false });
}

/** Drawers and doors that are to be opened or closed and whose state was never seen. */
function unseenParts(request: PlanRequest, goals: readonly Goal[]): readonly string[] {
  return goals
    .filter((goal) => goal.atom.predicate === 'open' || goal.atom.predicate === 'closed')
    .map((goal) => goal.atom.arguments[0]!)
    .filter((id) => !request.achieved.includes(`inspected(${id})`))
    .filter((id) => request.belief.fixtures.some((part) => part.id === id && part.state === 'unknown'));
}

const blamedThings = (failure: StepFailure): readonly string[] => {
  const { object, fixture, surface, container, target } = failure.arguments;
  if (failure.skill.startsWith('place')) return [surface, container].filter((value) => value !== undefined);
  return [object, fixture, target].filter((value) => value !== undefined);
};

function impossibleBecause(
  request: PlanRequest,
  goal: string,
  things: readonly string[],
  hopeless: readonly StepFailure[],
): string {
  const failure = hopeless.find((candidate) =>
    blamedThings(candidate).some((thing) => things.includes(thing)),
  );
  const names = things.map((thing) => labelOf(request.belief, thing)).join(', ');
  if (failure !== undefined) return `I gave up on the ${names}: ${failure.message}`;
  return `No sequence of my skills reaches ${goal}.`;
}
