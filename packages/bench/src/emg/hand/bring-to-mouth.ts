import type { Vector3 } from '@efferent/core';
import type { HandMoves } from './hand-moves.ts';
import type { HandScript } from './hand-pilot.ts';
import { moveStage } from './hand-stage.ts';
import type { HandView } from './hand-view.ts';
import { takeFrom } from './pick-and-place.ts';

/** The mug's middle is brought to this far before the face, m: the gate stops before it, and the person closes the gap. */
const beforeFaceM = 0.2;
/** Its brim so far below the middle of the head, m. */
const brimBelowM = 0.09;
/** How far the arm is stretched there, m: knees and feet stand before the person. */
const extensionM = 0.32;

/** Takes a mug and holds it before a person's mouth, upright, as near as the robot lets it. */
export function* bringToMouth(moves: HandMoves, name: string, personId: string, first: HandView): HandScript {
  let view = yield* takeFrom(moves, name, first);
  const head = view.drawn.solid(`${personId}/head`, 0);
  const yaw = moves.map.people.find(({ id }) => id === personId)?.poseXyYaw[2];
  if (head === undefined || yaw === undefined) return;
  const facing = [Math.cos(yaw), Math.sin(yaw)] as const;
  const halfM =
    Math.abs(facing[0]) * ((head.highM[0] - head.lowM[0]) / 2) +
    Math.abs(facing[1]) * ((head.highM[1] - head.lowM[1]) / 2);
  const ahead = halfM + beforeFaceM;
  const goal: Vector3 = [
    head.centerM[0] + ahead * facing[0],
    head.centerM[1] + ahead * facing[1],
    head.centerM[2] - brimBelowM,
  ];
  const stand = moves.standFor(goal, [-facing[0], -facing[1]], extensionM);
  view = yield* moves.driveTo(stand, view);
  const brim = (now: HandView) => now.drawn.thing(name)?.highM[2] ?? goal[2];
  view = yield moveStage({
    name: 'brim to the mouth',
    control: moves.lift,
    tolerance: 0.03,
    error: (now) => goal[2] - brim(now),
  });
  view = yield* moves.straighten();
  view = yield moves.align(() => goal, 0.04);
  yield moves.reach(() => goal, 0.02);
}
