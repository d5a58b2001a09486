import { distance3 } from '@efferent/core';
import { mapFromTool } from '../arm-motion.ts';
import type { CarriedThing, SkillBody } from '../skill-body.ts';
import { WorkScene } from '../work-scene.ts';
import { freshPictures, type Reacquired } from './observe.ts';

/** Wall of a container that is itself an object, m. */
export const wallM = 0.012;
/** Room left between the thing and the wall, for what seeing and driving are off, m. */
const besideWallM = 0.012;
/** Pictures from which the contents are read, and how far a thing may seem to move between them, m. */
const contentPictures = 3;
const sameThingM = 0.06;
/** What lies on others may begin this far above the rim, m. */
const stackedM = 0.05;
/** A sighting so near the tool is of what the hand holds, m. */
const inHandM = 0.15;
const directions = 16;

/** Something that lies in the container. */
export interface Content {
  readonly pointM: readonly [number, number];
  readonly topM: number;
  readonly radiusM: number;
}

/** What is seen to lie in a container in more than one of a few pictures: a single one misnames and misses things. */
export async function contentsOf(
  body: SkillBody,
  className: string,
  container: Reacquired,
): Promise<readonly Content[]> {
  const [x, y, z] = container.mapFromThing.translation;
  const [insideM, halfM] = [insideRadius(container), container.sizeM[2] / 2];
  const tool = mapFromTool(body, new WorkScene(body, { useDepth: false })).translation;
  const found: (Content & { readonly picture: number })[] = [];
  for (let picture = 0; picture < contentPictures; picture++) {
    await freshPictures(body, 1);
    for (const { className: name, mapFromThing, sizeM } of body.sightings().sightings) {
      const [tx, ty, tz] = mapFromThing.translation;
      const radiusM = Math.min(sizeM[0], sizeM[1]) / 2;
      const bottomM = tz - sizeM[2] / 2;
      if (name === className || radiusM > insideM || Math.hypot(tx - x, ty - y) >= insideM) continue;
      if (bottomM > z + halfM + stackedM || tz < z - halfM) continue;
      if (distance3(mapFromThing.translation, tool) < inHandM) continue;
      found.push({ pointM: [tx, ty], topM: tz + sizeM[2] / 2, radiusM, picture });
    }
  }
  return found.filter((one) =>
    found.some((other) => other.picture !== one.picture && apartM(one.pointM, other) < sameThingM),
  );
}

/**
 * Where to let go: the middle of an empty container, else the point farthest from what lies in it at which the thing
 * clears the wall. `floorM` is the top of what lies below it there, -Infinity when nothing does.
 */
export function freeSpotIn(
  carried: CarriedThing,
  container: Reacquired,
  contents: readonly Content[],
): { readonly pointM: readonly [number, number]; readonly floorM: number } {
  const [x, y] = container.mapFromThing.translation;
  const halfM = (carried.sizeM[0] + carried.sizeM[1]) / 4;
  const offsetM = Math.max(0, insideRadius(container) - halfM - besideWallM);
  const nearestM = (point: readonly [number, number]) =>
    Math.min(...contents.map((content) => apartM(point, content)));
  let best: readonly [number, number] = [x, y];
  for (let i = 0; contents.length > 0 && i < directions; i++) {
    const angle = (2 * Math.PI * i) / directions;
    const point = [x + offsetM * Math.cos(angle), y + offsetM * Math.sin(angle)] as const;
    if (nearestM(point) > nearestM(best)) best = point;
  }
  const below = contents.filter((content) => apartM(best, content) < content.radiusM + halfM);
  return { pointM: best, floorM: Math.max(...below.map(({ topM }) => topM)) };
}

const apartM = ([x, y]: readonly [number, number], { pointM }: Content): number =>
  Math.hypot(x - pointM[0], y - pointM[1]);

const insideRadius = ({ sizeM }: Reacquired): number => Math.min(sizeM[0], sizeM[1]) / 2 - wallM;
