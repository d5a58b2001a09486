import { ConfigurationError } from '@efferent/core';
import { type DecoderName, decoderNames, gestureNames } from '@efferent/emg';
import { benchAccuracy, benchCervical } from './emg/accuracy-suite.ts';
import { occasions, withCohortMember } from './emg/cohort-recordings.ts';
import { benchDeviceSoak } from './emg/device-soak-suite.ts';
import { benchDevices } from './emg/devices-suite.ts';
import { benchFitts } from './emg/fitts-suite.ts';
import { LibemgPeer } from './emg/libemg-peer.ts';
import { benchOnset } from './emg/onset-suite.ts';
import { benchEmgTasks, type EmgTasksOptions } from './emg/tasks-suite.ts';
import { benchTiming } from './emg/timing-suite.ts';
import { benchUnintended } from './emg/unintended-suite.ts';
import { type Figure, figure, makeReport, type Report } from './figure.ts';

export interface EmgOptions extends EmgTasksOptions {
  /** One of {@link emgSuites}. */
  readonly suite: string;
  /** One of `decoderNames`, or several with commas between them where they can be measured beside each other. */
  readonly decoder: string;
  /** Length of the suite `soak`. */
  readonly minutes?: number;
}

export const emgSuites = [
  'generator',
  'accuracy',
  'cervical',
  'onset',
  'timing',
  'tasks',
  'fitts',
  'unintended',
  'devices',
  'soak',
] as const;

/**
 * Measures HDEMG on virtual people, seeds `seed`, `seed + 1`, …
 *
 * @throws {@link ConfigurationError} code `unknown-suite` or `unknown-decoder`, or `no-libemg` where the peer cannot run
 */
export async function benchEmg(options: EmgOptions): Promise<Report> {
  if (!(emgSuites as readonly string[]).includes(options.suite))
    throw new ConfigurationError({
      code: 'unknown-suite',
      message: `bench emg: there is no suite "${options.suite}"; there are: ${emgSuites.join(', ')}`,
    });
  if (options.suite === 'generator') return benchGenerator(options);
  if (options.suite === 'tasks') return benchEmgTasks(options);
  if (options.suite === 'fitts') return benchFitts(options);
  if (options.suite === 'unintended') return benchUnintended(options);
  if (options.suite === 'devices') return benchDevices(options);
  if (options.suite === 'soak') return benchDeviceSoak({ ...options, minutes: options.minutes ?? 30 });
  const decoders = decodersOf(options.decoder);
  if (options.suite === 'accuracy') return benchAccuracy({ ...options, decoders });
  if (options.suite === 'cervical') return benchCervical({ ...options, decoders });
  const [decoder = 'lda', ...others] = decoders;
  if (others.length > 0)
    throw new ConfigurationError({
      code: 'invalid-option',
      message: `bench emg: the suite "${options.suite}" measures one decoder, got ${options.decoder}`,
    });
  return options.suite === 'onset'
    ? benchOnset({ ...options, decoder })
    : benchTiming({ ...options, decoder });
}

function decodersOf(names: string): readonly DecoderName[] {
  return names.split(',').map((name) => {
    const decoder = decoderNames.find((known) => known === name.trim());
    if (decoder !== undefined) return decoder;
    throw new ConfigurationError({
      code: 'unknown-decoder',
      message: `bench emg: there is no decoder "${name}"; there are: ${decoderNames.join(', ')}`,
    });
  });
}

/** Shares of right windows of one person, LibEMG's HTD and LDA. */
type Accuracies = Readonly<Record<string, number>>;

/** Does the virtual cohort show what is published of real ones? */
async function benchGenerator(options: EmgOptions): Promise<Report> {
  const libemg = await LibemgPeer.start();
  const people: Accuracies[] = [];
  try {
    for (let index = 0; index < options.episodes; index++) {
      const seed = options.seed + index;
      const accuracies = await withCohortMember(seed, async (member) => {
        const job = member.libemgJob(({ gesture }) => gestureNames.indexOf(gesture));
        const evaluations = await libemg.run(job);
        const right = new Map<string, { right: number; n: number }>();
        for (const [at, { name, predictions }] of evaluations.entries()) {
          const [group = name] = name.split('/');
          const tally = right.get(group) ?? { right: 0, n: 0 };
          const { test } = member.splits[at] as (typeof member.splits)[number];
          tally.right += predictions.filter((label, i) => label === job.labels[test[i] as number]).length;
          tally.n += test.length;
          right.set(group, tally);
        }
        return Object.fromEntries([...right].map(([group, tally]) => [group, tally.right / tally.n]));
      });
      people.push(accuracies);
      options.onEpisode({ seed, ...accuracies });
      options.onProgress(
        `${index + 1} of ${options.episodes}  ${Object.entries(accuracies)
          .map(([group, share]) => `${group} ${(100 * share).toFixed(1)}`)
          .join('  ')}`,
      );
    }
  } finally {
    libemg.stop();
  }
  return makeReport('emg', options.seed, generatorFigures(people), { suite: options.suite, people });
}

function generatorFigures(people: readonly Accuracies[]): Figure[] {
  const n = people.length;
  const mean = (of: (person: Accuracies) => number) =>
    people.reduce((sum, person) => sum + of(person), 0) / n;
  const share = (group: string) => mean((person) => person[group] ?? Number.NaN);
  const repetitions = share('repetitions');
  const later = occasions.map((occasion) =>
    figure(`libemg-accuracy-${occasion}`, share(occasion), '1', { n }),
  );
  return [
    figure('libemg-accuracy-repetitions', repetitions, '1', { target: ['>=', 0.8], n }),
    figure('libemg-accuracy-repetitions-below', repetitions, '1', { target: ['<=', 0.93], n }),
    figure('libemg-loss-shift-10mm', repetitions - share('shift'), '1', { target: ['>=', 0.07], n }),
    figure('libemg-accuracy-session-above', share('session'), '1', { target: ['>=', 0.5], n }),
    figure('libemg-accuracy-session-below', share('session'), '1', { target: ['<=', 0.7], n }),
    figure('random-windows-overstate', share('random-windows') - repetitions, '1', {
      target: ['>=', 0.04],
      n,
    }),
    ...later,
    ...occasions.map((occasion) =>
      figure(`libemg-accuracy-${occasion}-recalibrated`, share(`${occasion}-recalibrated`), '1', { n }),
    ),
  ];
}
