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
