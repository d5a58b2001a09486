import { add3, distance3, rotateVector, subtract3, Transform, type Vector3 } from '@efferent/core';
import { furnitureTransform, type MapArticulation } from '@efferent/robot';
import type { HandMoves } from './hand-moves.ts';
import type { HandScript } from './hand-pilot.ts';
import { moveStage } from './hand-stage.ts';
import type { HandView } from './hand-view.ts';

/** The arm is stretched so far at the handle, m: drawing it in opens the door. */
const extensionM = 0.49;
/** Fingers on the way to the handle, m. */
const openM = 0.1;
/** The bar is narrow: the base stands so exactly beside it, m. */
const besideM = 0.007;
/** Each axis in turn leads the handle so far ahead on the door's way, rad, to within this, m. */
const stepRad = 0.1;
const onWayM = 0.015;
/** The handle is farther from the hand than this when the fingers have slipped off, m. */
const slippedM = 0.06;
/** The door is opened farther than needed by this, rad. */
const reserveRad = 0.08;
const mostGrasps = 5;
/** A door that came along by less than this, so often in a row, is not held any more, rad. */
const cameRad = 0.015;
const mostStays = 3;

/** Where a door's handle is when the door stands at an angle, and the angle that the handle is seen at. */
class DoorWay {
  readonly #hinge: Vector3;
  readonly #axis: Vector3;
  readonly #arm: Vector3;

  constructor(moves: HandMoves, { furnitureId, originM, axis, handle }: MapArticulation) {
    const frame = furnitureTransform(moves.map, furnitureId);
    const origin: Vector3 = [originM[0], originM[1], handle.positionM[2]];
    this.#hinge = frame.apply(origin);
    this.#axis = rotateVector(frame.rotation, axis);
    this.#arm = rotateVector(frame.rotation, [
      handle.positionM[0] - origin[0],
      handle.positionM[1] - origin[1],
      0,
    ]);
  }

  handleAt(angleRad: number): Vector3 {
    const turn = Transform.fromPlanar(0, 0, Math.sign(this.#axis[2]) * angleRad);
    return add3(this.#hinge, turn.apply(this.#arm));
  }

  angleOf(handle: Vector3): number {
    const [x, y] = [handle[0] - this.#hinge[0], handle[1] - this.#hinge[1]];
    const turned = Math.atan2(this.#arm[0] * y - this.#arm[1] * x, this.#arm[0] * x + this.#arm[1] * y);
    return Math.sign(this.#axis[2]) * turned;
  }
}

/** Opens a door by its handle: takes it, and leads it round by drawing the arm in and driving, a little of each in turn. */
export function* openDoor(moves: HandMoves, name: string, first: HandView): HandScript {
  let view = first;
  const door = moves.map.articulations.find(({ id }) => id === name);
  if (door === undefined) return;
  const way = new DoorWay(moves, door);
  const goalRad = door.openAt + reserveRad;
  const handle = (now: HandView): Vector3 => now.drawn.solid(name, -1)?.centerM ?? way.handleAt(0);
  const angle = (now: HandView) => way.angleOf(handle(now));
  const { approach } = door.handle;
  const arm = rotateVector(furnitureTransform(moves.map, door.furnitureId).rotation, approach);
  view = yield* moves.driveTo(moves.standFor(handle(view), [arm[0], arm[1]], extensionM), view);
  for (let i = 0; i < mostGrasps && angle(view) < door.openAt; i++) {
    view = yield* grasp(moves, handle, view);
    const grip = subtract3(view.tool.translation, handle(view));
    const ahead = () => add3(way.handleAt(Math.min(goalRad, angle(view) + stepRad)), grip);
    const hasSlipped = () => distance3(add3(handle(view), grip), view.tool.translation) > slippedM;
    for (let stays = 0; angle(view) < goalRad && !hasSlipped() && stays < mostStays; ) {
      const before = angle(view);
      const drawnIn = ahead();
      view = yield moves.reach(() => drawnIn, onWayM);
      const beside = ahead();
      view = yield moves.align(() => beside, onWayM, 'fine');
      stays = angle(view) < before + cameRad ? stays + 1 : 0;
    }
    view = yield moves.joint(moves.gripper, openM, 0.02);
  }
}

/** Brings the fingers about a handle and closes them. */
function* grasp(
  moves: HandMoves,
  handle: (view: HandView) => Vector3,
  first: HandView,
): HandScript<HandView> {
  let view = first;
  if (distance3(handle(view), view.tool.translation) < 0.25)
    view = yield moveStage({
      name: 'back from the handle',
      control: moves.extension,
      tolerance: 0.03,
      error: (now) => moves.reachError(now, handle(now)) - 0.12,
    });
  view = yield moves.raise((now) => handle(now)[2], 0.06);
  view = yield* moves.straighten();
  view = yield moves.joint(moves.gripper, openM, 0.02);
  view = yield moves.align(handle, besideM, 'fine');
  view = yield moves.reach(handle, 0.012);
  return yield moves.close();
}
