import { Transform, type Vector3 } from '@efferent/core';
import {
  articulationTransform,
  furnitureTransform,
  handleBoxId,
  type MapArticulation,
} from '@efferent/robot';
import { mapFromTool, moveArmTo, moveToolStraight, solveHere } from '../arm-motion.ts';
import { sideGraspRotation, topGraspRotation } from '../geometry.ts';
import { Handle } from '../handle.ts';
import type { SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { WorkScene } from '../work-scene.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** The hand waits this far before the handle, and draws back as far, m. */
const standOffM = 0.09;
/** Distance between two poses of the hand on the handle's way, m. */
const stepM = 0.02;
const reachSpeed = 0.5;
const pullSpeed = 0.3;
/** The hand opens this much wider than the handle to let go, m. */
const letGoM = 0.03;

/**
 * Moves a drawer or a door by its handle with an arm that stands where it stands.
 *
 * @param position - where the part is, m or rad
 * @param goal - where it should go
 * @returns the joint position that the hand has reached
 * @throws {@link SkillFailure} codes `unreachable`, `grasp-failed`, `blocked`
 */
export async function strokeFromStand(
  body: SkillBody,
  articulation: MapArticulation,
  position: number,
  goal: number,
): Promise<number> {
  const handle = new Handle(body.map, articulation);
  const hand = new HandOnHandle(body, articulation, handle);
  const at = hand.poseAt(position);
  const before = hand.before(at);
  const { stroke_m } = body.model.manifest.gripper;
  body.report('reach', 0.4, articulation.id);
  await body.moveGripper(Math.min(handle.openM, stroke_m));
  const work = hand.sceneAt(position);
  const goals = solveHere(body, work, before);
  if (goals.length === 0)
    throw new SkillFailure('unreachable', `the arm does not get to the handle of ${articulation.id}`);
  await moveArmTo(body, work, goals);
  await moveToolStraight(body, work, [at], { speed: reachSpeed });
  await body.moveGripper(0);
  if (!holdsSomething(body)) {
    await leave(body, hand, position);
    throw new SkillFailure(
      'grasp-failed',
      `the hand closed at the handle of ${articulation.id} without touching it`,
    );
  }
  body.report('pull', 0.6, articulation.id);
  const way = handle.positions(position, goal, stepM).map((each) => hand.poseAt(each));
  await moveToolStraight(body, work, way, {
    speed: pullSpeed,
    checkCollisions: false,
    until: () => !holdsSomething(body),
  });
  const reached = handle.nearestPosition(mapFromTool(body, work).translation).position;
  body.rememberOpening(articulation.id, reached);
  await leave(body, hand, reached);
  return reached;
}

/** Opens the hand, draws it back and folds the arm in. */
async function leave(body: SkillBody, hand: HandOnHandle, position: number): Promise<void> {
  const { gripper } = body.model.manifest;
  await body.moveGripper(Math.min(body.position(gripper.actuator) + letGoM, gripper.stroke_m));
  const work = hand.sceneAt(position);
  await moveToolStraight(body, work, [hand.before(mapFromTool(body, work))], { checkCollisions: false });
  await tuckArm(body, new Map([[hand.articulation.id, position]]));
}

/** How the hand holds a handle as the part moves. */
class HandOnHandle {
  readonly articulation: MapArticulation;
  readonly #body: SkillBody;
  readonly #handle: Handle;

  constructor(body: SkillBody, articulation: MapArticulation, handle: Handle) {
    this.#body = body;
    this.articulation = articulation;
    this.#handle = handle;
  }

  /** Tool pose in `map`; a hand from above closes across the way that the part moves. */
  poseAt(position: number): Transform {
    const { approach } = this.articulation.handle;
    const heading = this.#headingOf(approach, position);
    const rotation =
      Math.abs(approach[2]) > 0.9
        ? topGraspRotation(this.#headingOf(this.articulation.axis, position) + Math.PI / 2)
        : sideGraspRotation(heading);
    return new Transform(this.#handle.gripPoint(position), rotation);
  }

  /** The same hand, drawn back the way it came. */
  before(mapFromHand: Transform): Transform {
    return new Transform(mapFromHand.apply([-standOffM, 0, 0]), mapFromHand.rotation);
  }

  /** What must not be touched with the part at `position`; the fingers may touch it. */
  sceneAt(position: number): WorkScene {
    const work = new WorkScene(this.#body, { openings: new Map([[this.articulation.id, position]]) });
    work.allowFingers(this.articulation.id);
    work.allowFingers(handleBoxId(this.articulation.id));
    work.allowFingers('seen');
    return work;
  }

  #headingOf(direction: Vector3, position: number): number {
    const mapFromPart = furnitureTransform(this.#body.map, this.articulation.furnitureId).multiply(
      articulationTransform(this.articulation, position),
    );
    const [x, y] = mapFromPart.apply(direction);
    const [ox, oy] = mapFromPart.translation;
    return Math.atan2(y - oy, x - ox);
  }
}
