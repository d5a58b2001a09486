import type { Figure } from '../../figure.ts';
import { wilsonInterval } from '../../figure.ts';
import { groupsOf } from '../surface-figures.ts';
import type { CellTally } from '../tally.ts';
import { Html, html, percent, table } from './html.ts';
import { barsPlot, type RoundPoint, roundsPlot, surfacePlot } from './plots.ts';
import { cleaGains, cleaSuccess, depsRounds } from './published.ts';

const realModel = 'real language model';

/** Every cell of the surface, with the cells where the critic hurts marked. */
export function surfaceSection(cells: readonly CellTally[]): Html {
  const surface = cells.filter(({ name }) => name.level === 'measured' && name.rounds === 8);
  const points = surface.flatMap((cell) => {
    const { arm, scale, persistence } = cell.name;
    const [low, high] = wilsonInterval(cell.sum('success'), cell.sum('n'));
    // Without errors persistence is nobody's: the cell stands in every panel.
    const panels = scale === 0 || arm === 'classical' ? [0, 0.5, 0.9, 1] : [persistence];
    return panels.map((panel) => ({
      arm,
      scale,
      persistence: panel,
      success: cell.mean('success'),
      low,
      high,
    }));
  });
  return html`<h3>Errors, persistence, planner</h3>
${new Html(surfacePlot(points))}
${table(
  [
    'cell',
    'success %',
    '95 %',
    'goals %',
    'path-weighted %',
    'believed %',
    'skills',
    'replans',
    'calls',
    'tokens',
    'simulated s',
    'wall s',
    'livelocks',
    'n',
    'critic',
    realModel,
  ],
  cells.map((cell) => cellRow(cell, cells)),
)}`;
}

function cellRow(cell: CellTally, cells: readonly CellTally[]): (string | number)[] {
  const n = cell.sum('n');
  const [low, high] = wilsonInterval(cell.sum('success'), n);
  return [
    cell.key,
    percent(cell.mean('success')),
    `${percent(low)} – ${percent(high)}`,
    percent(cell.mean('goals')),
    percent(cell.mean('path-weighted')),
    percent(cell.mean('believed')),
    cell.mean('skills').toFixed(1),
    cell.mean('replans').toFixed(2),
    cell.mean('calls').toFixed(1),
    cell.mean('tokens').toFixed(0),
    cell.mean('simulated-s').toFixed(0),
    cell.mean('wall-s').toFixed(3),
    cell.sum('livelocks'),
    n,
    criticWord(cell, cells),
    '',
  ];
}

/** Whether the critic helps or hurts in this cell. */
function criticWord(cell: CellTally, cells: readonly CellTally[]): string {
  if (cell.name.arm !== 'hybrid') return '';
  const without = cells.find(({ key }) => key === cell.key.replace('hybrid', 'no-critic'));
  if (without === undefined) return '';
  const points = 100 * (cell.mean('success') - without.mean('success'));
  return points < 0 ? `hurts: ${points.toFixed(1)}` : `+${points.toFixed(1)}`;
}

/** Success over the rounds, group by group, beside the table of DEPS. */
export function roundsSection(cells: readonly CellTally[]): Html {
  const swept = cells.filter(
    ({ name }) => name.scale === 1 && name.persistence === 0.5 && name.level === 'measured',
  );
  const arms = [...new Set(swept.filter(({ name }) => name.rounds === 0).map(({ name }) => name.arm))];
  const [first] = swept.filter(({ name }) => name.rounds === 0);
  if (first === undefined) return html``;
  const groups = groupsOf(first);
  const ours: RoundPoint[] = swept
    .filter(({ name }) => arms.includes(name.arm))
    .sort((a, b) => a.name.rounds - b.name.rounds)
    .flatMap((cell) =>
      groups.map((group) => ({
        source: cell.name.arm,
        group,
        rounds: cell.name.rounds,
        success: cell.mean('success', group),
      })),
    );
  const theirs: RoundPoint[] = Object.entries(depsRounds).flatMap(([rounds, row]) =>
    groups.map((group, index) => ({
      source: 'DEPS, published',
      group,
      rounds: Number(rounds),
      success: (row[index] ?? Number.NaN) / 100,
    })),
  );
  const points = [...ours, ...theirs];
  const rows = [...new Set(points.map(({ source }) => source))].flatMap((source) =>
    [0, 1, 3, 5, 8].map((rounds) => [
      `${source}, ${rounds} rounds`,
      ...groups.map((group) =>
        percent(points.find((p) => p.source === source && p.group === group && p.rounds === rounds)?.success),
      ),
    ]),
  );
  return html`<h3>Replanning rounds, beside DEPS</h3>
<p>Errors at the fitted rates, persistence 0.5. The paper's groups MT1 to MT8 stand beside ours in order of their difficulty.</p>
${new Html(roundsPlot(points))}
${table(['success %', ...groups], [...rows, [realModel, ...groups.map(() => '')]])}`;
}

/** Success by kind of task beside the bars of CLEA. */
export function cleaSection(cells: readonly CellTally[]): Html {
  const shown = cells.filter(
    ({ name }) =>
      name.level === 'measured' &&
      name.scale === 1 &&
      name.rounds === 8 &&
      (name.persistence === 0.5 || name.arm === 'classical'),
  );
  const kinds = ['search', 'manipulation', 'integrated-1', 'integrated-2'];
  const rows = [
    ...Object.entries(cleaSuccess).map(([name, row]) => ({
      source: `${name}, published`,
      values: row.map((value) => value / 100),
    })),
    ...shown.map((cell) => ({
      source: cell.name.arm,
      values: kinds.map((kind) => cell.mean('success', kind)),
    })),
  ];
  const bars = rows.flatMap(({ source, values }) =>
    kinds.map((group, index) => ({ source, group, success: values[index]! })),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const open = rows.find(({ source }) => source === 'open-loop');
  const gain = (arm: string) => {
    const row = rows.find(({ source }) => source === arm);
    return row === undefined || open === undefined ? undefined : mean(row.values) - mean(open.values);
  };
  return html`<h3>Kinds of task, beside CLEA</h3>
<p>Errors at the fitted rates, persistence 0.5. CLEA reports +${cleaGains.success} points of success and +${cleaGains.steps} points of
steps over its open-loop baseline (12 trials). Ours over ours: clea ${percent(gain('clea'))}, hybrid ${percent(gain('hybrid'))} points.</p>
${new Html(barsPlot(bars))}
${table(
  ['success %', ...kinds, 'mean'],
  [
    ...rows.map(({ source, values }) => [source, ...values.map(percent), percent(mean(values))]),
    [realModel, ...kinds.map(() => ''), ''],
  ],
)}
${disturbanceTable(shown)}`;
}

function disturbanceTable(cells: readonly CellTally[]): Html {
  const names = [...new Set(cells.flatMap((cell) => [...cell.disturbances.keys()]))];
  return html`<h3>What disturbs</h3>
${table(
  ['success %', ...names],
  cells.map((cell) => [
    cell.name.arm,
    ...names.map((name) => {
      const sums = cell.disturbances.get(name);
      return percent((sums?.get('success') ?? 0) / (sums?.get('n') ?? Number.NaN));
    }),
  ]),
)}`;
}

/** Hybrid beside the others, with the tests. */
export function comparisonSection(figures: readonly Figure[]): Html {
  const gains = figures.filter(({ name }) => name.startsWith('hybrid-over-') && name.endsWith('/gain'));
  return html`<h3>Hybrid beside the others at 1x</h3>
<p>Points of success; two-sided permutation test, arms exchanged in whole tasks.</p>
${table(
  ['comparison', 'points', 'p'],
  gains.map((gain) => {
    const p = figures.find(({ name }) => name === gain.name.replace(/gain$/, 'p-value'));
    return [gain.name.replace(/\/gain$/, ''), (100 * gain.value).toFixed(1), p?.value?.toPrecision(2) ?? '–'];
  }),
)}`;
}

/** What `hybrid` and the baseline without a critic spend on an episode. */
export function effortSection(figures: readonly Figure[]): Html {
  const value = (name: string) => figures.find((figure) => figure.name === `effort/${name}`)?.value;
  const names = ['model-calls', 'tokens', 'simulated', 'wall'];
  if (value('hybrid/model-calls') === undefined) return html``;
  return html`<h3>What hybrid and no-critic spend on an episode</h3>
${table(
  ['mean', 'model calls', 'tokens', 'simulated s', 'wall s'],
  [
    ...['hybrid', 'no-critic'].map((arm) => [
      arm,
      ...names.map((name) => value(`${arm}/${name}`)?.toFixed(3) ?? '–'),
    ]),
    ['difference %', ...names.map((name) => percent(value(`difference/${name}`)))],
  ],
)}`;
}
