import type { SkillContract } from '@efferent/skills';
import { matchVerb } from '../language/verbs.ts';
import type { ProposedSubGoal } from '../model/proposal.ts';

/** Skill names by the frame of their verb. */
const skillsOfFrame: Readonly<Record<string, readonly string[]>> = {
  pick: ['pick'],
  take: ['pick'],
  put: ['place-on', 'place-in'],
  move: ['place-on', 'place-in'],
  bring: ['place-on'],
  open: ['open'],
  close: ['close'],
  look: ['look'],
  go: ['navigate'],
  stow: ['stow'],
  press: ['press'],
  wipe: ['wipe'],
  drink: ['offer'],
};

/** Finds the skill that a made-up name means: the only one with such arguments, else the one that its verb fits. */
export function meantSkill(
  step: ProposedSubGoal,
  skills: readonly SkillContract[],
): SkillContract | undefined {
  const given = step.arguments.map((argument) => argument.name);
  const fitting = skills.filter(
    (skill) =>
      skill.parameters.every((parameter) => !parameter.required || given.includes(parameter.name)) &&
      given.every((name) => skill.parameters.some((parameter) => parameter.name === name)),
  );
  if (fitting.length === 1) return fitting[0];
  const frame = matchVerb(step.skill.split('-'), 0)?.frame ?? '';
  const called = fitting.filter((skill) => skillsOfFrame[frame]?.includes(skill.name));
  return called.length === 1 ? called[0] : undefined;
}
