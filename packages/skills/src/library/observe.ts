import { distance3, Transform, type Vector3 } from '@efferent/core';
import { clearView } from '../clear-view.ts';
import { aimHead } from '../head-aim.ts';
import type { MapSighting, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { tuckArm } from './tuck.ts';

/** The head has come to rest and the blur is over after this long, s. */
const settleS = 0.15;

/** Points the camera at a point of the map, the arm out of the way, and waits until the head stands still. */
export async function lookAt(body: SkillBody, pointM: Vector3): Promise<void> {
  if (body.model.isFixed) await tuckArm(body);
  else await clearView(body, pointM);
  const q = body.model.zeroJointPositions();
  body.model.jointPositionsFromActuators(body.actuatorPositions(), q);
  await body.moveActuators(aimHead(body.model, q, body.mapFromBase(), pointM));
  await body.sleep(settleS);
}

/** Waits for pictures taken from now on. @throws {@link SkillFailure} code `no-pictures` when none come */
export async function freshPictures(body: SkillBody, count: number, timeoutS = 3): Promise<void> {
  const startS = body.nowS();
  let lastStampS = startS;
  for (let seen = 0; seen < count; ) {
    const { stampS } = body.sightings();
    if (stampS > lastStampS) {
      seen += 1;
      lastStampS = stampS;
    } else if (body.nowS() - startS > timeoutS) {
      throw new SkillFailure('no-pictures', `${seen} of ${count} camera pictures came in ${timeoutS} s`);
    } else {
      await body.sleep(0.05);
    }
  }
}

/** Waits for a depth picture taken from now on. @throws {@link SkillFailure} code `no-pictures` when none comes */
export async function freshDepth(body: SkillBody, timeoutS = 3): Promise<void> {
  const startS = body.nowS();
  while (body.depthPoints().stampS <= startS) {
    if (body.nowS() - startS > timeoutS)
      throw new SkillFailure('no-pictures', `no depth picture came in ${timeoutS} s`);
    await body.sleep(0.05);
  }
}

export interface Reacquired {
  /** Mean of the sightings; axes of the newest. */
  readonly mapFromThing: Transform;
  readonly sizeM: Vector3;
  readonly sightings: number;
}

/**
 * Finds a thing again: sightings of its class near where it is believed.
 *
 * @param radiusM - how far from the believed position it may be
 * @param enough - sightings after which the wait ends early
 * @throws {@link SkillFailure} code `target-lost` when there is none in time
 */
export async function reacquire(
  body: SkillBody,
  className: string,
  believedM: Vector3,
  radiusM: number,
  enough = 4,
  timeoutS = 2,
): Promise<Reacquired> {
  const startS = body.nowS();
  let lastStampS = startS;
  const found: MapSighting[] = [];
  while (found.length < enough && body.nowS() - startS < timeoutS) {
    const picture = body.sightings();
    if (picture.stampS > lastStampS) {
      lastStampS = picture.stampS;
      const nearest = nearestOf(picture.sightings, className, believedM, radiusM);
      if (nearest !== undefined) found.push(nearest);
    }
    await body.sleep(0.05);
  }
  const newest = found.at(-1);
  if (newest === undefined) {
    throw new SkillFailure(
      'target-lost',
      `no ${className} within ${radiusM.toFixed(2)} m of where it was believed, in ${timeoutS} s of looking there`,
    );
  }
  const mean = meanOf(found.map((sighting) => sighting.mapFromThing.translation));
  const size = meanOf(found.map((sighting) => sighting.sizeM));
  const { mapFromThing } = newest;
  return { mapFromThing: new Transform(mean, mapFromThing.rotation), sizeM: size, sightings: found.length };
}

/** The sighting of a class that is nearest to a point, within a radius. */
export function nearestOf(
  sightings: readonly MapSighting[],
  className: string,
  pointM: Vector3,
  radiusM: number,
): MapSighting | undefined {
  let best: MapSighting | undefined;
  let bestDistance = radiusM;
  for (const sighting of sightings) {
    if (sighting.className !== className) continue;
    const distance = distance3(sighting.mapFromThing.translation, pointM);
    if (distance > bestDistance) continue;
    best = sighting;
    bestDistance = distance;
  }
  return best;
}

function meanOf(points: readonly Vector3[]): Vector3 {
  const sum: [number, number, number] = [0, 0, 0];
  for (const point of points) for (let axis = 0; axis < 3; axis++) sum[axis]! += point[axis]! / points.length;
  return sum;
}
