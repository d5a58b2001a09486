import { Transform, type Vector3 } from '@efferent/core';
import { boxStride, writeBox } from './box-overlap.ts';
import type { MapPerson } from './prior-map-schema.ts';
import { poseStride, writePose } from './robot-model.ts';

/** More parts than this are not told apart: the one that was seen longest ago gives way. */
const maxTracks = 64;
/** Sightings of one part within this distance are of one part, m; a part may have moved on since at this speed, m/s, so far, m. */
const sameM = 0.35;
const movesMps = 0.5;
const movesAtMostM = 1.5;
/** A part that was seen in one picture only is a phantom after this long, s. */
const phantomS = 3;
/** A camera sees the near side only: no part counts as thinner than this, m. */
const leastExtentM = 0.16;
/** Share of a seen extent that remains at the next sighting, when less is visible. */
const extentKept = 0.95;
/** A face belongs to the body within this distance, seen from above, m. */
const bodyM = 0.9;
/** Of a person seen as a whole, the top of this height counts as the face, m. */
const faceHeightM = 0.4;
/** Where the face of somebody may be of whom only limbs were seen: this far around, from and up to these heights, m. */
const unseenFace = { halfM: 0.5, fromM: 0.85, toM: 1.85 } as const;
/** Zones that one track gives at most: itself and a face that was not seen. */
const zonesOfTrack = 2;

const faceRegions: readonly string[] = ['head', 'face', 'neck'];

/** One person, or one part of one, that a detector saw. */
export interface PersonSighting {
  /** `head`, `trunk`, …; empty when the whole person is one detection. */
  readonly region: string;
  readonly mapFromBox: Transform;
  readonly sizeM: Vector3;
}

interface Track {
  readonly region: string;
  center: Vector3;
  /** Half extents along the axes of the map, m. */
  half: Vector3;
  seenAtS: number;
  sightings: number;
}

/**
 * Where people are, as far as the robot has seen: zones about parts of bodies. A zone moves along with what is seen again; one that is
 * not seen any more stays, and grows old.
 */
export class PersonTracks {
  /** `[zones, boxStride]`, see `box-overlap.ts`. */
  readonly boxes = new Float64Array(zonesOfTrack * maxTracks * boxStride);
  /** 1 where a zone is a face, or may be one. */
  readonly isFace = new Uint8Array(zonesOfTrack * maxTracks);
  /** ROS seconds of the last look; minus infinity for what only the map says. */
  readonly seenAtS = new Float64Array(zonesOfTrack * maxTracks);
  count = 0;
  #tracks: Track[] = [];
  readonly #prior: readonly MapPerson[];
  readonly #pose = new Float64Array(poseStride);

  /** @param prior - people whom the map knows; they count until their faces were seen there */
  constructor(prior: readonly MapPerson[] = []) {
    this.#prior = prior;
    this.#rebuild();
  }

  /** Takes in the people of one picture. @param stampS - ROS seconds of the picture */
  observe(sightings: readonly PersonSighting[], stampS: number): void {
    if (!Number.isFinite(stampS)) return;
    const free = new Set(this.#tracks);
    for (const sighting of sightings) {
      const seen = boundsOf(sighting);
      if (seen === undefined) continue;
      const known = nearest(free, sighting.region, seen.center, stampS);
      if (known === undefined) {
        this.#tracks.push({ region: sighting.region, ...seen, seenAtS: stampS, sightings: 1 });
        continue;
      }
      free.delete(known);
      known.center = seen.center;
      known.half = each((i) => Math.max(seen.half[i] as number, extentKept * (known.half[i] as number)));
      known.seenAtS = stampS;
      known.sightings++;
    }
    this.#tracks = this.#tracks.filter(
      (track) => track.sightings > 1 || Math.abs(stampS - track.seenAtS) < phantomS,
    );
    while (this.#tracks.length > maxTracks - this.#prior.length) {
      const oldest = this.#tracks.reduce((a, b) => (b.seenAtS < a.seenAtS ? b : a));
      this.#tracks.splice(this.#tracks.indexOf(oldest), 1);
    }
    this.#rebuild();
  }

  #rebuild(): void {
    this.count = 0;
    const faces = this.#tracks.filter(({ region }) => faceRegions.includes(region));
    const wholes = this.#tracks.filter(({ region }) => region === '');
    for (const { region, center, half, seenAtS } of this.#tracks) {
      if (region === '') this.#addWhole(center, half, seenAtS);
      else this.#addZone(center, half, seenAtS, faceRegions.includes(region));
      const hasFace = [...faces, ...wholes].some((face) => apartM(face.center, center) < bodyM);
      if (!hasFace) this.#addUnseenFace(region, center, half, seenAtS);
    }
    for (const { poseXyYaw, sizeM } of this.#prior) {
      const box = new Transform([0, 0, sizeM[2] / 2], [0, 0, 0, 1]);
      const { center, half } = boundsOf({
        region: '',
        mapFromBox: Transform.fromPlanar(...poseXyYaw).multiply(box),
        sizeM,
      }) as Bounds;
      const isSeen = faces.some((face) => face.sightings > 1 && apartM(face.center, center) < bodyM);
      if (!isSeen) this.#addWhole(center, half, Number.NEGATIVE_INFINITY);
    }
  }

  #addWhole(center: Vector3, half: Vector3, seenAtS: number): void {
    const top = center[2] + half[2];
    const faceHalf = Math.min(half[2], faceHeightM / 2);
    this.#addZone([center[0], center[1], top - faceHalf], [half[0], half[1], faceHalf], seenAtS, true);
    const bodyHalf = half[2] - faceHalf;
    if (bodyHalf > 0)
      this.#addZone(
        [center[0], center[1], top - 2 * faceHalf - bodyHalf],
        [half[0], half[1], bodyHalf],
        seenAtS,
        false,
      );
  }

  /** A trunk has its face above it; of other limbs nobody knows which side it is on. */
  #addUnseenFace(region: string, center: Vector3, half: Vector3, seenAtS: number): void {
    const isTrunk = region === 'trunk';
    const halfM = isTrunk ? faceHeightM / 2 : unseenFace.halfM;
    const fromM = isTrunk ? center[2] + half[2] : unseenFace.fromM;
    const toM = isTrunk ? fromM + faceHeightM : unseenFace.toM;
    this.#addZone(
      [center[0], center[1], (fromM + toM) / 2],
      [halfM, halfM, (toM - fromM) / 2],
      seenAtS,
      true,
    );
  }

  #addZone(center: Vector3, half: Vector3, seenAtS: number, isFace: boolean): void {
    if (this.count >= this.seenAtS.length) return;
    writePose(new Transform(center, [0, 0, 0, 1]), this.#pose, 0);
    writeBox(this.#pose, 0, half[0], half[1], half[2], this.boxes, this.count * boxStride);
    this.seenAtS[this.count] = seenAtS;
    this.isFace[this.count] = isFace ? 1 : 0;
    this.count++;
  }
}

interface Bounds {
  readonly center: Vector3;
  readonly half: Vector3;
}

/** Returns the bounds of a sighting along the axes of the map; undefined when it is not of this world. */
function boundsOf({ mapFromBox, sizeM }: PersonSighting): Bounds | undefined {
  const center = mapFromBox.translation;
  const axes = ([0, 1, 2] as const).map((i) => {
    const tip = mapFromBox.apply(each((k) => (k === i ? sizeM[i] / 2 : 0)));
    return each((k) => Math.abs((tip[k] as number) - (center[k] as number)));
  });
  const half = each((k) =>
    Math.max(
      leastExtentM / 2,
      axes.reduce((sum, axis) => sum + (axis[k] as number), 0),
    ),
  );
  return [...center, ...half].every(Number.isFinite) ? { center, half } : undefined;
}

function nearest(
  tracks: Iterable<Track>,
  region: string,
  center: Vector3,
  stampS: number,
): Track | undefined {
  let best: Track | undefined;
  let bestM = Number.POSITIVE_INFINITY;
  for (const track of tracks) {
    if (track.region !== region) continue;
    const distance = Math.hypot(...each((i) => (track.center[i] as number) - (center[i] as number)));
    const moved = Math.min(movesAtMostM, movesMps * Math.max(0, stampS - track.seenAtS));
    if (distance > sameM + moved || distance >= bestM) continue;
    best = track;
    bestM = distance;
  }
  return best;
}

const apartM = (a: Vector3, b: Vector3): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

const each = (value: (axis: 0 | 1 | 2) => number): Vector3 => [value(0), value(1), value(2)];
