import { Transform, type Vector3 } from '@efferent/core';
import type { MapContainer } from '@efferent/robot';
import { containerArea, standpoints, supportAt, surfaceArea } from '../geometry.ts';
import { openingsAround } from '../openings.ts';
import { releaseAt, requireHolding } from '../release.ts';
import { carriedThing, heldAs, type ReleasePose, releasePoses } from '../release-pose.ts';
import { freeReleasesFirst } from '../release-reach.ts';
import { argument, type SkillArgumentValue } from '../skill-arguments.ts';
import type { CarriedThing, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { standBeside } from '../targets.ts';
import { WorkScene } from '../work-scene.ts';
import { contentsOf, freeSpotIn, wallM } from './container-contents.ts';
import { driveBeside } from './navigate.ts';
import { freshPictures, lookAt, type Reacquired, reacquire } from './observe.ts';
import { placeOnAreas } from './place-on.ts';
import type { SkillImplementation } from './skill.ts';

/** The fingers stay this far above the rim, m. */
const fingersAboveRimM = 0.034;
/** The thing passes over the rim with this to spare, m. */
const passOverM = 0.025;
const judgeWithinM = 1.7;
const reacquireRadiusM = 0.3;
/** A container that looks narrower than this share of its known width is partly hidden. */
const partlyHiddenBelow = 0.8;
/** Less than this of a drawer sticking out cannot be reached from above, m. */
const minExposedM = 0.12;

/** Releases the held thing inside an open container. */
export const placeIn: SkillImplementation = async (body, values) => {
  requireHolding(body);
  const container = argument(values, 'container');
  const carried = carriedThing(body, argument(values, 'object').objectClass);
  const fixture = body.map.containers.find((entry) => entry.id === container.value);
  if (fixture === undefined) return await placeInObject(body, carried, container);
  if (fixture.access === 'front') {
    const areas = body.map.surfaces
      .filter((surface) => surface.furnitureId === fixture.furnitureId)
      .map((surface) => surfaceArea(body.map, surface));
    return await placeOnAreas(body, values, areas, fixture.id);
  }
  return await placeInFixture(body, carried, fixture);
};

/** Into a bowl or the like, wherever it stands now. */
async function placeInObject(
  body: SkillBody,
  carried: CarriedThing,
  container: SkillArgumentValue,
): Promise<string> {
  const believed = container.mapFromThing;
  if (believed === undefined) {
    throw new SkillFailure(
      'invalid-argument',
      `"${container.value}" is no container of ${body.map.id} and came without a believed pose`,
    );
  }
  const className = container.objectClass === '' ? container.value : container.objectClass;
  await goNear(body, believed.translation);
  let seen = completed(await findContainer(body, className, believed.translation), container);
  checkFits(carried, className, Math.min(seen.sizeM[0], seen.sizeM[1]) - 2 * wallM);
  let contents = await contentsOf(body, className, seen);
  const openings = openingsAround(body, seen.mapFromThing.translation);
  const poses = (target: Reacquired) => {
    const [x, y, z] = target.mapFromThing.translation;
    const rimM = z + target.sizeM[2] / 2;
    const support = supportAt(body.map, [x, y, z - target.sizeM[2] / 2], openings);
    const spot = freeSpotIn(carried, target, contents);
    const floorM = Math.max(rimM - target.sizeM[2] + wallM, spot.floorM);
    return overRim(body, carried, spot.pointM, rimM, floorM, support?.furnitureId);
  };
  const text = await releaseAt(
    body,
    () =>
      new WorkScene(body, {
        openings,
        carried,
        ignore: [
          {
            mapFromBox: seen.mapFromThing,
            sizeM: [seen.sizeM[0] + 0.02, seen.sizeM[1] + 0.02, seen.sizeM[2] + 0.02],
          },
        ],
      }),
    poses(seen),
    async () => {
      seen = completed(await findContainer(body, className, seen.mapFromThing.translation), container);
      contents = await contentsOf(body, className, seen);
      return poses(seen);
    },
    `a point over the ${className}`,
  );
  return `let go over the ${className}: ${text}`;
}

async function findContainer(body: SkillBody, className: string, pointM: Vector3): Promise<Reacquired> {
  body.report('look', 0.3, className);
  await lookAt(body, pointM);
  return await reacquire(body, className, pointM, reacquireRadiusM);
}

/** The carried thing and the arm hide parts of a container: what is known of its extent fills in for them. */
function completed(seen: Reacquired, container: SkillArgumentValue): Reacquired {
  const { sizeM: known, mapFromThing: believed } = container;
  if (known === undefined || believed === undefined) return seen;
  const width = (size: Vector3) => Math.min(size[0], size[1]);
  if (width(seen.sizeM) > partlyHiddenBelow * width(known)) return seen;
  const [x, y] = seen.mapFromThing.translation;
  const [bx, by] = believed.translation;
  // The visible part lies within the container where it was: it has not moved.
  const isInPlace = Math.hypot(x - bx, y - by) < Math.max(known[0], known[1]) / 2 + 0.03;
  return { ...seen, sizeM: known, mapFromThing: isInPlace ? believed : seen.mapFromThing };
}

/** Into a bin, a sink or an open drawer. */
async function placeInFixture(
  body: SkillBody,
  carried: CarriedThing,
  fixture: MapContainer,
): Promise<string> {
  const closed = containerArea(body.map, fixture, 0).mapFromArea.translation;
  const believedM = openingsAround(body, closed).get(fixture.movesWithArticulationId ?? '') ?? 0;
  await goNear(body, closed, containerArea(body.map, fixture, believedM).mapFromArea.translation);
  body.report('look', 0.3, fixture.id);
  await lookAt(body, closed);
  await freshPictures(body, 1);
  checkFits(carried, fixture.id, Math.min(fixture.interior.sizeM[0], fixture.interior.sizeM[1]));
  const openings = openingsAround(body, closed);
  const target = releasePoint(body, fixture, openings.get(fixture.movesWithArticulationId ?? '') ?? 0);
  const makeWork = () => new WorkScene(body, { openings, carried });
  const poses = () => {
    const inside = makeWork();
    if (fixture.movesWithArticulationId !== undefined) inside.allowFingers(fixture.movesWithArticulationId);
    const { pointM, rimM, floorM } = target;
    const all = overRim(body, carried, pointM, rimM, floorM, fixture.furnitureId);
    return freeReleasesFirst(body, inside, all);
  };
  const text = await releaseAt(
    body,
    makeWork,
    poses(),
    () => Promise.resolve(poses()),
    `a point over the ${fixture.id}`,
  );
  return `let go over the ${fixture.id}: ${text}`;
}

/** Where to let go over a fixture's container: its middle, or the middle of what sticks out of the furniture. */
function releasePoint(
  body: SkillBody,
  fixture: MapContainer,
  openingM: number,
): { readonly pointM: readonly [number, number]; readonly rimM: number; readonly floorM: number } {
  const area = containerArea(body.map, fixture, openingM);
  const floorM = area.mapFromArea.translation[2];
  const mover = body.map.articulations.find((entry) => entry.id === fixture.movesWithArticulationId);
  if (mover === undefined) {
    const center = area.mapFromArea.translation;
    return { pointM: [center[0], center[1]], rimM: floorM + fixture.interior.sizeM[2], floorM };
  }
  if (openingM < minExposedM) {
    throw new SkillFailure(
      'blocked',
      `${fixture.id} sticks out ${(openingM * 100).toFixed(0)} cm; open it at least ${(minExposedM * 100).toFixed(0)} cm first`,
    );
  }
  // The drawer's front is its highest wall; behind it, up to the furniture's own front, the inside is free from above.
  const front = mover.boxes[0]!;
  const rimM = front.centerM[2] + front.sizeM[2] / 2;
  const back = -fixture.interior.sizeM[1] / 2;
  const center = area.mapFromArea.apply([0, back + Math.min(openingM, fixture.interior.sizeM[1]) / 2, 0]);
  return { pointM: [center[0], center[1]], rimM, floorM };
}

/** Hand poses that come in over a rim and go down as far as fingers and floor allow. */
function overRim(
  body: SkillBody,
  carried: CarriedThing,
  pointM: readonly [number, number],
  rimM: number,
  floorM: number,
  furnitureId: string | undefined,
): readonly ReleasePose[] {
  const here = body.mapFromBase().translation;
  const headings =
    furnitureId === undefined || body.model.isFixed
      ? [Math.atan2(pointM[1] - here[1], pointM[0] - here[0])]
      : standpoints(body.map, furnitureId, pointM)
          .slice(0, 2)
          .map(({ outward }) => Math.atan2(-outward[1], -outward[0]));
  // A slanting hand reaches farther than one from above.
  const held = carried.kind === 'top' ? [carried, heldAs(carried, 'slant')] : [carried];
  return held.flatMap((each) => {
    const toolM = Math.max(rimM + fingersAboveRimM, floorM + each.belowToolM + 0.015);
    const passM = rimM + each.belowToolM + passOverM;
    return releasePoses(each, pointM, toolM, Math.max(0.03, passM - toolM), headings);
  });
}

function checkFits(carried: CarriedThing, label: string, insideM: number): void {
  const widthM = Math.min(carried.sizeM[0], carried.sizeM[1]);
  if (widthM < insideM) return;
  throw new SkillFailure(
    'too-wide',
    `the ${carried.className} is ${(widthM * 100).toFixed(0)} cm wide, the ${label} ${(insideM * 100).toFixed(0)} cm`,
  );
}

/** @param seenM - what must be in sight from there: an open drawer's inside is not where the closed one's is */
async function goNear(body: SkillBody, pointM: Vector3, seenM = pointM): Promise<void> {
  const here = body.mapFromBase().translation;
  if (Math.hypot(here[0] - pointM[0], here[1] - pointM[1]) < judgeWithinM) return;
  const support = supportAt(body.map, pointM, new Map(), 0.35);
  const stand = support === undefined ? undefined : standBeside(body, support.furnitureId, pointM, here);
  await driveBeside(body, stand ?? before(body, pointM), seenM);
}

/** A pose 0.8 m before a point on the line from here. */
function before(body: SkillBody, pointM: Vector3): Transform {
  const here = body.mapFromBase().translation;
  const heading = Math.atan2(pointM[1] - here[1], pointM[0] - here[0]);
  return Transform.fromPlanar(
    pointM[0] - 0.8 * Math.cos(heading),
    pointM[1] - 0.8 * Math.sin(heading),
    heading,
  );
}
