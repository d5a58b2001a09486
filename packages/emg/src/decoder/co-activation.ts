import type { CalibrationWindow } from './calibration-recorder.ts';

/** What tells a tight forearm from any one gesture: levels of every electrode. */
export interface CoActivationLevels {
  /** RMS at rest, `[channel]`, µV. */
  readonly restUv: readonly number[];
  /** RMS at the strongest gesture of each electrode, `[channel]`, µV. */
  readonly fullUv: readonly number[];
  /** From this score on the sleeve is too loud all over for one gesture. */
  readonly threshold: number;
}

/** One gesture leaves some of the sleeve quiet, or is loud where its like has been loud before: both ends are looked at. */
const quietPart = 0.2;
const loudPart = 0.8;
/** The threshold is never below this, which single gestures at full effort rarely reach; ours, from seeds >= 1000. */
const leastThreshold = 1.05;
/** Nor below this many times what the calibration's own gestures, gentle to firm, reach. */
const overGestures = 2;
/** Strides in a row that must be tight, so that a knock is not taken for it. */
const stridesInRow = 2;

/** Learns from a calibration how much of the sleeve one gesture wakes. */
export function fitCoActivation(
  windows: readonly CalibrationWindow[],
  channelCount: number,
): CoActivationLevels {
  const rmsOf = (gesture: string) =>
    windows.filter((window) => window.gesture === gesture).map((window) => window.features);
  const channels = Array.from({ length: channelCount }, (_, channel) => channel);
  const at = (maps: readonly Float32Array[], fraction: number) =>
    channels.map((channel) =>
      quantile(
        Float64Array.from(maps, (map) => map[channel] as number),
        fraction,
      ),
    );
  const restUv = at(rmsOf('rest'), 0.5);
  const gestures = [...new Set(windows.map(({ gesture }) => gesture))].filter((name) => name !== 'rest');
  const fullByGesture = gestures.map((gesture) => at(rmsOf(gesture), 0.9));
  const fullUv = channels.map((channel) => Math.max(...fullByGesture.map((levels) => levels[channel] ?? 0)));
  const parts = new Float64Array(channelCount);
  const scores = windows
    .filter(({ gesture }) => gesture !== 'rest')
    .map(({ features }) => scoreOf({ restUv, fullUv }, features, parts));
  const usual = quantile(Float64Array.from(scores), 0.99);
  return { restUv, fullUv, threshold: Math.max(leastThreshold, overGestures * usual) };
}

/**
 * Notices that the whole forearm is tight: the sleeve is louder all over than any one gesture makes it.
 *
 * This is the stop of people who have no gesture to spare; everything it needs is the sleeve and the calibration.
 */
export class CoActivationDetector {
  readonly #levels: CoActivationLevels;
  readonly #parts: Float64Array;
  #tightStrides = 0;

  constructor(levels: CoActivationLevels) {
    this.#levels = levels;
    this.#parts = new Float64Array(levels.restUv.length);
  }

  /** Takes the RMS of each electrode over the newest stride, µV. Runs in the decoding loop and does not allocate. */
  update(strideRmsUv: Float32Array): boolean {
    const isTight = scoreOf(this.#levels, strideRmsUv, this.#parts) >= this.#levels.threshold;
    this.#tightStrides = isTight ? this.#tightStrides + 1 : 0;
    return this.#tightStrides >= stridesInRow;
  }
}

/**
 * How far the sleeve has come from rest to each electrode's strongest gesture, 0 to 1 and beyond: the geometric mean of what
 * the quiet fifth and the loud fifth of the electrodes reach.
 */
function scoreOf(
  { restUv, fullUv }: Pick<CoActivationLevels, 'restUv' | 'fullUv'>,
  rmsUv: Float32Array,
  parts: Float64Array,
): number {
  for (let channel = 0; channel < parts.length; channel++) {
    const restingUv = restUv[channel] as number;
    const rangeUv = Math.max(1, (fullUv[channel] as number) - restingUv);
    parts[channel] = Math.max(0, (rmsUv[channel] as number) - restingUv) / rangeUv;
  }
  return Math.sqrt(quantile(parts, quietPart) * quantile(parts, loudPart));
}

/** Sorts in place. */
function quantile(values: Float64Array, fraction: number): number {
  values.sort();
  return values[Math.min(values.length - 1, Math.floor(fraction * values.length))] ?? 0;
}
