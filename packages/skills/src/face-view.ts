import { distance3, Transform, type Vector3, wrapAngle } from '@efferent/core';
import type { MapPerson, PriorMap } from '@efferent/robot';
import type { MapSighting } from './skill-body.ts';

/** Class of people among detections. */
const personClass = 'person';
/** Parts of a body that are ahead of the trunk of somebody who sits. */
const partsAhead = ['thigh', 'lower-leg', 'lower-arm'] as const;
/** Less than this between trunk and knees says nothing of where somebody looks, m. */
const leastAheadM = 0.12;
/** Left and right limb are at least so far apart, m; rounds that tell them apart. */
const leastPairM = 0.13;
const pairRounds = 4;
/** A part belongs to the body whose head is within this, seen from above, m; a person whom the map knows sits within this of their place. */
const bodyM = 0.9;
const sameSeatM = 0.6;
/** Somebody whom the map knows is near a place within this, m. */
const nearPlaceM = 2;
/** Of somebody whom the map knows, the middle of the head is so far below their top, m. */
const headBelowTopM = 0.2;
const lapBelowTopM = 0.65;
/** The face is so far ahead of the middle of a head, m; the mouth so far below it. Ours, of an adult's head of middle size. */
const faceAheadM = 0.095;
const mouthBelowM = 0.085;
const headSizeM: Vector3 = [0.19, 0.16, 0.24];

/** A face that was seen, map frame. */
export interface Face {
  /** Middle of the head, m. */
  readonly headM: Vector3;
  /** Where they look, rad; level. */
  readonly headingRad: number;
  /** The middle of the mouth on the face, m. */
  readonly mouthM: Vector3;
}

/** The person whom the map knows nearest to a place, if there is one near. */
export function personAt(
  map: PriorMap,
  [x, y]: readonly [number, number, ...number[]],
): MapPerson | undefined {
  const away = ({ poseXyYaw }: MapPerson) => Math.hypot(poseXyYaw[0] - x, poseXyYaw[1] - y);
  return map.people.filter((each) => away(each) < nearPlaceM).toSorted((a, b) => away(a) - away(b))[0];
}

/** Where the face of a person is whom the map knows. */
export function believedFace({ poseXyYaw: [x, y, yaw], sizeM }: MapPerson): Face {
  return faceOf([x, y, sizeM[2] - headBelowTopM], yaw);
}

/** The head of a person whom the map knows, as it would be seen. */
export function believedHead(person: MapPerson): MapSighting {
  const { headM } = believedFace(person);
  const mapFromThing = new Transform(headM, Transform.fromPlanar(0, 0, person.poseXyYaw[2]).rotation);
  return { className: personClass, score: 1, mapFromThing, sizeM: headSizeM, bodyPart: 'head' };
}

/** Where the body of a person is whom the map knows, up to the lap. */
export function believedBody({ poseXyYaw, sizeM: [x, y, z] }: MapPerson): MapSighting {
  const heightM = z - lapBelowTopM;
  const box = new Transform([0, 0, heightM / 2], [0, 0, 0, 1]);
  return {
    className: personClass,
    score: 1,
    mapFromThing: Transform.fromPlanar(...poseXyYaw).multiply(box),
    sizeM: [x, y, heightM],
  };
}

function faceOf(headM: Vector3, headingRad: number): Face {
  const ahead = Transform.fromPlanar(headM[0], headM[1], headingRad);
  const mouthM = ahead.apply([faceAheadM, 0, headM[2] - mouthBelowM]);
  return { headM, headingRad: wrapAngle(headingRad), mouthM };
}

/**
 * Puts together the face of whoever sits near a point, from sightings of several pictures: the head is their mean, and where it looks
 * follows from knees and forearms ahead of the trunk, else from the map, else it looks at the robot.
 *
 * @param hereM - where the robot stands
 * @param radiusM - how far from the point the head may be
 * @returns undefined when no head was seen there
 */
export function faceNear(
  sightings: readonly MapSighting[],
  map: PriorMap,
  pointM: Vector3,
  hereM: Vector3,
  radiusM: number,
): Face | undefined {
  const people = sightings.filter(({ className }) => className === personClass);
  const heads = people.filter(
    ({ bodyPart, mapFromThing }) =>
      bodyPart === 'head' && distance3(mapFromThing.translation, pointM) < radiusM,
  );
  const nearest = heads.toSorted(
    (a, b) => distance3(a.mapFromThing.translation, pointM) - distance3(b.mapFromThing.translation, pointM),
  )[0];
  if (nearest === undefined) return undefined;
  const at = nearest.mapFromThing.translation;
  const headM = meanOf(heads.filter(({ mapFromThing }) => distance3(mapFromThing.translation, at) < 0.3));
  const own = people.filter(
    ({
      mapFromThing: {
        translation: [x, y],
      },
    }) => Math.hypot(x - headM[0], y - headM[1]) < bodyM,
  );
  const headingRad = lookingFrom(own, map, headM) ?? Math.atan2(hereM[1] - headM[1], hereM[0] - headM[0]);
  return faceOf(headM, headingRad);
}

function lookingFrom(own: readonly MapSighting[], map: PriorMap, headM: Vector3): number | undefined {
  const middles = partsAhead.flatMap((part) => {
    const middle = middleOfPair(own.filter(({ bodyPart }) => bodyPart === part));
    return middle === undefined ? [] : [middle];
  });
  if (middles.length > 0) {
    const trunk = own.filter(({ bodyPart }) => bodyPart === 'trunk');
    const from = trunk.length > 0 ? meanOf(trunk) : headM;
    const to = meanPoint(middles);
    const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    if (Math.hypot(dx, dy) > leastAheadM) return Math.atan2(dy, dx);
  }
  const known = map.people.find(
    ({ poseXyYaw: [x, y] }) => Math.hypot(x - headM[0], y - headM[1]) < sameSeatM,
  );
  return known?.poseXyYaw[2];
}

/** The point between the left and the right limb; undefined when only one was seen, which would lead astray to its side. */
function middleOfPair(limbs: readonly MapSighting[]): Vector3 | undefined {
  const points = limbs.map(({ mapFromThing }) => mapFromThing.translation);
  let [a, b] = farthestApart(points);
  if (a === undefined || b === undefined) return undefined;
  for (let round = 0; round < pairRounds; round++) {
    const [nearA, nearB] = [a, b];
    const isOfA = (point: Vector3) => distance3(point, nearA) <= distance3(point, nearB);
    a = meanPoint(points.filter(isOfA));
    b = meanPoint(points.filter((point) => !isOfA(point)));
  }
  return distance3(a, b) < leastPairM ? undefined : meanPoint([a, b]);
}

function farthestApart(points: readonly Vector3[]): readonly [Vector3 | undefined, Vector3 | undefined] {
  let best: readonly [Vector3 | undefined, Vector3 | undefined] = [undefined, undefined];
  let bestM = 0;
  for (const a of points)
    for (const b of points)
      if (distance3(a, b) > bestM) {
        best = [a, b];
        bestM = distance3(a, b);
      }
  return best;
}

const meanOf = (sightings: readonly MapSighting[]): Vector3 =>
  meanPoint(sightings.map(({ mapFromThing }) => mapFromThing.translation));

function meanPoint(points: readonly Vector3[]): Vector3 {
  const mean = (axis: 0 | 1 | 2) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [mean(0), mean(1), mean(2)];
}
