import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const { document } = parseHTML('<!doctype html><html><body></body></html>');

/** Colour and dash of each arm; colour is never alone, lines carry their names. */
const arms = ['hybrid', 'classical', 'deps', 'clea', 'no-critic', 'retry', 'open-loop'];
const share = { domain: [0, 1], label: 'success', grid: true, percent: false, tickFormat: '.0%' } as const;

export interface SurfacePoint {
  readonly arm: string;
  readonly scale: number;
  readonly persistence: number;
  readonly success: number;
  readonly low: number;
  readonly high: number;
}

/** Success over the scale of the errors, one panel a persistence, one line an arm. */
export const surfacePlot = (points: readonly SurfacePoint[]): string =>
  render({
    width: 1080,
    height: 320,
    marginRight: 70,
    fx: { label: 'persistence of the errors', tickFormat: (value: number) => `p ${value}` },
    x: { label: 'errors, times the fitted rates', ticks: [0, 0.5, 1, 2] },
    y: share,
    color: { legend: true, domain: armsOf(points) },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.ruleX(points, {
        x: 'scale',
        y1: 'low',
        y2: 'high',
        fx: 'persistence',
        stroke: 'arm',
        strokeOpacity: 0.35,
      }),
      Plot.lineY(points, { x: 'scale', y: 'success', fx: 'persistence', stroke: 'arm', marker: 'circle' }),
    ],
  });

export interface RoundPoint {
  readonly source: string;
  readonly group: string;
  readonly rounds: number;
  readonly success: number;
}

/** Success over the replanning rounds, one panel a group. */
export const roundsPlot = (points: readonly RoundPoint[]): string =>
  render({
    width: 1080,
    height: 260,
    fx: { label: null, domain: [...new Set(points.map(({ group }) => group))] },
    x: { label: 'replanning rounds', ticks: [0, 3, 8] },
    y: share,
    color: { legend: true },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.lineY(points, { x: 'rounds', y: 'success', fx: 'group', stroke: 'source', marker: 'circle' }),
    ],
  });

export interface BarPoint {
  readonly source: string;
  readonly group: string;
  readonly success: number;
}

/** Bars side by side, one panel a group. */
export const barsPlot = (points: readonly BarPoint[]): string =>
  render({
    width: 1080,
    height: 320,
    marginBottom: 90,
    fx: { label: null, domain: [...new Set(points.map(({ group }) => group))] },
    x: {
      label: null,
      axis: 'bottom',
      tickRotate: -40,
      domain: [...new Set(points.map(({ source }) => source))],
    },
    y: share,
    color: { legend: false },
    marks: [Plot.barY(points, { x: 'source', y: 'success', fx: 'group', fill: 'source' }), Plot.ruleY([0])],
  });

export interface CalibrationPoint {
  readonly predicted: number;
  readonly observed: number;
  readonly low: number;
  readonly high: number;
}

/** Observed success over the predicted chance; a calibrated critic lies on the diagonal. */
export const calibrationPlot = (points: readonly CalibrationPoint[]): string =>
  render({
    width: 420,
    height: 380,
    x: { domain: [0, 1], label: 'predicted chance' },
    y: { domain: [0, 1], label: 'success in copies of the world', grid: true },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { strokeOpacity: 0.4, strokeDasharray: '4' },
      ),
      Plot.ruleX(points, { x: 'predicted', y1: 'low', y2: 'high' }),
      Plot.lineY(points, { x: 'predicted', y: 'observed', marker: 'circle' }),
    ],
  });

export interface GapPoint {
  readonly arm: string;
  readonly group: string;
  readonly budget: number;
  readonly gap: number;
}

/** Share of the gap between the fixed order and the optimum that is closed, over the budget. */
export const gapPlot = (points: readonly GapPoint[]): string =>
  render({
    width: 1080,
    height: 300,
    fx: { label: null },
    x: { label: 'budget, times the optimal time' },
    y: { label: 'share of the gap closed', grid: true },
    color: { legend: true },
    marks: [
      Plot.frame({ strokeOpacity: 0.2 }),
      Plot.ruleY([0.8], { strokeDasharray: '4', strokeOpacity: 0.5 }),
      Plot.lineY(points, { x: 'budget', y: 'gap', fx: 'group', stroke: 'arm', marker: 'circle' }),
    ],
  });

const armsOf = (points: readonly SurfacePoint[]): string[] => {
  const there = [...new Set(points.map(({ arm }) => arm))];
  return [...arms.filter((arm) => there.includes(arm)), ...there.filter((arm) => !arms.includes(arm))];
};

function render(options: Plot.PlotOptions): string {
  const figure = Plot.plot({ ...options, document: document as unknown as Document });
  return (figure as unknown as { readonly outerHTML: string }).outerHTML;
}
