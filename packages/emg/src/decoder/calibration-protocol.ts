import type { Rng } from '@efferent/core';
import { type GestureName, gestureNames } from '../gestures.ts';

/** What a person is asked to do to calibrate a decoder. */
export interface CalibrationProtocol {
  readonly repetitions: number;
  readonly gestures: readonly GestureName[];
  /** How long each gesture is held, its transition included, s. */
  readonly holdS: number;
  /** Rest between gestures, s. */
  readonly restS: number;
  /** Windows are dropped for this long after each prompt, s. */
  readonly settlingS: number;
  /** "Gently" to "firmly": effort varies between these over repetitions, fraction of maximum. */
  readonly effort: readonly [number, number];
}

/**
 * Eight repetitions of ten gestures: FlexWear-HD's initial session has 8 to 10. Holds are half its 3 s, and
 * efforts vary on purpose so that the decoder meets more than one.
 */
export const defaultProtocol: CalibrationProtocol = {
  repetitions: 8,
  gestures: gestureNames,
  holdS: 1.5,
  restS: 0.5,
  settlingS: 0.45,
  effort: [0.3, 0.6],
};

/** Eight repetitions of 3 s, as in FlexWear-HD; a person reads, reacts within 0.3 s, and moves within 0.4 s. Rests are ours. */
export const liveProtocol: CalibrationProtocol = { ...defaultProtocol, holdS: 3, restS: 1.5, settlingS: 0.7 };

/** One prompt of a protocol. */
export interface CalibrationPrompt {
  readonly gesture: GestureName;
  readonly repetition: number;
  readonly effort: number;
  readonly durationS: number;
  /** False for the pauses between gestures. */
  readonly isRecorded: boolean;
}

/** Lists a protocol's prompts: gestures shuffled within each repetition, a pause after each. */
export function promptsOf(protocol: CalibrationProtocol, rng: Rng): readonly CalibrationPrompt[] {
  const { repetitions, effort, holdS, restS } = protocol;
  return Array.from({ length: repetitions }, (_, repetition) => {
    const share = repetitions === 1 ? 0.5 : repetition / (repetitions - 1);
    const asked = effort[0] + (effort[1] - effort[0]) * share;
    return rng.shuffle(protocol.gestures).flatMap((gesture) => [
      { gesture, repetition, effort: asked, durationS: holdS, isRecorded: true },
      { gesture: 'rest' as const, repetition, effort: 0, durationS: restS, isRecorded: false },
    ]);
  }).flat();
}
