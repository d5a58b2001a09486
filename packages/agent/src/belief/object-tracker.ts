import { distance3, type Vector3 } from '@efferent/core';
import { AlongX } from './along-x.ts';
import {
  classOf,
  defaultTrackingSettings,
  narrowest,
  newTrack,
  type ObjectTrack,
  type Sighting,
  type TrackingSettings,
  updateTrack,
} from './object-track.ts';

/** Tells how likely a track's thing would have been detected in this picture, [0, 1]; 0 when it was not in view. */
export type DetectionChance = (track: ObjectTrack) => number;

/** A gripper and the thing that it holds or is about to hold. */
export interface Hand {
  readonly objectId: string;
  readonly toolM: Vector3;
}

/** A sighting of its class so near the tool is the thing in the hand, m. */
const inHandM = 0.25;
/** A track belongs to a class that has at least this share of the votes of its best class; less is misnaming. */
const classShare = 0.25;
/** A thing under another name is looked for no farther from where it was seen than this, m. */
const misnamedReachM = 0.08;
/** A held thing is looked for this far from where the hand was believed to be, m. */
const carriedReachM = 0.2;
/** Two tracks that were seen in this many pictures side by side are two things; one such picture may be a misnaming. */
const apartPictures = 3;
/** What the rounding of a distance may hide, m. */
const roundingM = 1e-6;
/** Two tracks of one moving thing may overlap for this long, s. */
const handOverS = 3;

/**
 * Turns noisy detections into objects with stable ids.
 *
 * A detection joins the nearest track within the gate, nearest pairs first; another class name inside the gate is a
 * vote, not a new thing. Two clear sightings, or three doubtful ones, make an object. An object that should have been
 * seen again and again, but was not, becomes `missing`; the next unexplained sighting of its class is taken for the same
 * thing at a new place. What was seen a few times only and then no more was never there.
 */
export class ObjectTracker {
  readonly #settings: TrackingSettings;
  readonly #tracks: ObjectTrack[] = [];
  readonly #perClass = new Map<string, number>();
  /** In how many pictures pairs of tracks were seen side by side, by {@link pairKey}. */
  readonly #together = new Map<number, number>();
  #nextNumber = 1;
  #revision = 0;
  #objects: readonly ObjectTrack[] | undefined;

  constructor(settings: TrackingSettings = defaultTrackingSettings) {
    this.#settings = settings;
  }

  /** Grows whenever anything of the objects may have changed; what is computed from them is kept as long. */
  get revision(): number {
    return this.#revision;
  }

  /** Has to be called by who changes a track. */
  noteChange(): void {
    this.#revision += 1;
    this.#objects = undefined;
  }

  /** Confirmed and missing tracks, oldest first; without those that were hardly ever there. */
  objects(): readonly ObjectTrack[] {
    this.#objects ??= this.#tracks.filter(
      (track) => track.state === 'confirmed' || (track.state === 'missing' && this.#wasEverThere(track)),
    );
    return this.#objects;
  }

  /** Returns the object of this id, or undefined. */
  find(id: string): ObjectTrack | undefined {
    // A tentative track has no id yet.
    return id === '' ? undefined : this.#tracks.find((track) => track.id === id);
  }

  /**
   * Takes in one picture's detections. Runs at camera rate.
   *
   * @param sightings - detections in the map frame
   * @param nowS - the picture's time, s
   * @param detectionChance - for every track not seen: whether it should have been
   * @param hands - grippers at work
   */
  observe(
    sightings: readonly Sighting[],
    nowS: number,
    detectionChance: DetectionChance,
    hands: readonly Hand[] = [],
  ): void {
    for (const track of this.#tracks) track.visible = false;
    const others = hands.reduce((left, hand) => this.#takeInHand(hand, left, nowS), sightings);
    const free = this.#associate(others, nowS);
    for (const sighting of free)
      this.#tracks.push(newTrack(this.#nextNumber++, sighting, this.#sigma(sighting), nowS));
    this.noteChange();
    this.#judgeUnseen(nowS, detectionChance);
    this.#notePairs();
    this.#mergeDuplicates();
    this.noteChange();
  }

  /** Gives the sighting nearest to a busy tool to the thing that it handles; returns the rest. */
  #takeInHand(hand: Hand, sightings: readonly Sighting[], nowS: number): readonly Sighting[] {
    const track = this.find(hand.objectId);
    if (track === undefined || track.state === 'missing') return sightings;
    let nearest: Sighting | undefined;
    let nearestM = inHandM;
    for (const sighting of sightings) {
      const distanceM = distance3(sighting.positionM, hand.toolM);
      if (sighting.className !== classOf(track) || distanceM >= nearestM) continue;
      nearest = sighting;
      nearestM = distanceM;
    }
    if (nearest === undefined) return sightings;
    updateTrack(track, nearest, this.#sigma(nearest), nowS, this.#settings);
    track.positionM = nearest.positionM;
    return sightings.filter((sighting) => sighting !== nearest);
  }

  /** Counts the pictures that show two things side by side: near each other, or of one class. */
  #notePairs(): void {
    const visible = this.#tracks
      .filter((track) => track.visible && track.state === 'confirmed')
      .map((track) => ({ track, positionM: track.positionM, className: classOf(track) }));
    const isFar = (a: ObjectTrack, b: ObjectTrack) =>
      areFarther(a.positionM, b.positionM, overlapM(a.sizeM, b.sizeM));
    const widestM = Math.max(...visible.map(({ track }) => overlapM(track.sizeM, track.sizeM)));
    const alongX = new AlongX(visible);
    for (const a of visible)
      for (const b of alongX.near(a.positionM[0], widestM + roundingM))
        if (a.track.number < b.track.number && a.className !== b.className && !isFar(a.track, b.track))
          this.#noteTogether(a.track, b.track);
    for (const alike of Map.groupBy(visible, ({ className }) => className).values())
      for (const [index, a] of alike.entries())
        for (const b of alike.slice(index + 1))
          if (isFar(a.track, b.track)) this.#noteTogether(a.track, b.track);
  }

  #noteTogether(a: ObjectTrack, b: ObjectTrack): void {
    const key = pairKey(a, b);
    const pictures = this.#together.get(key) ?? 0;
    if (pictures < apartPictures) this.#together.set(key, pictures + 1);
  }

  #areApart(a: ObjectTrack, b: ObjectTrack): boolean {
    return this.#together.get(pairKey(a, b)) === apartPictures;
  }

  /** Gives up on where an object was believed to be, e.g. after an empty grasp. */
  markMissing(id: string): void {
    const track = this.find(id);
    if (track === undefined) return;
    this.noteChange();
    track.state = 'missing';
    track.heldBy = undefined;
    track.presence = this.#settings.lostBelow;
  }

  /** The thing left the hand; until a picture shows it, nobody knows where it is. */
  release(id: string): void {
    const track = this.find(id);
    if (track === undefined) return;
    track.heldBy = undefined;
    if (!track.visible) track.state = 'missing';
    this.#mergeDuplicates();
    this.noteChange();
  }

  /** Removes everything, for a new episode. */
  clear(): void {
    this.noteChange();
    this.#tracks.length = 0;
    this.#perClass.clear();
    this.#together.clear();
  }

  #sigma(sighting: Sighting): number {
    return this.#settings.sigmaM + this.#settings.sigmaPerRange * sighting.rangeM;
  }

  /** Joins sightings and tracks, nearest pair first; returns sightings without a track. */
  #associate(sightings: readonly Sighting[], nowS: number): readonly Sighting[] {
    const pairs: Pair[] = [];
    const alongX = new AlongX(sightings.map((sighting, index) => ({ sighting, index, ...sighting })));
    const widestSensorM = Math.max(0, ...sightings.map((sighting) => this.#sigma(sighting)));
    for (const track of this.#tracks) {
      if (track.state === 'missing') continue;
      for (const { sighting, index } of alongX.near(
        track.positionM[0],
        this.#gateM(track, widestSensorM) + roundingM,
      )) {
        const cost = this.#pairCost(track, sighting);
        if (cost !== undefined) pairs.push({ track, sighting, index, cost });
      }
    }
    pairs.sort((a, b) => a.cost - b.cost || a.track.number - b.track.number || a.index - b.index);
    const taken = new Set<ObjectTrack | Sighting>();
    for (const { track, sighting } of pairs) {
      if (taken.has(track) || taken.has(sighting)) continue;
      taken.add(track);
      taken.add(sighting);
      updateTrack(track, sighting, this.#sigma(sighting), nowS, this.#settings);
      this.#confirm(track);
    }
    return sightings.filter((sighting) => !taken.has(sighting));
  }

  /** No sighting farther off than this is one of a track's thing, m. */
  #gateM(track: ObjectTrack, sensorM: number): number {
    const sigma = Math.sqrt(sensorM * sensorM + track.variance);
    return Math.max(this.#reachM(track, sigma), carriedReachM);
  }

  #reachM(track: ObjectTrack, sigma: number): number {
    const extent = Math.max(track.sizeM[0], track.sizeM[1]) / 2;
    return Math.max(this.#settings.gateSigmas * sigma, this.#settings.gateFloorM) + extent / 2;
  }

  #pairCost(track: ObjectTrack, sighting: Sighting): number | undefined {
    const sensorM = this.#sigma(sighting);
    if (areFarther(track.positionM, sighting.positionM, this.#gateM(track, sensorM))) return undefined;
    const sigma = Math.sqrt(sensorM * sensorM + track.variance);
    const distance = distance3(track.positionM, sighting.positionM);
    const votes = track.votes.get(sighting.className) ?? 0;
    const sameClass = votes > 0 && votes >= classShare * (track.votes.get(classOf(track)) ?? 0);
    const ownReach = track.heldBy === undefined ? this.#reachM(track, sigma) : carriedReachM;
    const limit = sameClass ? ownReach : Math.min(misnamedReachM, 2.5 * sigma);
    // What is seen in the hand under another name is another thing, grasped by mistake.
    if (!sameClass && track.heldBy !== undefined) return undefined;
    if (distance > limit) return undefined;
    return distance / sigma + (sameClass ? 0 : 3);
  }

  /** Makes an object of a track, or recognises a missing one that turned up elsewhere. */
  #confirm(track: ObjectTrack): void {
    const { confirmSightings, confirmVotes } = this.#settings;
    const name = classOf(track);
    if (track.state !== 'tentative' || track.sightings < confirmSightings) return;
    if ((track.votes.get(name) ?? 0) < confirmVotes) return;
    const missing = this.#tracks.find((other) => other.state === 'missing' && this.#isSame(other, track));
    if (missing !== undefined) {
      takeOver(missing, track);
      this.#tracks.splice(this.#tracks.indexOf(track), 1);
      return;
    }
    const number = (this.#perClass.get(name) ?? 0) + 1;
    this.#perClass.set(name, number);
    track.id = `${name}-${number}`;
    track.state = 'confirmed';
  }

  #judgeUnseen(nowS: number, detectionChance: DetectionChance): void {
    const { miss, lostBelow, tentativeLifeS } = this.#settings;
    for (let index = this.#tracks.length - 1; index >= 0; index--) {
      const track = this.#tracks[index]!;
      if (track.visible || track.heldBy !== undefined) continue;
      const chance = track.state === 'missing' ? 0 : detectionChance(track);
      if (chance > 0) {
        track.presence -= miss * chance;
        track.judgedS = nowS;
      }
      const expired = track.state === 'tentative' && nowS - track.lastSeenS > tentativeLifeS;
      if (expired || (track.state === 'tentative' && track.presence < -1)) this.#tracks.splice(index, 1);
      else if (track.state === 'confirmed' && track.presence < lostBelow) track.state = 'missing';
    }
  }

  /** What was seen a few times and then no more was not; it keeps its id for the case that it shows up again. */
  #wasEverThere(track: ObjectTrack): boolean {
    return track.sightings >= this.#settings.phantomSightings || track.handledS < Number.POSITIVE_INFINITY;
  }

  /** Joins tracks of one thing: in the same spot, under two names, or missing there and turned up here since. */
  #mergeDuplicates(): void {
    const byClass = Map.groupBy(this.#tracks, classOf);
    const hidden = this.#tracks.filter((track) => track.state === 'confirmed' && !track.visible);
    for (let index = this.#tracks.length - 1; index >= 0; index--) {
      const track = this.#tracks[index]!;
      if (track.state !== 'confirmed' || !track.visible) continue;
      const alike = byClass.get(classOf(track)) ?? [];
      const older = alike.find((other) => this.#isSame(other, track) && this.#tracks.includes(other));
      const known = hidden.find((other) => this.#isMisnamed(other, track));
      if (older !== undefined) takeOver(older, track);
      else if (known !== undefined) addVotes(known, track);
      else continue;
      this.#tracks.splice(index, 1);
    }
  }

  #isSame(older: ObjectTrack, newer: ObjectTrack): boolean {
    if (older.number >= newer.number || older.state === 'tentative') return false;
    const isThere =
      older.state === 'missing'
        ? newer.firstSeenS > Math.min(older.lastSeenS - handOverS, older.handledS)
        : older.visible && newer.visible
          ? distance3(older.positionM, newer.positionM) < 0.03
          : older.heldBy === undefined && shareSpace(older, newer);
    return isThere && classOf(older) === classOf(newer) && !this.#areApart(older, newer);
  }

  /**
   * Tells whether a track in view is what a better known one, of another class and in the same spot, was called at times.
   * What one picture shows as two is two, such as a bowl and the apple in it.
   */
  #isMisnamed(known: ObjectTrack, doubtful: ObjectTrack): boolean {
    return (
      known.state === 'confirmed' &&
      !known.visible &&
      known.heldBy === undefined &&
      doubtful.heldBy === undefined &&
      doubtful.handledS === Number.POSITIVE_INFINITY &&
      classOf(known) !== classOf(doubtful) &&
      known.sightings > 2 * doubtful.sightings &&
      !this.#areApart(known, doubtful) &&
      distance3(known.positionM, doubtful.positionM) < Math.max(0.03, narrowest(known.sizeM) / 2)
    );
  }
}

/** A track, a sighting that may be of its thing, and the place of that among the sightings. */
interface Pair {
  readonly track: ObjectTrack;
  readonly sighting: Sighting;
  readonly index: number;
  readonly cost: number;
}

const pairKey = (a: ObjectTrack, b: ObjectTrack): number =>
  Math.min(a.number, b.number) * mostTracks + Math.max(a.number, b.number);
/** More tracks than one run ever makes; two numbers below it make one that is exact. */
const mostTracks = 2 ** 26;

/** Tells whether two points are farther from each other than a limit; without a root, for loops over pairs. */
function areFarther(a: Vector3, b: Vector3, limitM: number): boolean {
  const dx = a[0] - b[0];
  const dy = a[1] - b[1];
  const dz = a[2] - b[2];
  return dx * dx + dy * dy + dz * dz > limitM * limitM;
}

/** Tells whether two upright things would stand in each other; their middles differ in height when only parts were seen. */
const shareSpace = (a: ObjectTrack, b: ObjectTrack): boolean =>
  Math.hypot(a.positionM[0] - b.positionM[0], a.positionM[1] - b.positionM[1]) < overlapM(a.sizeM, b.sizeM) &&
  Math.abs(a.positionM[2] - b.positionM[2]) < (a.sizeM[2] + b.sizeM[2]) / 2;

/** Closer than this, two upright things of these extents would share space, m. */
const overlapM = (a: Vector3, b: Vector3): number => 0.4 * (Math.max(a[0], a[1]) + Math.max(b[0], b[1]));

/** The older identity goes on with what the newer track knows. */
function takeOver(older: ObjectTrack, newer: ObjectTrack): void {
  older.state = 'confirmed';
  older.positionM = newer.positionM;
  older.orientation = newer.orientation;
  older.sizeM = newer.sizeM;
  older.variance = newer.variance;
  older.presence = Math.max(newer.presence, 1);
  older.lastSeenS = newer.lastSeenS;
  older.namedS = newer.namedS;
  older.judgedS = newer.judgedS;
  older.sightings += newer.sightings;
  older.visible = true;
  addVotes(older, newer);
}

function addVotes(track: ObjectTrack, other: ObjectTrack): void {
  for (const [name, votes] of other.votes) track.votes.set(name, (track.votes.get(name) ?? 0) + votes);
}
