import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Report } from '../figure.ts';

/**
 * Puts the figures of a report of `efferent policy eval` into a policy's model card, between its two markers.
 *
 * node write-card.ts REPORT.json CARD.md
 */
const [reportFile, cardFile] = process.argv.slice(2);
if (reportFile === undefined || cardFile === undefined) {
  process.stderr.write('usage: write-card.ts REPORT.json CARD.md\n');
  process.exit(2);
}
const begin = '<!-- figures: begin -->';
const end = '<!-- figures: end -->';
const report = JSON.parse(readFileSync(resolve(reportFile), 'utf8')) as Report;
const card = readFileSync(resolve(cardFile), 'utf8');
const [before, rest] = card.split(begin);
const after = rest?.split(end)[1];
if (before === undefined || after === undefined) {
  process.stderr.write(`${cardFile}: has no lines "${begin}" and "${end}"\n`);
  process.exit(2);
}
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const rows = report.figures.map(({ name, value, n, interval95, target, comparison }) => {
  const wanted =
    target === undefined ? '' : `${comparison === '>=' ? 'at least' : 'at most'} ${percent(target)}`;
  const interval = interval95 === undefined ? '' : `${percent(interval95[0])} to ${percent(interval95[1])}`;
  return `| ${name.replace('success-rate-', '')} | ${percent(value)} | ${interval} | ${n ?? ''} | ${wanted} |`;
});
const table = [
  `Seed ${report.seed} and following, commit ${report.commit}; 95 % Wilson intervals.`,
  '',
  '| who acts | lifted and held | interval | episodes | wanted |',
  '| --- | --- | --- | --- | --- |',
  ...rows,
];
writeFileSync(resolve(cardFile), `${before}${begin}\n${table.join('\n')}\n${end}${after}`);
