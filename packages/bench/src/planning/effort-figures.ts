import { type Figure, figure } from '../figure.ts';
import type { CellTally, Metric } from './tally.ts';

const efforts: readonly (readonly [Metric, string, string])[] = [
  ['calls', 'model-calls', '1'],
  ['tokens', 'tokens', '1'],
  ['simulated-s', 'simulated', 's'],
  ['wall-s', 'wall', 's'],
];
/** The baseline is to have the same calls and seconds as `hybrid`; the wall time beside it depends on the machine. */
const matched: ReadonlySet<Metric> = new Set(['calls', 'simulated-s']);
const mostDifference = 0.05;

/** What `hybrid` and `no-critic` spend on an episode, over the cells that both ran, and by how much it differs. */
export function effortFigures(cells: readonly CellTally[]): Figure[] {
  const pairs = cells.flatMap((cell) => {
    const other = cells.find(({ key }) => key === cell.key.replace(/^hybrid /, 'no-critic '));
    return cell.name.arm === 'hybrid' && other !== undefined ? [{ hybrid: cell, other }] : [];
  });
  if (pairs.length === 0) return [];
  const meanOf = (metric: Metric, of: (pair: (typeof pairs)[number]) => CellTally) =>
    sumOver(pairs.map(of), metric) / sumOver(pairs.map(of), 'n');
  const n = sumOver(
    pairs.map(({ other }) => other),
    'n',
  );
  return efforts.flatMap(([metric, name, unit]) => {
    const hybrid = meanOf(metric, (pair) => pair.hybrid);
    const other = meanOf(metric, (pair) => pair.other);
    const difference = hybrid === 0 ? 0 : Math.abs(other / hybrid - 1);
    return [
      figure(`effort/hybrid/${name}`, hybrid, unit, { n }),
      figure(`effort/no-critic/${name}`, other, unit, { n }),
      figure(
        `effort/difference/${name}`,
        difference,
        '1',
        matched.has(metric) ? { n, target: ['<=', mostDifference] } : { n },
      ),
    ];
  });
}

const sumOver = (cells: readonly CellTally[], metric: Metric): number =>
  cells.reduce((total, cell) => total + cell.sum(metric), 0);
