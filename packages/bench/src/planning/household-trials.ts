import type { SkillCall } from '@efferent/agent';
import type { Rng } from '@efferent/core';
import type { HouseholdSkills } from './household-skills.ts';

/** One step in one copy of the world. */
export interface HouseholdTrial {
  readonly skills: HouseholdSkills;
  readonly call: SkillCall;
  /** When the step begins, s. */
  readonly beganS: number;
  /** Draws how the skill ends, and where things come to lie. */
  readonly rng: Rng;
}

/**
 * Executes a skill in a copy of the world as it is now, undisturbed; nothing of it happens here.
 *
 * @returns the failure code; empty when it ended with success and the world is then as its contract promises
 */
export function tryOut({ skills, call, beganS, rng }: HouseholdTrial): string {
  const household = skills.household.copy(rng.fork('places'));
  return check(skills.over(household, rng.fork('skills')), call, beganS);
}

/**
 * The same in a world without what nobody could know of: parts that jam and were never pulled, what covers a container
 * that nothing was put into yet, and what was moved or shut by somebody else. What the belief has taken in since is not
 * as it was there, and fails.
 */
export function tryOutUnspoilt({ skills, call, beganS, rng }: HouseholdTrial): string {
  const { household, jams } = skills.unspoilt(rng.fork('places'));
  return check(skills.over(household, rng.fork('skills'), { jams }), call, beganS);
}

/**
 * Returns skills over a copy in which the steps of a plan were carried out by skills that do what they promise where the
 * world lets them; a search ends with the thing in view.
 *
 * @param named - things by the names that the plan has for them
 */
export function afterSteps(
  { skills, beganS, rng }: Omit<HouseholdTrial, 'call'>,
  steps: readonly SkillCall[],
  named: ReadonlyMap<string, string>,
): HouseholdSkills {
  const household = skills.household.copy(rng.fork('places'));
  const sure = skills.over(household, rng.fork('skills'), { named, factor: 0 });
  for (const step of steps) {
    const thing = household.things.get(named.get(step.arguments.object ?? '') ?? '');
    if (step.skill !== 'find') sure.execute(step, beganS);
    else if (thing !== undefined) household.openBefore(thing);
  }
  return sure.over(household, rng.fork('then'), skills.settings);
}

/** Executes a skill and looks whether what its contract promises has come about. */
function check(skills: HouseholdSkills, call: SkillCall, beganS: number): string {
  const { household } = skills;
  const { object = '', container = '', surface = '', fixture = '' } = call.arguments;
  const robot = household.robots.get(call.robot)!;
  const meant = call.skill === 'pick' ? skills.thingAt(object)?.id : skills.heldAs(robot, object);
  const support = container === '' ? surface : (skills.thingAt(container)?.id ?? container);
  const { failureCode } = skills.execute(call, beganS);
  if (failureCode !== '') return failureCode;
  const isDone = {
    pick: () => meant !== undefined && robot.heldId === meant,
    'place-in': () => meant !== undefined && household.things.get(meant)?.supportId === support,
    'place-on': () => meant !== undefined && household.things.get(meant)?.supportId === support,
    open: () => household.isOpen(fixture),
    close: () => !household.isOpen(fixture),
  }[call.skill];
  return (isDone?.() ?? true) ? '' : 'not-confirmed';
}
