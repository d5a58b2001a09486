import type { Vector3 } from '@efferent/core';
import { furnitureTransform } from '@efferent/robot';
import type { HandMoves } from './hand-moves.ts';
import type { HandScript } from './hand-pilot.ts';
import { moveStage } from './hand-stage.ts';
import type { HandView } from './hand-view.ts';
import { liftedBy, surfaceBelow, takeFrom } from './pick-and-place.ts';

/** What wipes is carried so far above the surface, m. */
const clearM = 0.06;
/** The person lowers it until it does not go on, at the latest so far below the surface, m. */
const pressM = 0.006;
const mostStrokes = 6;
const extensionM = 0.22;

/** Takes a sponge and moves it over a stain, stroke after stroke over what is still to be seen of it. */
export function* wipe(moves: HandMoves, stain: string, sponge: string, first: HandView): HandScript {
  let view = yield* takeFrom(moves, sponge, first);
  const seen = view.drawn.thing(stain);
  const surface = seen === undefined ? undefined : surfaceBelow(moves, seen.centerM, 0.01);
  const furniture = moves.map.furniture.find(({ id }) => id === surface?.furnitureId);
  const normal = furniture?.access[0]?.normal;
  if (seen === undefined || surface === undefined || normal === undefined) return;
  const frame = furnitureTransform(moves.map, surface.furnitureId);
  const tip = frame.apply([normal[0], normal[1], 0]);
  const arm = [frame.translation[0] - tip[0], frame.translation[1] - tip[1]] as const;
  const low = (now: HandView) => now.drawn.thing(sponge)?.lowM[2] ?? surface.heightM;
  view = yield* moves.driveTo(moves.standFor(seen.centerM, arm, extensionM), view);
  view = yield moves.raise((now) => now.tool.translation[2] + surface.heightM + clearM - low(now), 0.03);
  view = yield* moves.straighten();
  for (let i = 0; i < mostStrokes; i++) {
    const left = view.drawn.thing(stain);
    if (left === undefined) break;
    const [from, to] = endsOf(left, view.tool.translation);
    view = yield moves.align(() => from, 0.02);
    view = yield moves.reach(() => from, 0.01);
    if (low(view) > surface.heightM + 0.002)
      view = yield moveStage({
        name: 'press it on',
        control: moves.lift,
        tolerance: 0.001,
        patience: 1,
        error: (now) => surface.heightM - pressM - low(now),
      });
    view = yield moves.align(() => to, 0.02);
  }
  yield moves.raise(liftedBy(view, clearM), 0.03);
}

/** The ends of what is seen of a stain, the nearer one to the hand first. */
function endsOf(
  { lowM, highM, centerM }: { readonly lowM: Vector3; readonly highM: Vector3; readonly centerM: Vector3 },
  hand: Vector3,
): readonly [Vector3, Vector3] {
  const isLongInX = highM[0] - lowM[0] > highM[1] - lowM[1];
  const ends: readonly Vector3[] = isLongInX
    ? [
        [lowM[0], centerM[1], centerM[2]],
        [highM[0], centerM[1], centerM[2]],
      ]
    : [
        [centerM[0], lowM[1], centerM[2]],
        [centerM[0], highM[1], centerM[2]],
      ];
  const [a, b] = ends as readonly [Vector3, Vector3];
  const far = (end: Vector3) => Math.hypot(end[0] - hand[0], end[1] - hand[1]);
  return far(a) < far(b) ? [a, b] : [b, a];
}
