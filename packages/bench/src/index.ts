export {
  type Comparison,
  type Figure,
  figure,
  latencyFigures,
  type Machine,
  makeReport,
  missedTargets,
  percentile,
  type Report,
  rateFigure,
  type SuiteOptions,
  wilsonInterval,
} from './figure.ts';
export { type BenchArguments, mergeReports, runSuite, suiteNames, type Tally } from './suites.ts';
