import { type GestureName, gestureNames } from '../gestures.ts';

/** What virtual muscles can do: a gesture until the next one; all of them tight; some of them in a spasm on top of what is meant. */
export type MuscleActivity = GestureName | 'tighten' | 'spasm';

/** What somebody asks the virtual muscles to do. */
export interface ActivationRequest {
  readonly gesture: MuscleActivity;
  /** Fraction of a maximal contraction, [0, 1]; undefined leaves it to the source. */
  readonly effort: number | undefined;
}

/** How long a spasm lasts that somebody asks for, s. */
export const spasmS = 3;
const activities: readonly string[] = [...gestureNames, 'tighten', 'spasm'];

/** Effort of a gesture that is asked for without one. */
export const usualEffort = 0.45;

/**
 * Reads the text of `/emg/activate`: a gesture, and after a space an effort if it matters, e.g. `grip 0.6`; or `tighten`, or `spasm`, which lasts 3 s.
 * @returns the request, or a sentence that says what is wrong
 */
export function parseActivation(text: string): ActivationRequest | string {
  const [gesture = '', effortText, ...rest] = text.trim().split(/\s+/);
  if (!isActivity(gesture)) return `unknown gesture "${gesture}"; expected one of ${activities.join(', ')}`;
  if (effortText === undefined) return { gesture, effort: undefined };
  const effort = Number(effortText);
  if (rest.length > 0 || !(effort >= 0 && effort <= 1)) {
    return `"${text}": expected a gesture and an effort in [0, 1], e.g. "grip 0.6"`;
  }
  return { gesture, effort };
}

const isActivity = (name: string): name is MuscleActivity => activities.includes(name);
