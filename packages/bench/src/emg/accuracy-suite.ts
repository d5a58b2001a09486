import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ContractError } from '@efferent/core';
import type { CohortGroup, DecoderName } from '@efferent/emg';
import { type Figure, figure, makeReport, percentile, type Report, type SuiteOptions } from '../figure.ts';
import type { AccuracyAnswer } from './accuracy-worker.ts';
import { occasions } from './cohort-recordings.ts';
import type { MemberAccuracy, MemberJob, Score } from './member-accuracy.ts';

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

/** What the accuracy suites are told. */
interface AccuracyOptions extends SuiteOptions {
  /** Measured beside each other; names of figures end with the decoder when there are several. */
  readonly decoders: readonly DecoderName[];
}

/**
 * Measures our decoders beside LibEMG's HTD and LDA, on the same windows of people and repetitions that none was fitted
 * on.
 *
 * @throws {@link ContractError} code `measurement-failed`, e.g. where LibEMG is missing
 */
export async function benchAccuracy(options: AccuracyOptions): Promise<Report> {
  const people = await measurePeople(options, 'able-bodied');
  const figures = byDecoder(people, options, (of) =>
    Object.entries(ratioTargets).flatMap(([group, ratio]) => groupFigures(of, group, ratio)),
  );
  return makeReport('emg', options.seed, figures, { suite: 'accuracy', people });
}

/** The same across repetitions of people with an injury of the neck, by how many gestures they can make. */
export async function benchCervical(options: AccuracyOptions): Promise<Report> {
  const people = await measurePeople(options, 'cervical');
  const counts = [...new Set(people.map(({ classes }) => classes))].sort((a, b) => a - b);
  const figures = byDecoder(people, options, (of) =>
    counts.flatMap((count) =>
      shares(
        of.filter(({ classes }) => classes === count),
        'repetitions',
        `${count}-classes`,
      ),
    ),
  );
  return makeReport('emg', options.seed, figures, { suite: 'cervical', people });
}

function byDecoder(
  people: readonly MemberAccuracy[],
  { decoders }: AccuracyOptions,
  figuresOf: (people: readonly MemberAccuracy[]) => readonly Figure[],
): Figure[] {
  return decoders.flatMap((decoder) =>
    figuresOf(people.filter((person) => person.decoder === decoder)).map((each) =>
      decoders.length === 1 ? each : { ...each, name: `${each.name}-${decoder}` },
    ),
  );
}

async function measurePeople(options: AccuracyOptions, group: CohortGroup): Promise<MemberAccuracy[]> {
  const waiting = Array.from({ length: options.episodes }, (_, index) => options.seed + index);
  const people: MemberAccuracy[] = [];
  const count = Math.min(mostWorkers, availableParallelism(), waiting.length);
  let done = 0;
  const onPerson = (accuracies: readonly MemberAccuracy[]) => {
    done += 1;
    for (const accuracy of accuracies) {
      people.push(accuracy);
      options.onEpisode({ ...accuracy });
      options.onProgress(`${done} of ${options.episodes}  ${describe(accuracy)}`);
    }
  };
  const next = (): MemberJob | undefined => {
    const seed = waiting.shift();
    return seed === undefined ? undefined : { seed, group, decoders: options.decoders };
  };
  await Promise.all(Array.from({ length: count }, () => measureAll(next, onPerson)));
  return people.sort((a, b) => a.seed - b.seed);
}

/** Has one worker measure people until none is waiting. */
async function measureAll(
  next: () => MemberJob | undefined,
  onPerson: (accuracies: readonly MemberAccuracy[]) => void,
): Promise<void> {
  const worker = new Worker(new URL('./accuracy-worker.ts', import.meta.url));
  try {
    for (let job = next(); job !== undefined; job = next()) {
      worker.postMessage(job);
      const [answer] = (await once(worker, 'message')) as [AccuracyAnswer];
      if ('error' in answer) throw new ContractError({ code: 'measurement-failed', message: answer.error });
      onPerson(answer.accuracies);
    }
  } finally {
    // Asked to end instead of terminated: its LibEMG ends with it.
    worker.postMessage(undefined);
    await once(worker, 'exit');
  }
}

function describe({ seed, decoder, scores }: MemberAccuracy): string {
  const groups = Object.entries(scores).map(([group, { windows, wrong, libemgWrong }]) => {
    const percent = (errors: number) => ((100 * errors) / windows).toFixed(1);
    return `${group} ${percent(wrong)} (${percent(libemgWrong)})`;
  });
  return `person ${seed}, ${decoder}, errors in %, LibEMG's in brackets: ${groups.join('  ')}`;
}

function groupFigures(people: readonly MemberAccuracy[], group: string, ratio: number): Figure[] {
  const scores = people.flatMap((person) => person.scores[group] ?? []);
  const [wrong, libemgWrong] = [totalOf(scores, 'wrong'), totalOf(scores, 'libemgWrong')];
  const n = scores.length;
  const overLibemg = figure(`error-over-libemg-${group}`, wrong / libemgWrong, '1', {
    n,
    target: ['<=', ratio],
  });
  return [overLibemg, ...shares(people, group, group)];
}

/** Accuracies and rates over people. */
function shares(people: readonly MemberAccuracy[], group: string, name: string): Figure[] {
  const scores = people.flatMap((person) => person.scores[group] ?? []);
  const share = (of: keyof Score) => totalOf(scores, of) / totalOf(scores, 'windows');
  const n = scores.length;
  const accuracies = scores.map(({ wrong, windows }) => 1 - wrong / windows).sort((a, b) => a - b);
  const rate = (what: string, of: keyof Score, limit: number) =>
    figure(`${what}-${name}`, share(of), '1', {
      n,
      ...(name === 'repetitions' ? { target: ['<=', limit] as const } : {}),
    });
  return [
    figure(`accuracy-${name}`, 1 - share('wrong'), '1', { n }),
    figure(`accuracy-${name}-median`, percentile(accuracies, 0.5), '1', { n }),
    figure(`accuracy-${name}-worst`, accuracies[0] ?? Number.NaN, '1', { n }),
    figure(`libemg-accuracy-${name}`, 1 - share('libemgWrong'), '1', { n }),
    rate('active-error-rate', 'activeErrors', rejectionTargets.activeErrorRate),
    rate('rejection-rate', 'rejected', rejectionTargets.rejectionRate),
  ];
}

const totalOf = (scores: readonly Score[], of: keyof Score): number =>
  scores.reduce((sum, score) => sum + score[of], 0);
