import { type Transform, type Vector3, wrapAngle } from '@efferent/core';
import { handleBoxId } from '@efferent/robot';
import { moveArmTo, standingRoom } from '../arm-motion.ts';
import { type Button, findButton } from '../button.ts';
import { sideGraspRotation } from '../geometry.ts';
import { PressFeel } from '../press-feel.ts';
import { sidestepTo } from '../sidestep.ts';
import { argument } from '../skill-arguments.ts';
import type { SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { StraightArm } from '../straight-arm.ts';
import { thenLeave } from '../then-leave.ts';
import { aheadOfTool, WorkScene } from '../work-scene.ts';
import { driveIfFree } from './navigate.ts';
import { freshDepth, lookAt } from './observe.ts';
import type { SkillImplementation } from './skill.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** The fingertips wait this far before the button, and push on at most so far beyond where its face should be, m. */
const standOffM = 0.07;
const throughM = 0.035;
/** What the way of a button that clicked may be felt short by, m: the touch is felt a little late. */
const lateM = 0.0025;
/** Shares of the arm's speed: up to so far before the button, m, and from there on, where the touch is felt for: 1 cm/s. */
const comeNearM = 0.025;
const nearSpeed = 0.3;
const pushSpeed = 0.035;
/** Extensions of the arm at the button to stand for, the most comfortable first, and what is kept to its end, m. */
const extensionsM = [0.16, 0.12, 0.2, 0.08, 0.24, 0.28, 0.32, 0.36, 0.4] as const;
/** Places to stand at that are tried. */
const mostPlaces = 3;
/** A base that stands turned by more than this does not push straight, rad. */
const largestTurnRad = 0.2;

/** Presses a button in with the shut hand. */
export const press: SkillImplementation = async (body, values) => {
  const button = findButton(body.map, argument(values, 'fixture').value);
  if (holdsSomething(body))
    throw new SkillFailure('hand-full', 'the gripper holds something; put it down first');
  const { arm } = body.model.manifest;
  if (arm === undefined || body.model.isFixed)
    throw new SkillFailure('unreachable', `${body.model.id} has no arm that reaches straight out`);
  await body.moveGripper(0);
  const stroke = await getBefore(body, button);
  body.report('press', 0.7, button.articulation.id);
  const { result, stuck } = await thenLeave(
    () => push(body, button, stroke),
    async () => {
      await drawBack(body, arm.extension, stroke.beforeM);
      await tuckArm(body);
    },
  );
  const text = verdict(button, result);
  return stuck === undefined ? text : `${text}; the arm is not folded in: ${stuck.message}`;
};

/** A way straight ahead of the arm with a standing base. */
interface PressStroke {
  /** Configuration with the fingertips before the button. */
  readonly before: Float64Array;
  /** Extension of the arm there, and where the fingertips should meet the button, m. */
  readonly beforeM: number;
  readonly touchM: number;
}

/** Drives to where the arm gets straight to the button, looks, and holds the shut hand before it. */
async function getBefore(body: SkillBody, button: Button): Promise<PressStroke> {
  const taken: Transform[] = [];
  let failure: SkillFailure | undefined;
  while (taken.length < mostPlaces) {
    const place = placeFor(body, button, taken);
    if (place === undefined) break;
    taken.push(place);
    if (!(await driveIfFree(body, place))) continue;
    body.report('look', 0.4, button.articulation.id);
    await lookAt(body, button.faceM);
    await freshDepth(body);
    try {
      return await reachBefore(body, button);
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
      failure = error as SkillFailure;
    }
  }
  throw (
    failure ??
    new SkillFailure('unreachable', `no base pose from which the arm gets to ${button.articulation.id}`)
  );
}

/** The nearest place where the base stands free and the arm points at the button. */
function placeFor(body: SkillBody, button: Button, taken: readonly Transform[]): Transform | undefined {
  const work = sceneOf(body, button);
  const straight = new StraightArm(work.kinematics, false);
  const isRoom = standingRoom(body, work);
  const isTaken = ({ translation: [x, y] }: Transform) =>
    taken.some(({ translation }) => Math.hypot(translation[0] - x, translation[1] - y) < 0.06);
  for (const extensionM of extensionsM) {
    const stroke = strokeAt(body, straight, button, extensionM);
    if (stroke === undefined) continue;
    const goal = toolGoal(button, aheadOfTool(body) + standOffM);
    const place = straight.basePose(button.headingRad, stroke.before, goal);
    const [x, y] = place.translation;
    if (!isTaken(place) && isRoom(x, y, place.yaw) && isFree(body, work, place, stroke)) return place;
  }
  return undefined;
}

/** Brings the hand before the button from where the base stands. @throws {@link SkillFailure} codes `unreachable`, `blocked` */
async function reachBefore(body: SkillBody, button: Button): Promise<PressStroke> {
  const work = sceneOf(body, button);
  const straight = new StraightArm(work.kinematics, false);
  const turn = wrapAngle(straight.headingAt(body.mapFromBase().yaw) - button.headingRad);
  if (Math.abs(turn) > largestTurnRad)
    throw new SkillFailure('unreachable', `the base stands turned by ${turn.toFixed(2)} rad to the button`);
  const first = straight.configuration(sideGraspRotation, button.faceM[2], 0, body.actuatorPositions());
  if (first === undefined)
    throw new SkillFailure('unreachable', `${button.articulation.id} is higher or lower than the arm gets`);
  body.report('reach', 0.5, button.articulation.id);
  const besideM = () => straight.wayTo(body.mapFromBase(), first, button.faceM).driveM;
  await sidestepTo(body, besideM, button.articulation.id);
  const { extensionM } = straight.wayTo(body.mapFromBase(), first, button.faceM);
  const stroke = strokeAt(body, straight, button, extensionM - aheadOfTool(body));
  if (stroke === undefined || !isFree(body, work, body.mapFromBase(), stroke))
    throw new SkillFailure(
      'unreachable',
      `the arm does not get straight to ${button.articulation.id} from here`,
    );
  await moveArmTo(body, work, [stroke.before], { speed: 0.6 });
  return stroke;
}

/** A stroke whose fingertips meet the button at an extension; undefined when the arm is too short for it. */
function strokeAt(
  body: SkillBody,
  straight: StraightArm,
  button: Button,
  touchM: number,
): PressStroke | undefined {
  const beforeM = touchM - standOffM;
  const { arm } = body.model.manifest;
  const { upper } = body.model.actuators[body.model.actuatorIndex(arm?.extension ?? '')]!;
  if (beforeM < 0 || touchM + throughM > upper) return undefined;
  const seed = body.actuatorPositions();
  seed[body.model.actuatorIndex(body.model.manifest.gripper.actuator)] = 0;
  const before = straight.configuration(sideGraspRotation, button.faceM[2], beforeM, seed);
  return before && { before, beforeM, touchM };
}

/** Tells whether the arm gets before the button and up to it from a place of the base. */
function isFree(body: SkillBody, work: WorkScene, mapFromBase: Transform, stroke: PressStroke): boolean {
  const { model } = body;
  const extension = model.actuatorIndex(model.manifest.arm?.extension ?? '');
  const q = model.zeroJointPositions();
  work.checker.setBasePose(mapFromBase);
  return [stroke.beforeM, stroke.touchM].every((extensionM) => {
    const positions = stroke.before.slice();
    positions[extension] = extensionM;
    return !work.checker.isColliding(model.jointPositionsFromActuators(positions, q));
  });
}

/** Where the tool is when the fingertips are before the button. @param backM - from the face to the tool */
function toolGoal({ faceM, headingRad }: Button, backM: number): Vector3 {
  return [faceM[0] - backM * Math.cos(headingRad), faceM[1] - backM * Math.sin(headingRad), faceM[2]];
}

/** The shut fingers may touch the button and its plate. */
function sceneOf(body: SkillBody, { articulation }: Button): WorkScene {
  const work = new WorkScene(body);
  for (const id of [articulation.id, handleBoxId(articulation.id), articulation.furnitureId])
    work.allowFingers(id);
  return work;
}

/** Pushes ahead until the button pushes back, or nothing was there. */
async function push(body: SkillBody, { articulation: { id } }: Button, { touchM }: PressStroke) {
  // Whatever is met on the fast way is not the button: the hand stops as soon as it feels it.
  const early = await reachAhead(
    body,
    touchM - comeNearM,
    nearSpeed,
    (feel) => feel.touchedAtM !== undefined,
  );
  if (early.touchedAtM !== undefined)
    throw new SkillFailure(
      'blocked',
      `the hand met something ${inCm(touchM - early.touchedAtM)} before ${id}, ${early.pushedN.toFixed(0)} N`,
    );
  return await reachAhead(body, touchM + throughM, pushSpeed);
}

/** Draws the hand back from what it pushed. */
async function drawBack(body: SkillBody, extension: string, toM: number): Promise<void> {
  await body.moveActuators({ [extension]: toM }, { speed: nearSpeed });
}

/** Stretches the arm until something pushes back. @param toM - extension @param isOver - whether less than a hard push ends it */
async function reachAhead(
  body: SkillBody,
  toM: number,
  speed: number,
  isOver: (feel: PressFeel) => boolean = () => false,
): Promise<PressFeel> {
  const extension = body.model.manifest.arm?.extension ?? '';
  const feel = new PressFeel(body, extension);
  try {
    await body.moveActuators({ [extension]: toM }, { speed, until: () => feel.isEnough() || isOver(feel) });
  } catch (error) {
    // An arm that is held up does not get to the end of its way.
    if (!SkillFailure.isInstance(error) || error.code !== 'blocked' || feel.touchedAtM === undefined)
      throw error;
  }
  feel.isEnough();
  return feel;
}

/** Says what the push came to, from what was felt alone. */
function verdict({ articulation: { id }, clickM }: Button, { touchedAtM, gaveWayM, pushedN }: PressFeel) {
  if (touchedAtM === undefined)
    throw new SkillFailure(
      'not-pressed',
      `the hand went ${inCm(throughM)} through where ${id} should be and touched nothing`,
    );
  const felt = `gave way by ${(gaveWayM * 1000).toFixed(0)} mm, pushed with ${pushedN.toFixed(0)} N`;
  if (gaveWayM < clickM - lateM)
    throw new SkillFailure(
      'force-limit',
      `${id} ${felt}: it acts from ${(clickM * 1000).toFixed(0)} mm on, or is in already`,
    );
  return `pressed ${id}: it ${felt}`;
}

const inCm = (m: number): string => `${(m * 100).toFixed(1)} cm`;
