import { ConfigurationError } from '@efferent/core';

/** Parts of planning that can be left out, each for itself, to see what it is worth; all planners have the first two, `hybrid` all. */
export const ablationNames = [
  'goals',
  'retrieval',
  'critic',
  'feasibility',
  'rehearsal',
  'samples',
  'coverage',
  'mending',
  'repair-levels',
  'verification',
  'explanations',
  'parallel',
] as const;

export type Ablation = (typeof ablationNames)[number];

/** Tells whether a list names only parts that there are. */
export const areAblations = (text: string): boolean =>
  namesIn(text).every((name) => ablationNames.some((each) => each === name));

/**
 * Reads a list of parts to leave out.
 *
 * @param text - names separated by commas; may be empty
 * @throws {@link ConfigurationError} code `unknown-ablation`
 */
export function parseAblations(text: string): readonly Ablation[] {
  return namesIn(text).map((name) => {
    const known = ablationNames.find((each) => each === name);
    if (known !== undefined) return known;
    throw new ConfigurationError({
      code: 'unknown-ablation',
      message: `the planner has no part "${name}" to leave out; there are: ${ablationNames.join(', ')}`,
      fields: { name },
    });
  });
}

const namesIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
