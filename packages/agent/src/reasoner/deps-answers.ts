import { formatPredicate } from '@efferent/skills';
import type { LanguageModelRequest } from '../model/language-model.ts';
import type { GoalList, ParsedGoal, PlanProposal, ProposedSubGoal } from '../model/proposal.ts';
import { formatCall } from '../plan/call-text.ts';
import { explainFailure } from './explain-failure.ts';
import { findSkill } from './operators.ts';

type Request = Omit<LanguageModelRequest<unknown>, 'schema'>;

/** Writes a plan as DEPS's planner does: one goal a line, with what it needs and brings about as a comment. */
export function goalList(request: Request, plan: PlanProposal): GoalList {
  const { status, message, goals, complete, question } = plan;
  return {
    status,
    message,
    goals,
    complete,
    question,
    lines: plan.subGoals.map((step) => lineOf(request, step)),
  };
}

function lineOf(request: Request, step: ProposedSubGoal): string {
  const who = request.robots.length > 1 ? `${step.robot}: ` : '';
  const call = `${who}${formatCall({ skill: step.skill, arguments: valuesOf(step) })}`;
  const contract = request.skills.find((skill) => skill.name === step.skill);
  if (contract === undefined) return call;
  const needs = contract.preconditions.map(formatPredicate).join(', ');
  const gives = contract.effects.map(formatPredicate).join(', ');
  return `${call} # needs ${needs || 'nothing'}; gives ${gives}`.slice(0, 240);
}

/**
 * Reads one line: a search for something that the instruction speaks of, or what a person's words for a goal come to.
 *
 * @param planFor - the plan for other words in the same belief
 */
export function parseGoalLine(
  request: Request,
  line: string,
  plan: PlanProposal,
  planFor: (instruction: string) => PlanProposal,
): ParsedGoal {
  const none: ParsedGoal = { skill: '', arguments: [], reference: null };
  const called = plan.subGoals.find((step) => lineOf(request, step) === line);
  const spoken = called === undefined ? planFor(line) : plan;
  const step = called ?? spoken.subGoals.at(-1);
  if (step === undefined) return none;
  const names = step.arguments.map((argument) => argument.value);
  const reference = spoken.references.find((candidate) => names.includes(candidate.name));
  return { skill: step.skill, arguments: step.arguments, reference: reference ?? null };
}

/** Says why the newest failure happened and what has to come first, in the words of DEPS's explainer. */
export function explainGoal(request: Request): { readonly because: string } {
  const failure = request.failures.at(-1);
  const { precondition, because } = explainFailure(request);
  const goal = failure === undefined ? 'the goal' : failure.skill;
  if (failure?.skill === findSkill) return { because: because.slice(0, 600) };
  const cure = precondition === '' ? '' : `, so ${precondition} has to be brought about first`;
  return { because: `Because ${goal} failed: ${because}${cure}.`.slice(0, 600) };
}

const valuesOf = (step: ProposedSubGoal): Readonly<Record<string, string>> =>
  Object.fromEntries(step.arguments.map(({ name, value }) => [name, value]));
