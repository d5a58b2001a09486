import { readFileSync } from 'node:fs';
import { ConfigurationError, describeError } from '@efferent/core';
import type { EpisodeRecord } from '@efferent/runtime/simulation';
import { type Figure, percentile, rateFigure } from '../figure.ts';
import type { SkillCounts, SkillRates } from './skill-outcomes.ts';

type SkillRun = EpisodeRecord['skillRuns'][number];

/** Not the skill's chance: somebody ended it, or the world was not as believed, which the household itself shows. */
const foreignCodes: ReadonlySet<string> = new Set([
  'cancelled',
  'stopped',
  'invalid-argument',
  'hand-full',
  'hand-empty',
]);

/**
 * Counts how skills went in episodes of the full simulation.
 *
 * A skill's own time is the lower quartile of its durations: of tries that began near what they were about. The way is
 * added by the household.
 *
 * @param files - paths with commas between them, as `bench tasks --episodes-file` wrote them
 * @throws {@link ConfigurationError} naming the file and line
 */
export function countRates(files: string): Readonly<Record<string, SkillRates>> {
  const runs = files.split(',').flatMap(readRuns);
  const skills = [...new Set(runs.map(({ skill }) => skill))].sort();
  return Object.fromEntries(
    skills.map((skill) => {
      const own = runs.filter((run) => run.skill === skill);
      const seconds = Float64Array.from(
        own.filter(({ code }) => code === '').map(({ elapsedS }) => elapsedS),
      ).sort();
      const contexts = [...new Set(own.map(({ context }) => context))].filter(Boolean).sort();
      return [
        skill,
        {
          ...countOf(own),
          ownS: round(percentile(seconds, 0.25)),
          contexts: Object.fromEntries(
            contexts.map((context) => [context, countOf(own.filter((run) => run.context === context))]),
          ),
        },
      ];
    }),
  );
}

/** Rates of success by skill. */
export const rateFigures = (rates: Readonly<Record<string, SkillRates>>): Figure[] =>
  Object.entries(rates).map(([skill, { tries, failures, lies }]) => {
    const failed = Object.values(failures).reduce((total, count) => total + count, 0);
    return rateFigure(`${skill}/success`, tries - failed - lies, tries);
  });

function countOf(runs: readonly SkillRun[]): SkillCounts {
  const failures: Record<string, number> = {};
  for (const { code } of runs) if (code !== '') failures[code] = (failures[code] ?? 0) + 1;
  return {
    tries: runs.length,
    failures,
    lies: runs.filter(({ code, verdict }) => code === '' && verdict === 'refuted').length,
  };
}

function readRuns(file: string): readonly SkillRun[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      const { skillRuns } = JSON.parse(line) as Pick<EpisodeRecord, 'skillRuns'>;
      return skillRuns.filter(({ code }) => !foreignCodes.has(code));
    } catch (error) {
      throw new ConfigurationError({
        code: 'invalid-file',
        message: `${file}:${index + 1}: not an episode of "bench tasks --episodes-file": ${describeError(error)}`,
        fields: { file },
        cause: error,
      });
    }
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;
