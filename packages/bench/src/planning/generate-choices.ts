import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { horizonFeatures } from '@efferent/agent';
import { usualRounds } from './cell.ts';
import type { EpisodeJob, EpisodeResult } from './episode-job.ts';
import { suiteCards } from './run-cells.ts';
import { runJobs } from './run-jobs.ts';
import { permutations } from './selector-suite.ts';

/**
 * Writes a data set of executed choices among ready sub-goals for policies/training/train_horizon.py.
 *
 * Every task of the suite `selector` is done in every order. A row is what the network is told of a sub-goal that was chosen,
 * with the least way that was left to the end of any episode that began with the same choices.
 *
 * node generate-choices.ts --output FILE --first-seed N --episodes N
 */
const { values } = parseArgs({
  options: {
    output: { type: 'string' },
    'first-seed': { type: 'string', default: '1000' },
    episodes: { type: 'string', default: '100' },
  },
});
const firstSeed = Number(values['first-seed']);
const episodes = Number(values.episodes);
if (values.output === undefined || !(firstSeed >= 1000) || !(episodes > 0)) {
  process.stderr.write('usage: generate-choices.ts --output FILE --first-seed N (>= 1000) --episodes N\n');
  process.exit(2);
}

/** One way to go on from a state; episodes of one task that made equal choices until then share the state. */
interface Option {
  readonly state: number;
  readonly features: readonly number[];
  leastM: number;
}

const rowLength = 2 + horizonFeatures.length;
const file = openSync(`${values.output}.f32`, 'w');
let rows = 0;
let states = 0;

const tasks = suiteCards('selector');
const jobs = Array.from({ length: episodes }, (_, k) => firstSeed + k).flatMap((seed) =>
  tasks.flatMap(({ scene, card }) => {
    const orders = permutations(card.goal.length);
    return orders.map((order): EpisodeJob & { readonly isLast: boolean } => ({
      isLast: order === orders.at(-1),
      scene,
      card: card.id,
      seed,
      order,
      cell: {
        planner: seed % 2 === 0 ? 'hybrid' : 'deps',
        without: [],
        scale: 0,
        persistence: 0,
        rounds: usualRounds,
        level: 'oracle',
      },
      errors: { errorRate: 0, stepErrorRate: 0 },
      selector: 'fixed',
      isFamiliar: true,
      logsChoices: true,
    }));
  }),
);

let task: EpisodeResult[] = [];
await runJobs(jobs, (result, index) => {
  task.push(result);
  if (!jobs[index]!.isLast) return;
  writeTask(task);
  task = [];
  if (index % 128 === 127) process.stdout.write(`${index + 1}/${jobs.length} episodes, ${rows} rows\n`);
});
closeSync(file);
writeFileSync(
  `${values.output}.json`,
  JSON.stringify({
    features: horizonFeatures,
    rows,
    metadata: { features: horizonFeatures.join(' '), unit: 'm' },
  }),
);
process.stdout.write(`${rows} rows of ${states} states\n`);

function writeTask(orders: readonly EpisodeResult[]): void {
  const numbers = new Map<string, number>();
  const options = new Map<string, Option>();
  for (const { success, choices = [], wayM } of orders) {
    if (!success) continue;
    let history = '';
    for (const { call, features, wayM: soFarM } of choices) {
      const state = numbers.get(history) ?? states + numbers.size;
      numbers.set(history, state);
      history += `${call}\n`;
      const option = options.get(history) ?? { state, features, leastM: Number.POSITIVE_INFINITY };
      option.leastM = Math.min(option.leastM, wayM - soFarM);
      options.set(history, option);
    }
  }
  states += numbers.size;
  const block = [...options.values()].flatMap(({ state, features, leastM }) => [state, leastM, ...features]);
  writeSync(file, new Uint8Array(Float32Array.from(block).buffer));
  rows += block.length / rowLength;
}
