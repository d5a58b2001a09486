import { clamp, Transform, type Vector3 } from '@efferent/core';
import { furnitureTransform } from '@efferent/robot';
import { freeSpots } from '../free-spot.ts';
import { type HandPosture, openAboveM, type SupportArea, standpoints, surfaceArea } from '../geometry.ts';
import { openingsAround } from '../openings.ts';
import { releaseAt, requireHolding } from '../release.ts';
import { carriedThing, hasNoSide, heldAs, type ReleasePose, releasePoses } from '../release-pose.ts';
import { argument, type SkillArguments, type SkillArgumentValue } from '../skill-arguments.ts';
import type { CarriedThing, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { standBeside } from '../targets.ts';
import { WorkScene } from '../work-scene.ts';
import { driveBeside } from './navigate.ts';
import { freshPictures, lookAt } from './observe.ts';
import type { SkillImplementation } from './skill.ts';

/** Room that the open fingers need beside the thing, m. */
const fingerRoomM = 0.035;
/** The thing is let go this far above the surface, m. */
const dropM = 0.012;
const comeInAboveM = 0.07;
const lowestComeInM = 0.015;
/** How far from the edge of a surface things are put unless somebody wants them elsewhere, m. */
const insetM = 0.17;
/** Farther than this the surface is not seen well enough to find a free spot, m. */
const judgeWithinM = 1.4;
/** What is held stops this far before an enclosure, m. */
const beforeM = 0.04;
/** A hand at a steeper angle to the opening than this cosine does not come straight in. */
const minStraightness = 0.6;
/** Spots tried before the surface counts as full. */
const maxSpots = 12;

/** Where a thing should go. */
interface Preference {
  /** `map`, m. */
  readonly preferredM: readonly [number, number];
  /** Nobody said where: then it goes where it can be taken from again. */
  readonly isAnywhere: boolean;
}

/** Puts the held thing on a free spot of a surface. */
export const placeOn: SkillImplementation = async (body, values) => {
  requireHolding(body);
  const surface = argument(values, 'surface');
  return await placeOnAreas(body, values, areasOf(body, surface), surface.value);
};

/** Puts the held thing on the first of several areas that has room. */
export async function placeOnAreas(
  body: SkillBody,
  values: SkillArguments,
  areas: readonly SupportArea[],
  label: string,
): Promise<string> {
  const carried = carriedThing(body, argument(values, 'object').objectClass);
  let failure: SkillFailure | undefined;
  for (const area of areas) {
    try {
      return await placeOnArea(body, carried, area, preferenceFor(body, area, values.get('near')), label);
    } catch (error) {
      if (!SkillFailure.isInstance(error) || !['no-free-spot', 'unreachable'].includes(error.code))
        throw error;
      failure = error as SkillFailure;
    }
  }
  throw (
    failure ?? new SkillFailure('invalid-argument', `${label} has no surface in the map of ${body.map.id}`)
  );
}

async function placeOnArea(
  body: SkillBody,
  carried: CarriedThing,
  area: SupportArea,
  preference: Preference,
  label: string,
): Promise<string> {
  const { preferredM } = preference;
  const tallM = carried.sizeM[2] + 0.03;
  if (tallM > area.clearanceM) {
    throw new SkillFailure(
      'no-free-spot',
      `${area.id} is ${(area.clearanceM * 100).toFixed(0)} cm high, the ${carried.className} needs ${(tallM * 100).toFixed(0)} cm`,
    );
  }
  await goNear(body, area, preferredM);
  await lookAtSpot(body, area, preferredM);
  const poses = posesOn(body, carried, area, preference, label);
  const openings = openingsAround(body, area.mapFromArea.translation);
  const makeWork = () => new WorkScene(body, { openings, carried });
  const text = await releaseAt(
    body,
    makeWork,
    poses,
    async () => {
      await lookAtSpot(body, area, preferredM);
      return posesOn(body, carried, area, preference, label);
    },
    `a free spot on ${area.id}`,
  );
  return `put down on ${area.id}: ${text}`;
}

function posesOn(
  body: SkillBody,
  carried: CarriedThing,
  area: SupportArea,
  { preferredM, isAnywhere }: Preference,
  label: string,
): readonly ReleasePose[] {
  const halfWidthM = Math.max(carried.sizeM[0], carried.sizeM[1]) / 2 + fingerRoomM;
  const spots = freeSpots({
    area,
    halfWidthM,
    preferredM,
    ...(isAnywhere ? { isInReach: (point) => isNearEdge(body, area, point) } : {}),
    depth: body.depthPoints(),
    sightings: body.sightings().sightings,
  });
  if (spots.length === 0) {
    throw new SkillFailure(
      'no-free-spot',
      `no free ${(2 * halfWidthM * 100).toFixed(0)} cm square on ${label}`,
    );
  }
  const surfaceM = area.mapFromArea.translation[2];
  const isEnclosed = area.clearanceM < openAboveM;
  // Under a board there is no room for a hand from above; over the far side of a surface it does not reach.
  const posture: HandPosture = isEnclosed ? 'side' : 'slant';
  const turns = carried.kind !== 'side' && carried.kind !== posture && hasNoSide(carried);
  const chosen = spread(spots);
  const poses = (turns ? [carried, heldAs(carried, posture)] : [carried]).flatMap((held) =>
    chosen.flatMap((spot) => {
      const toolHeightM = surfaceM + held.belowToolM + dropM;
      return releasePoses(held, spot, toolHeightM, comeInOver(held, area), headingsAt(body, area, spot));
    }),
  );
  if (!isEnclosed || body.model.isFixed) return poses;
  return [...poses.map((pose) => comingStraightIn(body, carried, area, pose)), ...poses];
}

/** How much higher than at the release the hand comes in, m: in an enclosure half way between its floor and its ceiling. */
const comeInOver = (held: CarriedThing, area: SupportArea): number =>
  area.clearanceM >= openAboveM
    ? comeInAboveM
    : clamp((area.clearanceM - held.sizeM[2]) / 2 - dropM, lowestComeInM, comeInAboveM);

/** The same release, the hand coming from before the furniture. */
function comingStraightIn(
  body: SkillBody,
  carried: CarriedThing,
  area: SupportArea,
  pose: ReleasePose,
): ReleasePose {
  const { mapFromAbove } = pose;
  const [x, y, z] = mapFromAbove.translation;
  const stand = standpoints(body.map, area.furnitureId, [x, y])[0];
  const tip = mapFromAbove.apply([1, 0, 0]);
  const [aheadX, aheadY] = [tip[0] - x, tip[1] - y];
  if (stand === undefined) return pose;
  const [outX, outY] = stand.outward;
  const straightness = -(aheadX * outX + aheadY * outY);
  if (straightness < minStraightness) return pose;
  const inM = (stand.edgeM[0] - x) * outX + (stand.edgeM[1] - y) * outY;
  const backM = (inM + Math.max(carried.sizeM[0], carried.sizeM[1]) / 2 + beforeM) / straightness;
  const before: Vector3 = [x - aheadX * backM, y - aheadY * backM, z];
  return { ...pose, mapFromBefore: new Transform(before, mapFromAbove.rotation) };
}

/** Headings of the hand over a spot: into the furniture, or away from a base that does not move. */
function headingsAt(body: SkillBody, area: SupportArea, spot: readonly [number, number]): readonly number[] {
  if (body.model.isFixed) {
    const [x, y] = body.mapFromBase().translation;
    return [Math.atan2(spot[1] - y, spot[0] - x)];
  }
  return standpoints(body.map, area.furnitureId, spot)
    .slice(0, 2)
    .map(({ outward }) => Math.atan2(-outward[1], -outward[0]));
}

/** Farther in than this, the next grasp of the thing may be out of reach, m. */
const reachInM = 0.28;

/** Tells whether a robot beside the furniture can take the thing from there again. */
const isNearEdge = (body: SkillBody, area: SupportArea, [x, y]: readonly [number, number]): boolean => {
  const stands = standpoints(body.map, area.furnitureId, [x, y]);
  return stands.some(({ edgeM }) => Math.hypot(x - edgeM[0], y - edgeM[1]) <= reachInM);
};

/** The best spots, not all of them beside each other. */
function spread(spots: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const chosen: (readonly [number, number])[] = [];
  for (const spot of spots) {
    if (chosen.length >= maxSpots) break;
    if (chosen.every((other) => Math.hypot(other[0] - spot[0], other[1] - spot[1]) > 0.08)) chosen.push(spot);
  }
  return chosen;
}

async function goNear(
  body: SkillBody,
  area: SupportArea,
  preferredM: readonly [number, number],
): Promise<void> {
  const here = body.mapFromBase().translation;
  if (Math.hypot(here[0] - preferredM[0], here[1] - preferredM[1]) < judgeWithinM && area.clearanceM >= 0.5)
    return;
  const spot: Vector3 = [preferredM[0], preferredM[1], area.mapFromArea.translation[2]];
  const stand = standBeside(body, area.furnitureId, spot, here);
  if (stand !== undefined) await driveBeside(body, stand, spot);
}

async function lookAtSpot(
  body: SkillBody,
  area: SupportArea,
  preferredM: readonly [number, number],
): Promise<void> {
  body.report('look', 0.3, area.id);
  await lookAt(body, [preferredM[0], preferredM[1], area.mapFromArea.translation[2] + 0.03]);
  await freshPictures(body, 1);
}

/** Surfaces that an argument names: one by id, or all of a piece of furniture. */
export function areasOf(body: SkillBody, value: SkillArgumentValue): readonly SupportArea[] {
  const { map } = body;
  const place = map.places.find((entry) => entry.id === value.value);
  const named = map.surfaces.filter(
    (surface) =>
      surface.id === value.value ||
      surface.furnitureId === value.value ||
      surface.furnitureId === place?.furnitureId,
  );
  if (named.length > 0) return named.map((surface) => surfaceArea(map, surface));
  throw new SkillFailure(
    'invalid-argument',
    `"${value.value}" is no surface of ${map.id}; there are ${map.surfaces.map((surface) => surface.id).join(', ')}`,
  );
}

/** Where on the area the thing should go, `map`: by the place or thing that is named, else near the edge and the robot. */
function preferenceFor(body: SkillBody, area: SupportArea, near: SkillArgumentValue | undefined): Preference {
  return { preferredM: preferredPoint(body, area, near), isAnywhere: near === undefined };
}

function preferredPoint(
  body: SkillBody,
  area: SupportArea,
  near: SkillArgumentValue | undefined,
): readonly [number, number] {
  const place = body.map.places.find((entry) => entry.id === near?.value);
  if (place?.delivery?.surfaceId === area.id) {
    const [x, y] = place.delivery.centerM;
    const point = furnitureTransform(body.map, area.furnitureId).apply([x, y, 0]);
    return [point[0], point[1]];
  }
  const towards =
    near?.mapFromThing ??
    (place === undefined ? body.mapFromBase() : Transform.fromPlanar(...place.poseXyYaw));
  const [tx, ty] = towards.translation;
  const stand = standpoints(body.map, area.furnitureId, [tx, ty])[0];
  const center = area.mapFromArea.translation;
  if (stand === undefined) return [center[0], center[1]];
  return [stand.edgeM[0] - stand.outward[0] * insetM, stand.edgeM[1] - stand.outward[1] * insetM];
}
