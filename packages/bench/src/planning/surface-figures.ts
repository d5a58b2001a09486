import { type Figure, figure, rateFigure } from '../figure.ts';
import { effortFigures } from './effort-figures.ts';
import { permutationTest } from './permutation-test.ts';
import type { CellTally, Metric } from './tally.ts';
import { readTally } from './tally.ts';

/** Groups of more than this many skills must gain from replanning; the first group has one. */
const singleSkillGroup = 'one-skill';
const compared = ['no-critic', 'retry', 'open-loop'] as const;
const significant: ReadonlySet<string> = new Set(['retry', 'open-loop']);
const means: readonly (readonly [Metric, string, string])[] = [
  ['goals', 'goal-condition-success', '1'],
  ['path-weighted', 'path-weighted-success', '1'],
  ['skills', 'skills', '1'],
  ['replans', 'replans', '1'],
  ['calls', 'model-calls', '1'],
  ['tokens', 'tokens', '1'],
  ['simulated-s', 'simulated', 's'],
  ['wall-s', 'wall', 's'],
];

/** Figures of the suites `deps` and `clea`, from what their cells add up to. */
export function surfaceFigures(tally: Readonly<Record<string, number>>): Figure[] {
  const cells = [...readTally(tally).values()];
  if (cells.some(({ name }) => name.level === 'full')) return levelFigures(cells);
  return [
    ...cells.flatMap(cellFigures),
    ...cells
      .filter(({ name }) => name.scale === 1 && name.rounds === 8)
      .flatMap((cell) => comparisons(cell, cells)),
    ...roundFigures(cells),
    ...effortFigures(cells),
    ...livelockFigures(cells),
  ];
}

const isHybrid = (arm: string): boolean => arm === 'hybrid' || arm.startsWith('hybrid-');

/** Tasks that went on without getting anywhere: of `hybrid`, and of every planner. */
export const livelockFigures = (cells: readonly CellTally[]): Figure[] =>
  [
    ['hybrid-livelocks', cells.filter(({ name }) => isHybrid(name.arm))] as const,
    ['livelocks', cells] as const,
  ].map(([name, counted]) =>
    figure(name, sumOver(counted, 'livelocks'), '1', { target: ['<=', 0], n: sumOver(counted, 'n') }),
  );

const sumOver = (cells: readonly CellTally[], metric: Metric): number =>
  cells.reduce((total, cell) => total + cell.sum(metric), 0);

function cellFigures(cell: CellTally): Figure[] {
  const { arm, scale, level } = cell.name;
  const key = cell.key.replaceAll(' ', '/');
  const n = cell.sum('n');
  const isFaultless = scale === 0 && level === 'measured' && (arm === 'hybrid' || arm === 'classical');
  const quiet = isFaultless ? undisturbed(cell) : undefined;
  return [
    rateFigure(`${key}/success`, cell.sum('success'), n),
    ...(quiet === undefined
      ? []
      : [rateFigure(`${key}/undisturbed-success`, quiet.success, quiet.n, ['>=', 0.95])]),
    ...means.map(([metric, name, unit]) => figure(`${key}/${name}`, cell.mean(metric), unit, { n })),
    figure(`${key}/livelocks`, cell.sum('livelocks'), '1', { n }),
  ];
}

function undisturbed(cell: CellTally): { readonly success: number; readonly n: number } {
  const sums = cell.disturbances.get('none');
  return { success: sums?.get('success') ?? 0, n: sums?.get('n') ?? 0 };
}

/** Hybrid beside the others in one cell of the surface: points, and a permutation test clustered by task. */
function comparisons(cell: CellTally, cells: readonly CellTally[]): Figure[] {
  if (cell.name.arm !== 'hybrid') return [];
  const { persistence, level } = cell.name;
  const others = cells.filter(
    ({ name }) =>
      name.arm !== 'hybrid' &&
      name.scale === 1 &&
      name.rounds === 8 &&
      name.level === level &&
      (name.persistence === persistence || name.arm === 'classical'),
  );
  return others.flatMap((other) => {
    const { arm } = other.name;
    const gain = cell.mean('success') - other.mean('success');
    const differences = [...cell.tasks].map(
      ([task, sums]) => (sums.get('success') ?? 0) - (other.tasks.get(task)?.get('success') ?? 0),
    );
    const test = permutationTest(differences, 1);
    const isTargeted = (compared as readonly string[]).includes(arm);
    const name = `hybrid-over-${arm}/x1/p${persistence}/${level}`;
    return [
      figure(`${name}/gain`, gain, '1', {
        n: cell.sum('n'),
        // Better means by more than nothing.
        ...(isTargeted ? { target: ['>=', Number.EPSILON] as const } : {}),
      }),
      figure(`${name}/p-value`, test.p, '1', {
        n: test.clusters,
        ...(significant.has(arm) ? { target: ['<=', 0.01] as const } : {}),
      }),
    ];
  });
}

/** Success of each group at the rounds of the sweep, and what 8 rounds gain over none. */
function roundFigures(cells: readonly CellTally[]): Figure[] {
  const swept = cells.filter(({ name }) => name.scale === 1 && name.rounds === 0);
  return swept.flatMap((none) => {
    const { arm, persistence, level } = none.name;
    const same = cells.filter(
      ({ name }) =>
        name.arm === arm && name.scale === 1 && name.persistence === persistence && name.level === level,
    );
    const eight = same.find(({ name }) => name.rounds === 8);
    return groupsOf(none).flatMap((group) => [
      ...same
        .sort((a, b) => a.name.rounds - b.name.rounds)
        .map((cell) =>
          rateFigure(
            `${arm}/${group}/rounds-${cell.name.rounds}`,
            cell.sum('success', group),
            cell.sum('n', group),
          ),
        ),
      ...(eight === undefined
        ? []
        : [
            figure(
              `${arm}/${group}/gain-of-8-rounds`,
              eight.mean('success', group) - none.mean('success', group),
              '1',
              arm === 'hybrid' && group !== singleSkillGroup ? { target: ['>=', Number.EPSILON] } : {},
            ),
          ]),
    ]);
  });
}

export const groupsOf = (cell: CellTally): readonly string[] => [
  ...new Set([...cell.tasks.keys()].map((task) => task.split('/', 1)[0]!)),
];

/** Measured rates beside full simulation, over the same episodes. */
function levelFigures(cells: readonly CellTally[]): Figure[] {
  const figures = cells.flatMap((cell) => {
    const { arm, level } = cell.name;
    const target = arm === 'hybrid' && level === 'full' ? (['>=', 0.85] as const) : undefined;
    return [
      rateFigure(`${arm}/${level}/success`, cell.sum('success'), cell.sum('n'), target),
      ...groupsOf(cell).map((group) =>
        rateFigure(`${arm}/${level}/${group}/success`, cell.sum('success', group), cell.sum('n', group)),
      ),
      figure(`${arm}/${level}/simulated`, cell.mean('simulated-s'), 's', { n: cell.sum('n') }),
    ];
  });
  return [...figures, ...livelockFigures(cells)];
}
