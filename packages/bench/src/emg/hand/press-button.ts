import { distance3, type Vector3 } from '@efferent/core';
import type { HandMoves } from './hand-moves.ts';
import type { HandScript } from './hand-pilot.ts';
import { moveStage } from './hand-stage.ts';
import type { HandView } from './hand-view.ts';

/** Fingers that press are shut, or nearly so, m. */
const shutM = 0.03;
/** A button that was seen to go in by this much has clicked, m. */
const clickedM = 0.0085;
/** The person presses on until so far beyond where the button was, m. */
const throughM = 0.03;
const mostPresses = 3;

/** Drives to a button on a piece of furniture and presses it in with shut fingers. */
export function* pressButton(moves: HandMoves, name: string, first: HandView): HandScript {
  let view = first;
  const seenAt = (now: HandView): Vector3 | undefined => now.drawn.thing(name)?.centerM;
  const out = seenAt(view);
  const furnitureId = moves.map.articulations.find(({ id }) => id === name)?.furnitureId;
  if (out === undefined || furnitureId === undefined) return;
  const hasClicked = (now: HandView) => distance3(seenAt(now) ?? out, out) > clickedM;
  const stand = moves.standAt(furnitureId, out, view);
  if (stand !== undefined) view = yield* moves.driveTo(stand, view);
  for (let i = 0; i < mostPresses && !hasClicked(view); i++) {
    view = yield moves.raise(() => out[2], 0.02);
    view = yield* moves.straighten();
    if ((view.joints.get(moves.gripper.moves) ?? 0) > 2 * shutM)
      yield moves.joint(moves.gripper, shutM, 0.01);
    view = yield moves.align(() => out, 0.018);
    view = yield moveStage({
      name: 'press',
      control: moves.extension,
      tolerance: 0.005,
      error: (now) => (hasClicked(now) ? undefined : moves.reachError(now, out) + throughM),
    });
  }
  yield moves.joint(moves.extension, 0.02, 0.04);
}
