import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ContractError } from '@efferent/core';
import { type Figure, figure, makeReport, percentile, type Report, type SuiteOptions } from '../figure.ts';
import type { AccuracyAnswer } from './accuracy-worker.ts';
import { occasions } from './cohort-recordings.ts';
import type { MemberAccuracy, Score } from './member-accuracy.ts';

const mostWorkers = 8;
/** Error against LibEMG's on the same windows, by group of splits. */
const ratioTargets: Readonly<Record<string, number>> = {
  repetitions: 0.5,
  ...Object.fromEntries(
    occasions.flatMap((occasion) => [
      [occasion, 0.6],
      [`${occasion}-recalibrated`, 0.6],
    ]),
  ),
};
const rejectionTargets = { activeErrorRate: 0.02, rejectionRate: 0.12 } as const;

/**
 * Measures our decoder beside LibEMG's HTD and LDA, on the same windows of people and repetitions that neither was fitted
 * on.
 *
 * @throws {@link ContractError} code `measurement-failed`, e.g. where LibEMG is missing
 */
export async function benchAccuracy(options: SuiteOptions): Promise<Report> {
  const seeds = Array.from({ length: options.episodes }, (_, index) => options.seed + index);
  const people: MemberAccuracy[] = [];
  const waiting = [...seeds];
  const count = Math.min(mostWorkers, availableParallelism(), seeds.length);
  await Promise.all(
    Array.from({ length: count }, () =>
      measureAll(waiting, (person) => {
        people.push(person);
        options.onEpisode({ ...person });
        options.onProgress(`${people.length} of ${seeds.length}  ${describe(person)}`);
      }),
    ),
  );
  people.sort((a, b) => a.seed - b.seed);
  return makeReport('emg', options.seed, accuracyFigures(people), { suite: 'accuracy', people });
}

/** Has one worker measure people until none is waiting. */
async function measureAll(waiting: number[], onPerson: (person: MemberAccuracy) => void): Promise<void> {
  const worker = new Worker(new URL('./accuracy-worker.ts', import.meta.url));
  try {
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) {
      worker.postMessage(seed);
      const [answer] = (await once(worker, 'message')) as [AccuracyAnswer];
      if ('error' in answer) throw new ContractError({ code: 'measurement-failed', message: answer.error });
      onPerson(answer.accuracy);
    }
  } finally {
    // Asked to end instead of terminated: its LibEMG ends with it.
    worker.postMessage(undefined);
    await once(worker, 'exit');
  }
}

function describe({ seed, scores }: MemberAccuracy): string {
  const groups = Object.entries(scores).map(([group, { windows, wrong, libemgWrong }]) => {
    const percent = (errors: number) => ((100 * errors) / windows).toFixed(1);
    return `${group} ${percent(wrong)} (${percent(libemgWrong)})`;
  });
  return `person ${seed}, errors in %, LibEMG's in brackets: ${groups.join('  ')}`;
}

const accuracyFigures = (people: readonly MemberAccuracy[]): Figure[] =>
  Object.entries(ratioTargets).flatMap(([group, ratio]) => groupFigures(people, group, ratio));

function groupFigures(people: readonly MemberAccuracy[], group: string, ratio: number): Figure[] {
  const scores = people.flatMap((person) => person.scores[group] ?? []);
  const total = (of: keyof Score) => scores.reduce((sum, score) => sum + score[of], 0);
  const n = scores.length;
  const accuracies = scores.map(({ wrong, windows }) => 1 - wrong / windows).sort((a, b) => a - b);
  const share = (name: string, of: keyof Score, limit: number) =>
    figure(`${name}-${group}`, total(of) / total('windows'), '1', {
      n,
      ...(group === 'repetitions' ? { target: ['<=', limit] as const } : {}),
    });
  return [
    figure(`error-over-libemg-${group}`, total('wrong') / total('libemgWrong'), '1', {
      n,
      target: ['<=', ratio],
    }),
    figure(`accuracy-${group}`, 1 - total('wrong') / total('windows'), '1', { n }),
    figure(`accuracy-${group}-median`, percentile(accuracies, 0.5), '1', { n }),
    figure(`accuracy-${group}-worst`, accuracies[0] ?? Number.NaN, '1', { n }),
    figure(`libemg-accuracy-${group}`, 1 - total('libemgWrong') / total('windows'), '1', { n }),
    share('active-error-rate', 'activeErrors', rejectionTargets.activeErrorRate),
    share('rejection-rate', 'rejected', rejectionTargets.rejectionRate),
  ];
}
