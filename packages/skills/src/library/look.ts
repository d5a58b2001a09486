import { type Transform, type Vector3, wrapAngle } from '@efferent/core';
import { standingRoom } from '../arm-motion.ts';
import { freeStand } from '../free-stand.ts';
import { frontView } from '../front-view.ts';
import { insideView } from '../inside-view.ts';
import { openingsAround } from '../openings.ts';
import { argument } from '../skill-arguments.ts';
import type { SkillBody } from '../skill-body.ts';
import { type ResolvedTarget, resolveTarget } from '../targets.ts';
import { WorkScene } from '../work-scene.ts';
import { driveWithTuckedArm } from './navigate.ts';
import { freshPictures, lookAt } from './observe.ts';
import type { SkillImplementation } from './skill.ts';

/** From farther than this, small things have too few pixels, m. */
const farM = 2;
/** Distance between two points that one picture covers well, m. */
const stepM = 0.55;
const picturesPerView = 2;

/** Turns the head over a thing or a place until fresh pictures have covered it. */
export const look: SkillImplementation = async (body, values) => {
  const here = body.mapFromBase().translation;
  const target = resolveTarget(body, argument(values, 'target'), here, body.openings);
  const inside =
    target.mapFromBase === undefined ? undefined : insideView(body, target.label, target.mapFromBase);
  // Over the front of a drawer its inside is seen, but how far it is open only from some way off that front.
  const stand = inside?.mapFromBase ?? standToSee(body, target);
  if (stand !== undefined && isFree(body, stand, target.centerM)) await driveWithTuckedArm(body, stand);
  const points = inside === undefined ? viewPoints(target) : [inside.centerM];
  for (const [index, point] of points.entries()) {
    body.report('look', index / points.length, `${index + 1} of ${points.length} at ${target.label}`);
    await lookAt(body, point);
    await freshPictures(body, picturesPerView);
  }
  const seen = body.sightings().sightings.length;
  return `looked at ${target.label} in ${points.length} view${points.length === 1 ? '' : 's'}, ${seen} thing${seen === 1 ? '' : 's'} in the last picture`;
};

/** Where to look from; undefined when it is seen from here. */
function standToSee(body: SkillBody, target: ResolvedTarget): Transform | undefined {
  if (target.mapFromBase === undefined) return undefined;
  const front = frontView(body, target.label);
  const here = front?.(body.mapFromBase());
  const isNear = seesWell(body, target);
  if (isNear && here?.isEnough !== false) return undefined;
  const stand = freeStand(body, target.mapFromBase, target.centerM);
  const isBetter = here === undefined || !isNear || front!(stand).sine > here.sine;
  return isBetter ? stand : undefined;
}

/** A door that was opened may stand wherever the robot could: then it looks from where it is. */
function isFree(body: SkillBody, stand: Transform, centerM: Vector3): boolean {
  const work = new WorkScene(body, { openings: openingsAround(body, centerM), useDepth: false });
  return standingRoom(body, work)(stand.translation[0], stand.translation[1], stand.yaw);
}

/** Near enough, and for furniture on its access side. */
function seesWell(body: SkillBody, target: ResolvedTarget): boolean {
  const here = body.mapFromBase();
  const away = Math.hypot(here.translation[0] - target.centerM[0], here.translation[1] - target.centerM[1]);
  if (away > farM) return false;
  if (target.areas.every((area) => area.clearanceM >= 0.5)) return true;
  const stand = target.mapFromBase;
  if (stand === undefined) return true;
  return (
    Math.hypot(here.translation[0] - stand.translation[0], here.translation[1] - stand.translation[1]) <
      0.5 && Math.abs(wrapAngle(here.yaw - stand.yaw)) < 1.2
  );
}

/** Points that, looked at one after the other, cover the target. */
function viewPoints(target: ResolvedTarget): readonly Vector3[] {
  if (target.areas.length === 0) return [target.centerM];
  return target.areas.flatMap((area) => {
    const [width, depth] = area.sizeM;
    const columns = Math.max(1, Math.ceil(width / stepM - 0.3));
    const rows = Math.max(1, Math.ceil(depth / stepM - 0.6));
    return Array.from({ length: columns * rows }, (_, index) => {
      const row = Math.floor(index / columns);
      // To and fro, so that the head does not fly back at the end of a row.
      const column = row % 2 === 0 ? index % columns : columns - 1 - (index % columns);
      return area.mapFromArea.apply([
        ((column + 0.5) / columns - 0.5) * width,
        ((row + 0.5) / rows - 0.5) * depth,
        0.05,
      ]);
    });
  });
}
