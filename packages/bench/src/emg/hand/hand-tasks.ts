import { ConfigurationError, type Vector3 } from '@efferent/core';
import { furnitureTransform } from '@efferent/robot';
import { bringToMouth } from './bring-to-mouth.ts';
import type { HandMoves } from './hand-moves.ts';
import type { HandScript } from './hand-pilot.ts';
import type { HandView } from './hand-view.ts';
import { openDoor } from './open-door.ts';
import { putDown, takeFrom } from './pick-and-place.ts';
import { pickFromFloor } from './pick-from-floor.ts';
import { pressButton } from './press-button.ts';
import { wipe } from './wipe.ts';

type MakeScript = (moves: HandMoves, view: HandView) => HandScript<unknown>;

/** How a person does each task by hand. */
const scripts: Readonly<Record<string, MakeScript>> = {
  'emg-fetch-bottle': (moves, view) => bring(moves, 'bottle', 'person', view),
  'emg-open-fridge': (moves, view) => openDoor(moves, 'fridge-door', view),
  'emg-press-switch': (moves, view) => pressButton(moves, 'light-switch', view),
  'emg-pick-fallen': (moves, view) => pickFromFloor(moves, 'remote', 'mat', view),
  'emg-wipe': (moves, view) => wipe(moves, 'spill', 'sponge', view),
  'emg-cup-to-mouth': (moves, view) => bringToMouth(moves, 'mug', 'resident', view),
};

/** @throws {@link ConfigurationError} code `no-hand-script` */
export function handScript(task: string): MakeScript {
  const script = scripts[task];
  if (script !== undefined) return script;
  throw new ConfigurationError({
    code: 'no-hand-script',
    message: `nobody has said how "${task}" is done by hand; that is known of ${Object.keys(scripts).join(', ')}`,
    fields: { task },
  });
}

/** Takes a thing and puts it down before a person. */
function* bring(moves: HandMoves, name: string, placeId: string, first: HandView): HandScript {
  const place = moves.map.places.find(({ id }) => id === placeId);
  const surface = moves.map.surfaces.find(({ id }) => id === place?.delivery?.surfaceId);
  if (place?.delivery === undefined || surface === undefined) return;
  const view = yield* takeFrom(moves, name, first);
  const [x, y] = furnitureTransform(moves.map, surface.furnitureId).apply([...place.delivery.centerM, 0]);
  const at: Vector3 = [x, y, surface.heightM];
  const [standX, standY, yaw] = place.poseXyYaw;
  yield* putDown(moves, name, at, { x: standX, y: standY, yaw }, view);
}
