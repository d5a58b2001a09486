import type { SkillContract } from '@efferent/skills';
import type { BeliefView } from '../../belief/belief-view.ts';
import type { RobotOffer } from '../../model/language-model.ts';
import {
  type GoalList,
  type ParsedGoal,
  type PlanProposal,
  type ProposedReference,
  parsedGoalSchema,
} from '../../model/proposal.ts';
import { type CallText, parseCall } from '../../plan/call-text.ts';
import { dependenciesOf, type RobotCall } from '../../plan/deorder.ts';
import { findSkill } from '../../reasoner/operators.ts';
import { symbolicState } from '../../reasoner/symbolic-state.ts';
import { idsOf } from '../../reasoner/things.ts';
import type { TaskContext } from '../../task/task-context.ts';

/** The agent's own search, in the form of a skill that a line may name. */
const findParameters: Pick<SkillContract, 'name' | 'parameters'> = {
  name: findSkill,
  parameters: [{ name: 'object', types: ['object'], required: true, description: 'what to look for' }],
};

/**
 * Reads the planner's lines as sub-goals. A line that is a call with known names is read as it stands; any other goes to
 * the model, whose answer is held to the skills; one that it cannot read either is left out and named in the message.
 *
 * Dependencies come from the contracts: goals that need nothing of each other are parallel.
 */
export async function parseGoals(
  task: TaskContext,
  list: GoalList,
  signal: AbortSignal,
): Promise<PlanProposal> {
  const { skills, robots } = task.environment;
  const view = task.view();
  const references = new Map<string, ProposedReference>();
  const calls: RobotCall[] = [];
  const unread: string[] = [];
  for (const line of list.lines) {
    const call = await parseGoal(task, line, view, references, signal);
    if (call === undefined) unread.push(line);
    else calls.push({ ...call, robot: call.robot ?? robotFor(call.skill, robots) });
  }
  for (const line of unread) task.memory.note('note', `the goal "${line}" means no skill`);
  const used = [...references.values()];
  const start = symbolicState(view, robots, used, { unknownIsBoth: true });
  const waits = dependenciesOf(calls, start, skills);
  return {
    status: list.status,
    message: [list.message, ...unread.map((line) => `I cannot read "${line}".`)].filter(Boolean).join(' '),
    goals: list.goals,
    subGoals: calls.map((call, index) => ({
      id: `s${index + 1}`,
      robot: call.robot,
      skill: call.skill,
      arguments: Object.entries(call.arguments).map(([name, value]) => ({ name, value })),
      dependsOn: waits[index]!.map((at) => `s${at + 1}`),
    })),
    references: used,
    complete: list.complete,
    question: list.question,
  };
}

/** The first robot that has the skill; DEPS plans for one. */
const robotFor = (skill: string, robots: readonly RobotOffer[]): string =>
  (robots.find((robot) => robot.skills.includes(skill)) ?? robots[0])?.name ?? '';

async function parseGoal(
  task: TaskContext,
  line: string,
  view: BeliefView,
  references: Map<string, ProposedReference>,
  signal: AbortSignal,
): Promise<CallText | undefined> {
  const { skills } = task.environment;
  const known = idsOf(view);
  const call = parseCall(line, [findParameters, ...skills]);
  if (call !== undefined && Object.values(call.arguments).every((id) => known.has(id) || references.has(id)))
    return call;
  const parsed: ParsedGoal = await task.model.ask({ purpose: 'parse-goal', line }, parsedGoalSchema, signal);
  if (parsed.skill === '') return undefined;
  if (parsed.reference !== null) references.set(parsed.reference.name, parsed.reference);
  return {
    skill: parsed.skill,
    arguments: Object.fromEntries(parsed.arguments.map(({ name, value }) => [name, value])),
  };
}
