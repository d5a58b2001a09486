import type { SkillContract } from '@efferent/skills';

/** What a person may ask for, and the skill without which it cannot be done. */
const abilities: readonly (readonly [string, string])[] = [
  ['find', 'look'],
  ['pick', 'pick'],
  ['place', 'place-on'],
  ['bring', 'place-on'],
  ['open', 'open'],
  ['close', 'close'],
  ['look', 'look'],
  ['go', 'navigate'],
  ['clear', 'place-on'],
  ['tidy', 'place-on'],
  ['press', 'press'],
  ['wipe', 'wipe'],
  ['hold to your mouth', 'offer'],
];

/** Names what this robot can be asked for, as a list for messages. */
export const abilitiesOf = (skills: readonly SkillContract[]): string =>
  abilities
    .filter(([, needed]) => skills.some((skill) => skill.name === needed))
    .map(([word]) => word)
    .join(', ');
