import type { ArticulationBelief } from './articulation-estimate.ts';
import { articulationHalfLifeS, decay, type Kinds } from './kinds.ts';
import { classOf, type ObjectTrack } from './object-track.ts';

/** Below this confidence an object's pose is not used to act. */
export const knownConfidence = 0.5;
/** A drawer or door whose state is less sure than this counts as unknown: it has to be looked at. */
const knownStateConfidence = 0.65;

/** Probability that an object is still where it is believed to be; decays with its age by kind. */
export function confidenceOf(track: ObjectTrack, kinds: Kinds, nowS: number): number {
  if (track.state === 'missing') return 0;
  const evidence = 1 / (1 + Math.exp(-track.presence));
  return track.heldBy === undefined
    ? evidence * decay(nowS - track.judgedS, kinds.of(classOf(track)).halfLifeS)
    : evidence;
}

/** What a drawer or door was seen to be, and the probability that it still is, [0.5, 1]. */
export interface ArticulationState {
  readonly state: 'open' | 'closed' | 'unknown';
  readonly confidence: number;
}

/** Tells the believed state of a drawer or door; what was seen too long ago is unknown. */
export function articulationState(belief: ArticulationBelief | undefined, nowS: number): ArticulationState {
  const seen = belief?.state ?? 'unknown';
  if (belief === undefined || seen === 'unknown') return { state: 'unknown', confidence: 0.5 };
  const confidence = 0.5 + 0.5 * decay(nowS - belief.judgedS, articulationHalfLifeS);
  return { state: confidence < knownStateConfidence ? 'unknown' : seen, confidence };
}
