import type { SkillContract } from '@efferent/skills';

/** A skill with its arguments, as one line of a plan gives it. */
export interface CallText {
  /** The robot that is to do it; undefined when the line leaves that open. */
  readonly robot?: string | undefined;
  readonly skill: string;
  readonly arguments: Readonly<Record<string, string>>;
}

const callPattern = /^\s*(?:\d+[.)]\s*)?(?:(\/[\w/]+):\s*)?([a-z][a-z-]*)\s*\(([^()]*)\)\s*;?\s*(?:#.*)?$/;

/** Writes a call without its robot, as a line of a plan: `place-in(object=apple-1, container=bowl-1)`. */
export const formatCall = ({ skill, arguments: given }: Omit<CallText, 'robot'>): string =>
  `${skill}(${Object.entries(given)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ')})`;

/**
 * Reads a line of a plan, `/stretch: pick(object=apple-1)` or `pick(apple-1)`: arguments may be named, or stand in the
 * order of the contract's parameters.
 *
 * @returns undefined when the line is not of this form or names no skill of `skills`
 */
export function parseCall(
  line: string,
  skills: readonly Pick<SkillContract, 'name' | 'parameters'>[],
): CallText | undefined {
  const match = callPattern.exec(line);
  const skill = skills.find((candidate) => candidate.name === match?.[2]);
  if (match === null || skill === undefined) return undefined;
  const parts = match[3]!
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const given: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const [first = '', second] = part.split('=').map((each) => each.trim());
    const parameter = skill.parameters.find((candidate, position) =>
      second === undefined ? position === index : candidate.name === first,
    );
    const value = second ?? first;
    if (parameter === undefined || value === '' || given[parameter.name] !== undefined) return undefined;
    given[parameter.name] = value;
  }
  return { robot: match[1], skill: skill.name, arguments: given };
}
