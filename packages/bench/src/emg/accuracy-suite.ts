import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ContractError } from '@efferent/core';
import { type Figure, figure, makeReport, percentile, type Report, type SuiteOptions } from '../figure.ts';
import type { AccuracyAnswer } from './accuracy-worker.ts';
import { occasions } from './cohort-recordings.ts';
import { type Decoder, decoders, type MemberAccuracy } from './member-accuracy.ts';

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
 * Measures our decoders beside LibEMG's HTD and LDA, on the same windows of people and repetitions that no decoder was
 * fitted on.
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

function describe({ seed, libemgWrong, scores }: MemberAccuracy): string {
  const rates = Object.entries(libemgWrong).map(([group, wrong]) => {
    const percent = (errors: number) => {
      const { windows } = scores[decoders[0]][group] ?? { windows: Number.NaN };
      return ((100 * errors) / windows).toFixed(1);
    };
    return `${group} ${decoders.map((name) => percent(scores[name][group]?.wrong ?? 0)).join('/')} (${percent(wrong)})`;
  });
  return `person ${seed}, errors in %, LibEMG's in brackets: ${rates.join('  ')}`;
}

function accuracyFigures(people: readonly MemberAccuracy[]): Figure[] {
  return Object.keys(ratioTargets).flatMap((group) => [
    ...decoders.flatMap((decoder, index) => decoderFigures(people, group, decoder, index === 0)),
    figure(
      `libemg-accuracy-${group}`,
      1 - sum(people, (person) => person.libemgWrong[group]) / windowsOf(people, group),
      '1',
      {
        n: people.length,
      },
    ),
  ]);
}

/** Only the default decoder has targets; the others are printed beside it. */
function decoderFigures(
  people: readonly MemberAccuracy[],
  group: string,
  decoder: Decoder,
  isDefault: boolean,
): Figure[] {
  const n = people.length;
  const windows = windowsOf(people, group);
  const score = (name: 'wrong' | 'rejected' | 'activeErrors') =>
    sum(people, (person) => person.scores[decoder][group]?.[name]);
  const accuracies = people
    .map((person) => 1 - (person.scores[decoder][group]?.wrong ?? 0) / windowsOf([person], group))
    .sort((a, b) => a - b);
  const judged = (target: readonly ['<=', number]) => (isDefault ? { target, n } : { n });
  const rejection = (limit: number) => (group === 'repetitions' ? judged(['<=', limit]) : { n });
  const ratio = score('wrong') / sum(people, (person) => person.libemgWrong[group]);
  return [
    figure(`${decoder}-error-over-libemg-${group}`, ratio, '1', judged(['<=', ratioTargets[group] ?? 1])),
    figure(`${decoder}-accuracy-${group}`, 1 - score('wrong') / windows, '1', { n }),
    figure(`${decoder}-accuracy-${group}-median`, percentile(accuracies, 0.5), '1', { n }),
    figure(`${decoder}-accuracy-${group}-worst`, accuracies[0] ?? Number.NaN, '1', { n }),
    figure(
      `${decoder}-active-error-rate-${group}`,
      score('activeErrors') / windows,
      '1',
      rejection(rejectionTargets.activeErrorRate),
    ),
    figure(
      `${decoder}-rejection-rate-${group}`,
      score('rejected') / windows,
      '1',
      rejection(rejectionTargets.rejectionRate),
    ),
  ];
}

function windowsOf(people: readonly MemberAccuracy[], group: string): number {
  return sum(people, (person) => person.scores[decoders[0]][group]?.windows);
}

function sum(people: readonly MemberAccuracy[], of: (person: MemberAccuracy) => number | undefined): number {
  return people.reduce((total, person) => total + (of(person) ?? 0), 0);
}
