import type { Figure, Report } from '../../figure.ts';
import { readTally } from '../tally.ts';
import { Html, html, table } from './html.ts';
import { calibrationPlot, gapPlot } from './plots.ts';
import { comparability, depsSelectorGain } from './published.ts';
import {
  cleaSection,
  comparisonSection,
  effortSection,
  roundsSection,
  surfaceSection,
} from './surface-section.ts';

/** Writes reports of `bench planning` as one page that needs nothing else. */
export function planningPage(reports: readonly Report[]): string {
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>efferent: planners beside each other</title>
<style>
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 1120px; margin: 2rem auto; padding: 0 1rem; color: #1d232b; background: #fff; }
h1 { font-size: 1.6rem; } h2 { margin-top: 3rem; border-bottom: 2px solid #d8dde3; } h3 { margin-top: 2rem; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.6rem; text-align: right; border-bottom: 1px solid #e6e9ed; white-space: nowrap; }
th:first-child { text-align: left; } thead th { position: sticky; top: 0; background: #f4f6f8; }
.wide { overflow: auto; max-height: 70vh; margin: 1rem 0; } figure { margin: 1rem 0; overflow-x: auto; }
.note { background: #fff7e0; border-left: 4px solid #d9a300; padding: 0.6rem 1rem; }
.met { color: #13703a; } .missed { color: #b3261e; font-weight: 600; }
</style></head><body>
<h1>Planners beside each other</h1>
<p class="note">Errors of the model come from <b>reasoner-noisy</b>, an emulator: the offline reasoner with seeded faults. No figure here says
anything about a real language model; its column stays empty until a recording of one exists.</p>
${reports.map(reportSection)}
<h2>What is comparable, and what is not</h2>
<ul>${comparability.map((sentence) => html`<li>${sentence}</li>`)}</ul>
</body></html>
`;
  return page.text;
}

function reportSection(report: Report): Html {
  const { suite, level, episodes } = report.details as {
    readonly suite: string;
    readonly level?: string;
    readonly episodes?: number;
  };
  const cells = [...readTally(tallyOf(report)).values()];
  return html`<h2>Suite ${suite}</h2>
<p>commit ${report.commit} · first seed ${report.seed} · level ${level ?? '–'} · ${episodes ?? '–'} episodes a cell · ${report.machine.cpu},
${report.machine.cores} cores</p>
${targets(report.figures)}
${suite === 'deps' ? [roundsSection(cells), comparisonSection(report.figures), effortSection(report.figures), surfaceSection(cells)] : []}
${suite === 'clea' ? [cleaSection(cells), comparisonSection(report.figures), effortSection(report.figures), surfaceSection(cells)] : []}
${suite === 'critic' ? criticSection(report.figures) : []}
${suite === 'selector' ? selectorSection(report.figures) : []}`;
}

/** A figure of a file may be null: JSON has no word for what is not a number. */
const number = (value: number | null): string => (value === null ? '–' : value.toPrecision(4));

const tallyOf = (report: Report) => (report.details.tally ?? {}) as Readonly<Record<string, number>>;

function targets(figures: readonly Figure[]): Html {
  const judged = figures.filter(({ met }) => met !== undefined);
  if (judged.length === 0) return html``;
  return html`<h3>Targets</h3>
${table(
  ['figure', 'value', 'wanted', '95 %', 'n', ''],
  judged.map(({ name, value, unit, comparison, target, interval95, n, met }) => [
    name,
    `${number(value)} ${unit === '1' ? '' : unit}`,
    target === Number.EPSILON ? '> 0' : `${comparison} ${target}`,
    interval95 === undefined ? '' : interval95.map((bound) => bound.toPrecision(3)).join(' – '),
    n ?? '',
    met === true ? html`<span class="met">met</span>` : html`<span class="missed">missed</span>`,
  ]),
)}`;
}

function criticSection(figures: readonly Figure[]): Html {
  const points = figures.flatMap((each) => {
    const match = /^calibration-(\d+)\/observed$/.exec(each.name);
    const predicted = figures.find(({ name }) => name === `calibration-${match?.[1]}/predicted`);
    if (match === null || predicted === undefined) return [];
    const [low, high] = each.interval95 ?? [each.value, each.value];
    return [{ predicted: predicted.value, observed: each.value, low, high }];
  });
  return html`<h3>Judgements tried out in copies of the world</h3>
${new Html(calibrationPlot(points))}
${table(
  ['figure', 'value', 'n'],
  figures
    .filter(({ name }) => !name.startsWith('calibration-'))
    .map(({ name, value, n }) => [name, number(value), n ?? '']),
)}`;
}

function selectorSection(figures: readonly Figure[]): Html {
  const points = figures.flatMap(({ name, value }) => {
    const match = /^([^/]+)\/([^/]+)\/gap-closed-([\d.]+)$/.exec(name);
    return match === null || value === null || value === undefined
      ? []
      : [{ group: match[1]!, arm: match[2]!, budget: Number(match[3]), gap: value }];
  });
  return html`<h3>Share of the gap between the fixed order and the optimum that is closed</h3>
<p>DEPS reports +${depsSelectorGain.join(', +')} points over the fixed order with 2, 3 and 4 parallel goals.</p>
${new Html(gapPlot(points))}
${table(
  ['figure', 'value', 'n'],
  figures.map(({ name, value, n }) => [name, number(value), n ?? '']),
)}`;
}
