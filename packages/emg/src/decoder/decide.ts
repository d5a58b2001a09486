import type { GestureName } from '../gestures.ts';
import type { LoadedCalibration } from './calibration-file.ts';

/** What the person does now, as far as the decoder can tell. */
export interface GestureDecision {
  /** `rest` when silent or rejected. */
  readonly gesture: GestureName;
  readonly rejected: boolean;
  /** Calibrated belief in the winning class, [0, 1]; 1 for silence. */
  readonly confidence: number;
  /** How hard, from barely to the calibration's firm contraction, [0, 1]. */
  readonly effort: number;
}

/** The decision while there is no signal to decide on. */
export const noDecision: GestureDecision = { gesture: 'rest', rejected: true, confidence: 0, effort: 0 };

/** The decision of a silent forearm; needs no model, so that nothing can hold up a stop. */
export const silence: GestureDecision = { gesture: 'rest', rejected: false, confidence: 1, effort: 0 };

/** Tells whether the newest stride is silent: the onset gate, and the quickest way to stop. */
export function isSilent(calibration: LoadedCalibration, strideLevelUv: number): boolean {
  return strideLevelUv <= calibration.levels.silenceUv;
}

/**
 * Decides on a window that is not silent.
 *
 * @param probabilities - belief, `[class]`, order of `calibration.gestures`; see {@link GestureBelief}
 * @param windowLevelUv - mean over channels of the window's RMS, µV
 * @param strideLevelUv - the same of the newest stride: effort rises with the window and falls with the stride, and a
 *   gesture without effort is rest
 */
export function decide(
  calibration: LoadedCalibration,
  probabilities: Float32Array | Float64Array,
  windowLevelUv: number,
  strideLevelUv: number,
): GestureDecision {
  let winner = 0;
  for (let k = 1; k < probabilities.length; k++) {
    if ((probabilities[k] as number) > (probabilities[winner] as number)) winner = k;
  }
  const confidence = probabilities[winner] as number;
  if (!(confidence >= calibration.rejectBelow)) return { ...noDecision, confidence: confidence || 0 };
  const gesture = calibration.gestures[winner] as GestureName;
  const effort = effortOf(calibration, gesture, Math.min(windowLevelUv, strideLevelUv));
  return { gesture: effort > 0 ? gesture : 'rest', rejected: false, confidence, effort };
}

function effortOf(calibration: LoadedCalibration, gesture: GestureName, levelUv: number): number {
  const range = calibration.levels.effortUv[gesture];
  if (range === undefined) return 0;
  const [noneUv, fullUv] = range;
  return Math.min(1, Math.max(0, (levelUv - noneUv) / (fullUv - noneUv)));
}
