import { ConfigurationError } from '@efferent/core';
import { defaultSignalSettings } from '../decoder/calibrate-synthetic.ts';
import { momentsOf } from '../decoder/class-moments.ts';
import { indexOfLargest } from '../decoder/held-out.ts';
import { writeLogits } from '../decoder/linear-discriminant.ts';
import { fitWithPrior } from '../decoder/prior.ts';
import type { EmgDataSet } from './data-set.ts';
import { type ElectrodePlace, placeOf } from './electrode-grid.ts';
import { type TrialWindow, windowsOf } from './trial-windows.ts';

/** How well one person's gestures are told apart in windows that the decoder was not fitted on. */
export interface PersonFigures {
  readonly person: string;
  readonly gestures: readonly string[];
  readonly sessions: readonly string[];
  readonly windowCount: number;
  /** Share of windows right when whole repetitions of a session are held out, mean over sessions. */
  readonly acrossRepetitions: number;
  /** Share of windows right in later sessions, fitted on the first alone; undefined with one session. */
  readonly acrossSessions: number | undefined;
  /** The two gestures that are taken for one another most often across repetitions, with the share of the first's windows. */
  readonly mostConfused:
    | { readonly gesture: string; readonly takenFor: string; readonly share: number }
    | undefined;
  /** Electrodes that hardly measured anything. */
  readonly quietElectrodes: readonly ElectrodePlace[];
}

const foldCount = 4;
/** An electrode below this share of the median electrode's RMS measures next to nothing. */
const quietShare = 0.05;

/**
 * Evaluates the default decoder (shrinkage LDA on causal time-domain features) on people of a data set, one after the
 * other. Splits are by repetition and by session, never by overlapping windows.
 *
 * @param people - whom; empty takes everybody
 * @throws {@link ConfigurationError} code `unknown-person` or `invalid-data-set`
 */
export async function* evaluateDataSet(
  dataSet: EmgDataSet,
  people: readonly string[],
): AsyncGenerator<PersonFigures> {
  const all = [...new Set(dataSet.sessions.map(({ person }) => person))];
  const unknown = people.find((person) => !all.includes(person));
  if (unknown !== undefined) {
    throw new ConfigurationError({
      code: 'unknown-person',
      message: `the data set has no person "${unknown}"; it has ${all.join(', ')}`,
      fields: { person: unknown },
    });
  }
  for (const person of people.length > 0 ? people : all) yield await evaluatePerson(dataSet, person);
}

async function evaluatePerson(dataSet: EmgDataSet, person: string): Promise<PersonFigures> {
  const { sampleRateHz, channelCount, grids } = dataSet;
  const squares = new Float64Array(channelCount);
  const signal = defaultSignalSettings(sampleRateHz, channelCount);
  const windows = await windowsOf(dataSet, person, signal, (channelRmsUv) => {
    for (let i = 0; i < channelCount; i++)
      squares[i] = (squares[i] as number) + (channelRmsUv[i] as number) ** 2;
  });
  const gestures = [...new Set(windows.map(({ gesture }) => gesture))];
  const sessions = [...new Set(windows.map(({ session }) => session))];
  const confusion = new Confusion(gestures);
  for (const session of sessions) acrossRepetitions(windows, session, gestures, confusion);
  const [first, ...later] = sessions;
  const afterwards = new Confusion(gestures);
  if (later.length > 0) {
    const train = windows.filter(({ session }) => session === first);
    afterwards.test(
      train,
      windows.filter(({ session }) => session !== first),
    );
  }
  return {
    person,
    gestures,
    sessions,
    windowCount: windows.length,
    acrossRepetitions: confusion.accuracy,
    acrossSessions: later.length > 0 ? afterwards.accuracy : undefined,
    mostConfused: confusion.worst,
    quietElectrodes: quietChannels(squares)
      .map((channel) => placeOf(grids, channel))
      .filter((place) => place !== undefined),
  };
}

function acrossRepetitions(
  windows: readonly TrialWindow[],
  session: string,
  gestures: readonly string[],
  confusion: Confusion,
): void {
  const ofSession = windows.filter((window) => window.session === session);
  const repetitions = [...new Set(ofSession.map(({ repetition }) => repetition))].sort((a, b) => a - b);
  if (repetitions.length < 2) {
    throw new ConfigurationError({
      code: 'invalid-data-set',
      message: `session ${session} has ${repetitions.length} repetition of ${gestures.length} gestures; at least 2 are needed to hold one out`,
    });
  }
  const folds = Math.min(foldCount, repetitions.length);
  for (let fold = 0; fold < folds; fold++) {
    const isTested = ({ repetition }: TrialWindow) => repetitions.indexOf(repetition) % folds === fold;
    confusion.test(
      ofSession.filter((window) => !isTested(window)),
      ofSession.filter(isTested),
    );
  }
}

/** Counts what was decided for what was done. */
class Confusion {
  readonly #gestures: readonly string[];
  /** `[done, decided]` */
  readonly #counts: Float64Array;

  constructor(gestures: readonly string[]) {
    this.#gestures = gestures;
    this.#counts = new Float64Array(gestures.length ** 2);
  }

  get accuracy(): number {
    let right = 0;
    let all = 0;
    for (let i = 0; i < this.#counts.length; i++) {
      all += this.#counts[i] as number;
      if (i % (this.#gestures.length + 1) === 0) right += this.#counts[i] as number;
    }
    return all === 0 ? 0 : right / all;
  }

  get worst(): PersonFigures['mostConfused'] {
    const classes = this.#gestures.length;
    let worst: PersonFigures['mostConfused'];
    for (const [done, gesture] of this.#gestures.entries()) {
      const row = this.#counts.subarray(done * classes, (done + 1) * classes);
      const total = row.reduce((sum, count) => sum + count, 0);
      for (const [decided, takenFor] of this.#gestures.entries()) {
        const share = (row[decided] as number) / total;
        if (decided !== done && share > (worst?.share ?? 0)) worst = { gesture, takenFor, share };
      }
    }
    return worst;
  }

  /** Fits on some windows and decides on others; gestures that were not fitted on count as wrong. */
  test(train: readonly TrialWindow[], test: readonly TrialWindow[]): void {
    const known = this.#gestures.filter((gesture) => train.some((window) => window.gesture === gesture));
    const featureCount = train[0]?.features.length ?? 0;
    const labels = train.map(({ gesture }) => known.indexOf(gesture));
    const logs = train.map(({ features }) => Float64Array.from(features, Math.log1p));
    const model = fitWithPrior('diagonal', momentsOf(logs, labels, featureCount, known.length));
    const logits = new Float64Array(known.length);
    for (const window of test) {
      writeLogits(model, Float64Array.from(window.features, Math.log1p), logits);
      const decided = this.#gestures.indexOf(known[indexOfLargest(logits)] as string);
      const at = this.#gestures.indexOf(window.gesture) * this.#gestures.length + decided;
      this.#counts[at] = (this.#counts[at] as number) + 1;
    }
  }
}

function quietChannels(squares: Float64Array): readonly number[] {
  const median = [...squares].sort((a, b) => a - b)[Math.floor(squares.length / 2)] as number;
  return [...squares.keys()].filter((channel) => (squares[channel] as number) < quietShare ** 2 * median);
}
