import type { Vector3 } from '@efferent/core';
import { furnitureTransform, type MapSurface, type PlanarPose } from '@efferent/robot';
import { gripPoint, type HandMoves } from './hand-moves.ts';
import type { HandScript } from './hand-pilot.ts';
import type { HandView } from './hand-view.ts';

/** Fingers before a grasp, m. */
export const openM = 0.15;
/** The hand waits this far before the thing while it is brought to its height, m. */
const liftM = 0.1;
/** A thing that rose by this much with the hand is held, m. */
const heldM = 0.04;
const mostGrasps = 3;
/** The wrist turned in, so that what is held travels above the base. */
const inwardRad = 2.8;
const carryLiftM = 0.75;
/** What is held passes this far above what it is put on, m. */
const clearM = 0.09;
/** What is put down is let go this far above, m. */
const dropM = 0.012;

/** Fetches a thing that stands on a piece of furniture: drives there, takes it, and turns the hand in over the base. */
export function* takeFrom(moves: HandMoves, name: string, first: HandView): HandScript<HandView> {
  let view = first;
  const thing = () => view.drawn.thing(name);
  const point = (now: HandView): Vector3 | undefined => {
    const drawn = now.drawn.thing(name);
    return drawn === undefined ? undefined : gripPoint(drawn);
  };
  const start = point(view);
  if (start === undefined) return view;
  const surface = surfaceBelow(moves, start);
  const stand = surface === undefined ? undefined : moves.standAt(surface.furnitureId, start, view);
  if (stand !== undefined) view = yield* moves.driveTo(stand, view);
  for (let i = 0; i < mostGrasps; i++) {
    view = yield moves.raise((now) => point(now)?.[2] ?? 0);
    view = yield* moves.straighten();
    view = yield moves.joint(moves.gripper, openM, 0.01);
    view = yield moves.align(point);
    view = yield moves.raise((now) => point(now)?.[2] ?? 0);
    view = yield moves.reach(point);
    view = yield moves.close();
    const standingM = thing()?.lowM[2] ?? 0;
    view = yield moves.raise(liftedBy(view, liftM), 0.02);
    if ((thing()?.lowM[2] ?? 0) > standingM + heldM) break;
    view = yield moves.joint(moves.gripper, openM, 0.01);
    view = yield moves.joint(moves.extension, 0.02);
  }
  view = yield moves.joint(moves.extension, 0.02);
  view = yield moves.joint(moves.lift, carryLiftM, 0.06);
  view = yield moves.joint(moves.yaw, inwardRad, 0.2);
  return view;
}

/** Puts down what is held at a point of a surface, from a place where the arm points at it. */
export function* putDown(
  moves: HandMoves,
  name: string,
  at: Vector3,
  stand: PlanarPose,
  first: HandView,
): HandScript<HandView> {
  const low = (now: HandView) => now.drawn.thing(name)?.lowM[2] ?? at[2];
  let view = yield* moves.driveTo(stand, first);
  view = yield moves.raise((now) => now.tool.translation[2] + at[2] + clearM - low(now), 0.03);
  view = yield* moves.straighten();
  view = yield moves.align(() => at, 0.06);
  view = yield moves.reach(() => at, 0.04);
  view = yield moves.raise((now) => now.tool.translation[2] + at[2] + dropM - low(now), 0.009);
  view = yield moves.joint(moves.gripper, openM, 0.02);
  view = yield moves.joint(moves.extension, 0.02);
  return view;
}

/** A height as far above where the hand is now. */
export function liftedBy(view: HandView, byM: number): () => number {
  const target = view.tool.translation[2] + byM;
  return () => target;
}

/** The surface that a point lies just above. */
export function surfaceBelow(moves: HandMoves, [x, y, z]: Vector3, slackM = 0): MapSurface | undefined {
  return moves.map.surfaces.find(({ furnitureId, heightM, centerM, sizeM }) => {
    const [u, v] = furnitureTransform(moves.map, furnitureId).inverse().apply([x, y, 0]);
    const isOver = Math.abs(u - centerM[0]) <= sizeM[0] / 2 && Math.abs(v - centerM[1]) <= sizeM[1] / 2;
    return isOver && z > heightM - slackM && z < heightM + 0.2;
  });
}
