import { cross3, dot3, rotateVector, type Vector3 } from '@efferent/core';
import type { DrawnThing } from '../user/drawn-things.ts';
import type { HandMoves } from './hand-moves.ts';
import type { HandScript } from './hand-pilot.ts';
import { moveStage, type Stage } from './hand-stage.ts';
import type { HandView } from './hand-view.ts';
import { openM } from './pick-and-place.ts';

/** The hand points down, rad. */
const downRad = -1.5;
/** Pointing down it is nearer to the mast by this much than pointing out, m. */
const drawnInM = 0.243;
/** The fingers' middle above the floor while they close, and where the hand waits above the thing, m. */
const gripM = 0.028;
const waitM = 0.25;
/** Where a thing is held that was picked up, m. */
const raisedM = 0.62;
const heldM = 0.1;
const mostGrasps = 3;

/** Picks a thing up from the floor, the hand pointing down, the fingers across its narrow side. */
export function* pickFromFloor(
  moves: HandMoves,
  name: string,
  furnitureId: string,
  first: HandView,
): HandScript {
  let view = first;
  const thing = () => view.drawn.thing(name);
  const point = (now: HandView): Vector3 | undefined => now.drawn.thing(name)?.pose.translation;
  const start = point(view);
  if (start === undefined) return;
  const stand = moves.standAt(furnitureId, start, view, drawnInM);
  if (stand !== undefined) view = yield* moves.driveTo(stand, view);
  view = yield moves.raise(() => 0.6, 0.1);
  for (let i = 0; i < mostGrasps; i++) {
    view = yield moves.joint(moves.yaw, 0, 0.08);
    view = yield moves.joint(moves.pitch, downRad, 0.1);
    view = yield moves.joint(moves.gripper, openM, 0.01);
    view = yield rollAcross(moves, name);
    view = yield moves.align(point);
    view = yield moves.reach(point);
    view = yield moves.raise(() => waitM, 0.04);
    view = yield moves.align(point);
    view = yield moves.reach(point);
    view = yield moves.raise(() => gripM, 0.007);
    view = yield moves.close();
    view = yield moves.raise(() => raisedM, 0.04);
    if ((thing()?.lowM[2] ?? 0) > heldM) return;
  }
}

/** Rolls the hand until the fingers close across the narrow side of what lies below. */
function rollAcross(moves: HandMoves, name: string): Stage {
  return moveStage({
    name: 'fingers across it',
    control: moves.roll,
    tolerance: 0.15,
    error: (view) => {
      const thing = view.drawn.thing(name);
      return thing === undefined ? undefined : turnAcross(view, thing);
    },
  });
}

/** How far to roll, by less than a right angle either way: fingers may close from both sides. */
function turnAcross({ approach, closing }: HandView, { pose }: DrawnThing): number {
  const across = rotateVector(pose.rotation, [0, 1, 0]);
  const sine = dot3(cross3(closing, across), approach);
  const cosine = dot3(closing, across);
  return Math.atan(sine / (Math.abs(cosine) < 1e-6 ? 1e-6 : cosine));
}
