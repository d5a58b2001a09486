import { distance3, type QuaternionXyzw, type Vector3 } from '@efferent/core';

/** One detection, already in the map frame. */
export interface Sighting {
  readonly className: string;
  /** Score of the detector, (0, 1]. */
  readonly score: number;
  readonly positionM: Vector3;
  readonly orientation: QuaternionXyzw;
  readonly sizeM: Vector3;
  /** Distance from the camera, m; noise grows with it. */
  readonly rangeM: number;
}

/** Where a track stands between first sighting and loss. */
export type TrackState =
  /** Seen, but not often enough to be an object. */
  | 'tentative'
  /** An object of the belief. */
  | 'confirmed'
  /** It existed, but is not where it was believed to be; waits to be seen again. */
  | 'missing';

/** One hypothesis that a thing exists. */
export interface ObjectTrack {
  readonly number: number;
  /** Empty until confirmed, then e.g. `apple-1`. */
  id: string;
  state: TrackState;
  positionM: Vector3;
  orientation: QuaternionXyzw;
  sizeM: Vector3;
  /** Position variance of the estimate, m^2. */
  variance: number;
  /** Log odds that it is where it is believed to be. */
  presence: number;
  /** Detections counted by class name, weighted by score. */
  readonly votes: Map<string, number>;
  sightings: number;
  firstSeenS: number;
  lastSeenS: number;
  /** When it was last seen under its own name, s: only that proves that it is this thing. */
  namedS: number;
  /** Newest time at which presence was judged, seconds. */
  judgedS: number;
  visible: boolean;
  /** Robot that holds it, by namespace. */
  heldBy: string | undefined;
  /** Start of the newest skill that was to move it, s; what shows up since may be this thing at a new place. */
  handledS: number;
}

/** How the tracker weighs evidence. Defaults follow the stated noise of the detector (8 mm + 1 % of range). */
export interface TrackingSettings {
  readonly sigmaM: number;
  readonly sigmaPerRange: number;
  /** Gate of the association in standard deviations. */
  readonly gateSigmas: number;
  /** Distance that is gated in any case, m; localisation adds errors that the detector does not know of. */
  readonly gateFloorM: number;
  /** Sightings that make an object, and the sum of their scores: a detector is less sure when it is wrong. */
  readonly confirmSightings: number;
  readonly confirmVotes: number;
  /** An object that was seen less often before it was not to be seen any more was never there. */
  readonly phantomSightings: number;
  /** A tentative track that is not seen again within this time is dropped, s. */
  readonly tentativeLifeS: number;
  /** Log odds added by a sighting and taken by an expected sighting that did not come. */
  readonly hit: number;
  readonly miss: number;
  /** Log odds at which a confirmed object counts as no longer there. */
  readonly lostBelow: number;
  readonly maxPresence: number;
  /** Process noise: how fast an unseen thing's variance grows, m^2/s. */
  readonly driftPerS: number;
}

export const defaultTrackingSettings: TrackingSettings = {
  sigmaM: 0.008,
  sigmaPerRange: 0.01,
  gateSigmas: 4,
  gateFloorM: 0.07,
  confirmSightings: 2,
  confirmVotes: 1.4,
  phantomSightings: 5,
  tentativeLifeS: 3,
  hit: 1.2,
  miss: 0.7,
  lostBelow: -2,
  maxPresence: 4,
  driftPerS: 1e-6,
};

/** A sighting farther off than this is taken for a move; by chance it happens once in ten thousand. */
const surpriseSigmas = 4.5;

/** Returns the class with most votes. */
export function classOf(track: ObjectTrack): string {
  let best = '';
  let votes = -1;
  for (const [name, count] of track.votes) {
    if (count > votes) {
      best = name;
      votes = count;
    }
  }
  return best;
}

export function newTrack(number: number, sighting: Sighting, sigmaM: number, nowS: number): ObjectTrack {
  return {
    number,
    id: '',
    state: 'tentative',
    positionM: sighting.positionM,
    orientation: sighting.orientation,
    sizeM: sighting.sizeM,
    variance: sigmaM * sigmaM,
    presence: 0,
    votes: new Map([[sighting.className, sighting.score]]),
    sightings: 1,
    firstSeenS: nowS,
    lastSeenS: nowS,
    namedS: nowS,
    judgedS: nowS,
    visible: true,
    heldBy: undefined,
    handledS: Number.POSITIVE_INFINITY,
  };
}

/** Moves a track towards a sighting: a scalar Kalman step for position, slow averages for size and heading. */
export function updateTrack(
  track: ObjectTrack,
  sighting: Sighting,
  sensorSigmaM: number,
  nowS: number,
  settings: TrackingSettings,
): void {
  const isHidden = isPartlyHidden(track, sighting);
  const sigmaM = sensorSigmaM * (isHidden ? partSigmaFactor : 1);
  const prior = track.variance + settings.driftPerS * Math.max(0, nowS - track.lastSeenS);
  const jump =
    distance3(track.positionM, sighting.positionM) > surpriseSigmas * Math.sqrt(prior + sigmaM * sigmaM);
  // A surprising sighting is more likely a moved thing than a rare error: trust it as much as the memory.
  const gain = jump ? Math.max(0.5, prior / (prior + sigmaM * sigmaM)) : prior / (prior + sigmaM * sigmaM);
  track.positionM = mix(track.positionM, sighting.positionM, gain);
  track.variance = Math.max((1 - gain) * prior, 9e-6);
  track.sizeM = mixSize(track.sizeM, sighting.sizeM, isHidden ? hiddenShrinkGain : shrinkGain);
  track.orientation = sighting.orientation;
  track.votes.set(sighting.className, (track.votes.get(sighting.className) ?? 0) + sighting.score);
  track.sightings += 1;
  track.presence = Math.min(settings.maxPresence, track.presence + settings.hit);
  track.lastSeenS = nowS;
  if (sighting.className === classOf(track)) track.namedS = nowS;
  track.judgedS = nowS;
  track.visible = true;
}

const mix = (a: Vector3, b: Vector3, t: number): Vector3 => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

/** The middle of a visible part is not the middle of the thing. */
const isPartlyHidden = (track: ObjectTrack, sighting: Sighting): boolean =>
  track.sightings > 3 &&
  (widest(sighting.sizeM) < hiddenBelow * widest(track.sizeM) ||
    narrowest(sighting.sizeM) < hiddenBelow * narrowest(track.sizeM));
const widest = (size: Vector3): number => Math.max(size[0], size[1]);
/** Shorter side on the floor, m. */
export const narrowest = (size: Vector3): number => Math.min(size[0], size[1]);
const hiddenBelow = 0.75;
const partSigmaFactor = 4;

/** What hides a part of a thing makes it look smaller, hardly ever bigger. */
function mixSize(known: Vector3, seen: Vector3, shrink: number): Vector3 {
  const one = (a: number, b: number) => a + (b > a ? growGain : shrink) * (b - a);
  return [one(known[0], seen[0]), one(known[1], seen[1]), one(known[2], seen[2])];
}
const growGain = 0.3;
/** Slow, or an arm that moves in bit by bit would take the whole size with it. */
const shrinkGain = 0.004;
/** An arm may hide a part for half a minute, which is 150 pictures. */
const hiddenShrinkGain = 0.001;
