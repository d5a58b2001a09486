import { evaluateDataSet, openDataSet, type PersonFigures } from '@efferent/emg';
import { Terminal } from '../terminal.ts';

interface EmgEvalOptions {
  readonly dataset: string;
  readonly person: readonly string[];
  readonly json: boolean;
}

/** `efferent emg eval`: how well the default decoder does on the people of a published data set. */
export async function runEmgEval(folder: string, options: EmgEvalOptions): Promise<void> {
  const terminal = new Terminal(options.json ? process.stderr : process.stdout);
  const dataSet = await openDataSet(options.dataset, folder);
  const { sampleRateHz, channelCount, grids } = dataSet;
  const layout = grids.map(({ name }) => name).join(', ');
  terminal.row(
    'data set',
    `${options.dataset}: ${channelCount} channels at ${sampleRateHz} Hz, grids ${layout}`,
  );
  const figures: PersonFigures[] = [];
  for await (const person of evaluateDataSet(dataSet, options.person)) {
    figures.push(person);
    terminal.row(`person ${person.person}`, describePerson(person));
  }
  const repetitions = summarise(figures.map(({ acrossRepetitions }) => acrossRepetitions));
  const sessions = summarise(
    figures.flatMap(({ acrossSessions }) => (acrossSessions === undefined ? [] : [acrossSessions])),
  );
  terminal.row('repetitions', repetitions === undefined ? 'nobody' : describeSummary(repetitions));
  if (sessions !== undefined) terminal.row('sessions', describeSummary(sessions));
  if (!options.json) return;
  const report = {
    dataset: options.dataset,
    decoder: 'shrinkage LDA on RMS, MAV, WL, ZC, SSC; 200 ms windows every 50 ms',
    sampleRateHz,
    channelCount,
    people: figures.map(({ quietElectrodes, ...person }) => ({
      ...person,
      quietElectrodes: quietElectrodes.map(({ grid, row, column }) => ({ grid: grid.name, row, column })),
    })),
    acrossRepetitions: repetitions ?? null,
    acrossSessions: sessions ?? null,
  };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
}

interface Summary {
  readonly median: number;
  readonly worst: number;
  readonly people: number;
}

function summarise(values: readonly number[]): Summary | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [worst] = sorted;
  if (worst === undefined) return undefined;
  const upper = sorted[Math.floor(sorted.length / 2)] as number;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] as number;
  return { median: (lower + upper) / 2, worst, people: sorted.length };
}

function describeSummary({ median, worst, people }: Summary): string {
  return `${percent(median)} of windows right (median of ${people}), ${percent(worst)} the worst`;
}

function describePerson(person: PersonFigures): string {
  const { acrossRepetitions, acrossSessions, gestures, mostConfused, quietElectrodes, windowCount } = person;
  const parts = [
    `${gestures.length} gestures, ${windowCount} windows: ${percent(acrossRepetitions)} right across repetitions`,
  ];
  if (acrossSessions !== undefined) parts.push(`${percent(acrossSessions)} across sessions`);
  if (mostConfused !== undefined) {
    const { gesture, takenFor, share } = mostConfused;
    parts.push(`${gesture} taken for ${takenFor} in ${percent(share)}`);
  }
  if (quietElectrodes.length > 0) {
    const places = quietElectrodes.map(
      ({ grid, row, column }) => `${grid.name} row ${row + 1} column ${column + 1}`,
    );
    parts.push(
      `quiet: ${places.slice(0, 5).join(', ')}${places.length > 5 ? ` and ${places.length - 5} more` : ''}`,
    );
  }
  return parts.join(' · ');
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
