import type { Transform, Vector3 } from '@efferent/core';
import { type SupportArea, standpoints, supportAt } from '../geometry.ts';
import { requireHolding } from '../release.ts';
import { heldThing } from '../release-pose.ts';
import { argument, type SkillArgumentValue } from '../skill-arguments.ts';
import type { CarriedThing, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { spillClass } from '../spill.ts';
import { largestSpill, SurfaceView, sameSpillM, supportToleranceM, viewPointsOf } from '../spill-view.ts';
import { standBeside } from '../targets.ts';
import { frontStrip, type Patch, pointsOn, wipeStrokes } from '../wipe-lanes.ts';
import { WipingArm } from '../wipe-stand.ts';
import { driveBeside, driveIfFree } from './navigate.ts';
import { areasOf } from './place-on.ts';
import type { SkillImplementation } from './skill.ts';
import { doStrokes, requireStillHeld } from './wipe-motion.ts';

/** Times that something is wiped until nothing is left. */
const mostRounds = 4;
/** From farther than this a spill has too few pixels, m. */
const judgeWithinM = 1.5;
/** The strip of a surface that is wiped, and how far it stays from the edges, m. */
const stripM = 0.22;
const insetM = 0.06;
/** Places to stand at that are tried for one round. */
const mostPlaces = 3;
/** Room around what is held to other things, m. */
const roomM = 0.015;

/** Wipes a spill, or the front strip of a surface and what spills are on it, with what the hand holds. */
export const wipe: SkillImplementation = async (body, values) => {
  requireHolding(body);
  if (body.model.manifest.arm === undefined || body.model.isFixed)
    throw new SkillFailure('unreachable', `${body.model.id} has no arm that reaches straight out`);
  const target = argument(values, 'target');
  const carried = heldThing(body, argument(values, 'tool'));
  const work = targetOf(body, target);
  let strokes = 0;
  let next = await work.first();
  for (let round = 1; next !== undefined; round++) {
    if (round > mostRounds)
      throw new SkillFailure(
        'blocked',
        `after ${mostRounds} rounds ${sizeOf(next.patch)} of ${target.value} are left`,
      );
    strokes += await wipeOnce(body, carried, work, next);
    const patch = await work.seen(new SurfaceView(work.area), next.patch);
    next = patch && { patch, isSeen: true };
  }
  return `wiped ${target.value} with ${strokes} strokes; no ${spillClass} is seen there any more`;
};

/** What is wiped next. */
interface Dirt {
  readonly patch: Patch;
  /** A spill, that is seen better from close by; not the strip of a surface. */
  readonly isSeen: boolean;
}

interface WipeWork {
  readonly area: SupportArea;
  first(): Promise<Dirt | undefined>;
  /** Looks over a patch and gives the largest spill that is seen there; undefined when there is none. */
  seen(view: SurfaceView, patch: Patch): Promise<Patch | undefined>;
}

function targetOf(body: SkillBody, target: SkillArgumentValue): WipeWork {
  const { map } = body;
  const isMapped = [...map.surfaces, ...map.furniture, ...map.places].some(({ id }) => id === target.value);
  const believedM = target.mapFromThing?.translation;
  return isMapped || believedM === undefined
    ? surfaceWork(body, areasOf(body, target)[0]!)
    : spillWork(body, target.value, believedM);
}

function surfaceWork(body: SkillBody, area: SupportArea): WipeWork {
  const center = area.mapFromArea.translation;
  const radiusM = Math.hypot(...area.sizeM) / 2;
  return {
    area,
    first: async () => ({ patch: stripOf(body, area), isSeen: false }),
    seen: async (view, patch) => {
      body.report('look', 0.3, area.id);
      return largestSpill(await view.look(body, viewPointsOf(patch)), area, center, radiusM);
    },
  };
}

/** @throws {@link SkillFailure} code `unreachable` for a spill on the bare floor */
function spillWork(body: SkillBody, id: string, believedM: Vector3): WipeWork {
  const area = supportAt(body.map, believedM, body.openings, supportToleranceM);
  if (area === undefined) throw new SkillFailure('unreachable', `${id} lies on no surface of ${body.map.id}`);
  const seen = async (view: SurfaceView): Promise<Patch | undefined> => {
    body.report('look', 0.3, id);
    const surfaceM = area.mapFromArea.translation[2];
    const sightings = await view.look(body, [[believedM[0], believedM[1], surfaceM]]);
    return largestSpill(sightings, area, believedM, sameSpillM);
  };
  const first = async (): Promise<Dirt> => {
    const here = body.mapFromBase().translation;
    const isFar = Math.hypot(here[0] - believedM[0], here[1] - believedM[1]) > judgeWithinM;
    let patch = isFar ? undefined : await seen(new SurfaceView(area));
    if (patch === undefined) {
      const stand = standBeside(body, area.furnitureId, believedM, here);
      if (stand !== undefined) await driveBeside(body, stand, believedM);
      patch = await seen(new SurfaceView(area));
    }
    if (patch !== undefined) return { patch, isSeen: true };
    throw new SkillFailure(
      'target-lost',
      `no ${spillClass} is seen within ${sameSpillM.toFixed(2)} m of where ${id} was believed`,
    );
  };
  return { area, first, seen };
}

/** The strip along the nearest edge at which the robot stands. */
function stripOf(body: SkillBody, area: SupportArea): Patch {
  const [x, y] = body.mapFromBase().translation;
  const center = area.mapFromArea.translation;
  const edges = standpoints(body.map, area.furnitureId, [center[0], center[1]]);
  const away = ({ edgeM }: (typeof edges)[number]) => Math.hypot(edgeM[0] - x, edgeM[1] - y);
  const edge = edges.toSorted((a, b) => away(a) - away(b))[0];
  if (edge === undefined)
    throw new SkillFailure('unreachable', `there is no edge of ${area.id} at which a robot may stand`);
  return frontStrip(area, edge.edgeM, edge.outward, stripM, insetM);
}

/** Drives to where the arm reaches over the dirt, and wipes what of it is free. Returns the number of strokes. */
async function wipeOnce(
  body: SkillBody,
  carried: CarriedThing,
  { area, seen }: WipeWork,
  { patch: believed, isSeen }: Dirt,
): Promise<number> {
  const surfaceM = area.mapFromArea.translation[2];
  const toolM = Math.min(carried.sizeM[0], carried.sizeM[1]);
  const taken: Transform[] = [];
  let patch = believed;
  while (taken.length < mostPlaces) {
    const place = new WipingArm(body, carried, area).bestPlace(area, surfaceM, pointsOn(patch), taken);
    if (place === undefined) break;
    taken.push(place);
    if (!(await driveIfFree(body, place))) continue;
    requireStillHeld(body);
    const view = new SurfaceView(area);
    const better = await seen(view, patch);
    if (isSeen && better !== undefined) patch = better;
    const arm = new WipingArm(body, carried, area);
    const over = arm.over(surfaceM, 0);
    if (over === undefined) continue;
    const isClear = view.clear(toolM / 2 + roomM);
    const base = body.mapFromBase();
    const isFree = (x: number, y: number) => isClear(x, y) && arm.canReach(base, over, [x, y]);
    const strokes = wipeStrokes(patch, toolM, isFree);
    if (strokes.length === 0) continue;
    return await doStrokes(body, arm, carried, surfaceM, strokes);
  }
  const isInReach =
    taken.length > 0 ||
    new WipingArm(body, carried, area, false).bestPlace(area, surfaceM, pointsOn(patch), []) !== undefined;
  if (!isInReach)
    throw new SkillFailure('unreachable', `no base pose from which the arm reaches over ${area.id} there`);
  throw new SkillFailure('blocked', `other things stand in the way of ${sizeOf(patch)} on ${area.id}`);
}

const sizeOf = ({ lengthM, widthM }: Patch): string =>
  `${(lengthM * 100).toFixed(0)} x ${(widthM * 100).toFixed(0)} cm`;
