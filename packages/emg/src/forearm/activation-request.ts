import { type GestureName, gestureNames, isGestureName } from '../gestures.ts';

/** What somebody asks the virtual muscles to do. */
export interface ActivationRequest {
  readonly gesture: GestureName;
  /** Fraction of a maximal contraction, [0, 1]; undefined leaves it to the source. */
  readonly effort: number | undefined;
}

/** Effort of a gesture that is asked for without one. */
export const usualEffort = 0.45;

/**
 * Reads the text of `/emg/activate`: a gesture, and after a space an effort if it matters, e.g. `grip 0.6`.
 * @returns the request, or a sentence that says what is wrong
 */
export function parseActivation(text: string): ActivationRequest | string {
  const [gesture = '', effortText, ...rest] = text.trim().split(/\s+/);
  if (!isGestureName(gesture))
    return `unknown gesture "${gesture}"; expected one of ${gestureNames.join(', ')}`;
  if (effortText === undefined) return { gesture, effort: undefined };
  const effort = Number(effortText);
  if (rest.length > 0 || !(effort >= 0 && effort <= 1)) {
    return `"${text}": expected a gesture and an effort in [0, 1], e.g. "grip 0.6"`;
  }
  return { gesture, effort };
}
