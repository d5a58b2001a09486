import type { Transform } from '@efferent/core';
import { isButton, type MapArticulation } from '@efferent/robot';
import { mapFromTool, moveArmTo } from '../arm-motion.ts';
import { Handle } from '../handle.ts';
import { HandleMotion, letGoM, type Stroke } from '../handle-motion.ts';
import { estimateOpening } from '../opening-estimate.ts';
import { backOff } from '../release.ts';
import { argument } from '../skill-arguments.ts';
import type { SkillBody } from '../skill-body.ts';
import { isEnding, SkillFailure } from '../skill-failure.ts';
import { resolveTarget } from '../targets.ts';
import type { WorkScene } from '../work-scene.ts';
import { driveBeside, driveIfFree } from './navigate.ts';
import { freshDepth, lookAt } from './observe.ts';
import type { SkillImplementation } from './skill.ts';
import { strokeFromStand } from './standing-stroke.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** A pull beyond this is not continued, N; below the arm's own limit so that the message comes before the driver's fault. */
const maxPullN = 45;
/** A part this near its end counts as there: m or rad. */
const endTolerance = { prismatic: 0.03, revolute: 0.08 } as const;
/** Opened this much beyond what counts as open is enough, so that a hand gets in: m or rad. */
const openReserve = { prismatic: 0.1, revolute: 0.12 } as const;
/** Pushed this much beyond closed, against the seal: m or rad. */
const shutExcess = { prismatic: 0.02, revolute: 0.04 } as const;
/** A part within this share of its range from its end is shut: a door rests at a degree or two against its seal. */
const shutShare = 0.04;
/** A stroke that moves the part less than this is not worth it: m or rad. */
const leastGain = { prismatic: 0.05, revolute: 0.15 } as const;
/** Grasps of the handle before the skill gives up; a wide door takes two. */
const maxStrokes = 3;
/** Places to stand at that are tried for one stroke, two entries each: planned and reached. */
const mostPlaces = 6;
/** The hand is at a handle when it is this near, m. */
const atHandleM = 0.05;

type Direction = 'open' | 'close';

/** Pulls a drawer or a door open at its handle. */
export const open: SkillImplementation = (body, values) =>
  articulate(body, argument(values, 'fixture').value, 'open');

/** Pushes a drawer or a door shut at its handle. */
export const close: SkillImplementation = (body, values) =>
  articulate(body, argument(values, 'fixture').value, 'close');

async function articulate(body: SkillBody, id: string, direction: Direction): Promise<string> {
  const articulation = findArticulation(body, id);
  await freeHand(body);
  const [low, high] = articulation.range;
  const { joint } = articulation;
  const goal = direction === 'open' ? high - endTolerance[joint] / 2 : low - shutExcess[joint];
  const enough = direction === 'open' ? articulation.openAt + openReserve[joint] : low;
  const believed = body.openings.get(articulation.id) ?? (direction === 'open' ? low : high);
  let position = await observeOpening(body, articulation, believed);
  if (isDone(articulation, direction, position))
    return `${articulation.id} is already ${direction === 'open' ? 'open' : 'closed'}: ${describe(articulation, position)}`;
  for (let stroke = 1; ; stroke++) {
    const reached = await moveOnce(body, articulation, position, goal, enough);
    const seen = await lookAgain(body, articulation, reached);
    position = seen ?? reached;
    const text = `${articulation.id} is at ${describe(articulation, position)}${seen === undefined ? ' by the hand' : ' in the depth picture'}`;
    if (isDone(articulation, direction, position)) return text;
    if (stroke === maxStrokes)
      throw new SkillFailure(
        'slipped',
        `${text}, wanted ${direction === 'open' ? `at least ${describe(articulation, articulation.openAt)}` : 'closed'}`,
      );
  }
}

function isDone(articulation: MapArticulation, direction: Direction, position: number): boolean {
  const { joint, range, openAt } = articulation;
  if (direction === 'open') return position >= openAt + openReserve[joint] / 2;
  return position <= range[0] + Math.max(endTolerance[joint] / 2, shutShare * (range[1] - range[0]));
}

function findArticulation(body: SkillBody, id: string): MapArticulation {
  const { map } = body;
  const container = map.containers.find((entry) => entry.id === id);
  const found = map.articulations.find(
    (entry) =>
      entry.id === id ||
      entry.id === container?.behindArticulationId ||
      (entry.furnitureId === id &&
        map.articulations.filter((other) => other.furnitureId === id).length === 1),
  );
  if (found !== undefined && !isButton(found)) return found;
  const known = map.articulations.filter((entry) => !isButton(entry)).map((entry) => entry.id);
  const there = known.length === 0 ? 'there is nothing that opens' : `there are ${known.join(', ')}`;
  throw new SkillFailure(
    'invalid-argument',
    found === undefined
      ? `nothing to open is called "${id}" in ${map.id}; ${there}`
      : `${found.id} is a button: it is pressed, not opened or closed; in ${map.id} ${there}`,
  );
}

/** Lets go of a handle that is still gripped. @throws {@link SkillFailure} code `hand-full` when it is something else */
async function freeHand(body: SkillBody): Promise<void> {
  if (!holdsSomething(body)) return;
  for (const articulation of body.map.articulations.filter((each) => !isButton(each))) {
    const motion = new HandleMotion(body, articulation);
    const work = motion.sceneAt(articulation.range[0]);
    if (motion.handle.nearestPosition(mapFromTool(body, work).translation).awayM > atHandleM) continue;
    await letGo(body, work);
    return;
  }
  throw new SkillFailure('hand-full', 'the gripper holds something; put it down first');
}

/** Looks at the part and estimates how far it is open; `fallback` when its front is not to be seen. */
async function observeOpening(
  body: SkillBody,
  articulation: MapArticulation,
  fallback: number,
): Promise<number> {
  body.report('look', 0.1, articulation.id);
  const center = new Handle(body.map, articulation).pointAt(fallback);
  const here = body.mapFromBase().translation;
  if (Math.hypot(here[0] - center[0], here[1] - center[1]) > 2) {
    const stand = resolveTarget(body, {
      name: 'fixture',
      value: articulation.id,
      objectClass: '',
      mapFromThing: undefined,
      sizeM: undefined,
    }).mapFromBase;
    if (stand !== undefined) await driveBeside(body, stand, center);
  }
  return (await lookAgain(body, articulation, fallback)) ?? fallback;
}

async function lookAgain(
  body: SkillBody,
  articulation: MapArticulation,
  position: number,
): Promise<number | undefined> {
  await lookAt(body, new Handle(body.map, articulation).pointAt(position));
  await freshDepth(body);
  const seen = estimateOpening(body, articulation);
  if (seen !== undefined) body.rememberOpening(articulation.id, seen);
  return seen;
}

/** Drives there, grasps the handle, moves the part as far as one stroke goes, and lets go. Returns the joint position. */
async function moveOnce(
  body: SkillBody,
  articulation: MapArticulation,
  position: number,
  goal: number,
  enough: number,
): Promise<number> {
  if (body.model.isFixed) return await strokeFromStand(body, articulation, position, goal);
  const { from, motion, stroke } = await getToHandle(body, articulation, position, goal, enough);
  try {
    await graspHandle(body, motion, from, stroke);
    return await pull(body, motion, stroke);
  } catch (error) {
    if (isEnding(error)) throw error;
    await leave(body, motion, from);
    throw error;
  }
}

interface PlannedStroke {
  readonly from: number;
  readonly motion: HandleMotion;
  readonly stroke: Stroke;
}

/** Drives to where a stroke works as the robot then stands and sees the part: the best place, else the next ones. */
async function getToHandle(
  body: SkillBody,
  articulation: MapArticulation,
  position: number,
  goal: number,
  enough: number,
): Promise<PlannedStroke> {
  const failed: Transform[] = [];
  let from = position;
  while (failed.length < mostPlaces) {
    const place = new HandleMotion(body, articulation).bestPlace(from, goal, enough, failed);
    if (place === undefined || Math.abs(place.stroke.reached - from) < leastGain[articulation.joint]) break;
    if (!(await driveIfFree(body, place.mapFromBase))) {
      failed.push(place.mapFromBase, body.mapFromBase());
      continue;
    }
    from = (await lookAgain(body, articulation, from)) ?? from;
    const motion = new HandleMotion(body, articulation);
    const stroke = motion.plan(body.mapFromBase(), from, goal);
    if (stroke !== undefined && stroke.pull.length >= 2) return { from, motion, stroke };
    failed.push(place.mapFromBase, body.mapFromBase());
  }
  throw new SkillFailure(
    'unreachable',
    failed.length === 0
      ? `no base pose from which the arm can move the handle of ${articulation.id} from ${describe(articulation, from)} towards ${describe(articulation, goal)}`
      : `the arm does not get to the handle of ${articulation.id} from any of ${failed.length / 2} places`,
  );
}

async function graspHandle(
  body: SkillBody,
  motion: HandleMotion,
  position: number,
  stroke: Stroke,
): Promise<void> {
  const { id } = motion.articulation;
  body.report('reach', 0.4, id);
  await body.moveGripper(motion.handle.openM);
  await moveArmTo(body, motion.sceneAt(position), [stroke.standOff]);
  await body.followPath([body.actuatorPositions(), ...stroke.reach.slice(1)], { speed: 0.5 });
  await body.moveGripper(0);
  if (holdsSomething(body)) return;
  const gripper = body.model.manifest.gripper.actuator;
  throw new SkillFailure(
    'grasp-failed',
    `closed to ${(body.position(gripper) * 100).toFixed(1)} cm at the handle of ${id} without touching it`,
  );
}

/** Moves the part with the gripped handle, then lets go. Returns the joint position that the hand has reached. */
async function pull(body: SkillBody, motion: HandleMotion, stroke: Stroke): Promise<number> {
  const { articulation } = motion;
  body.report('pull', 0.6, articulation.id);
  const extension = body.model.manifest.arm?.extension ?? '';
  let slipped = false;
  let pulledN = 0;
  await body.followPath([body.actuatorPositions(), ...stroke.pull.slice(1)], {
    speed: 0.4,
    until: () => {
      slipped = !holdsSomething(body);
      pulledN = Math.max(pulledN, Math.abs(body.effort(extension)));
      return slipped || pulledN > maxPullN;
    },
  });
  const tool = mapFromTool(body, motion.sceneAt(articulation.range[0])).translation;
  const reached = motion.handle.nearestPosition(tool).position;
  body.rememberOpening(articulation.id, reached);
  if (!slipped && stroke.rest !== stroke.pull.at(-1))
    await body.followPath([body.actuatorPositions(), stroke.rest], { speed: 0.4 });
  await leave(body, motion, reached, slipped ? undefined : stroke.retreat);
  if (pulledN > maxPullN)
    throw new SkillFailure(
      'force-limit',
      `${articulation.id} resisted with ${pulledN.toFixed(0)} N at ${describe(articulation, reached)}; the limit is ${maxPullN} N`,
    );
  return reached;
}

/** Opens the hand, draws it back and folds the arm in, with the part where the hand has left it. */
async function leave(
  body: SkillBody,
  motion: HandleMotion,
  position: number,
  retreat?: readonly Float64Array[],
): Promise<void> {
  await letGo(body, motion.sceneAt(position), retreat);
  await tuckArm(body, new Map([[motion.articulation.id, position]]));
}

/** Opens the hand just enough and draws it back, on a planned way when there is one. */
async function letGo(body: SkillBody, work: WorkScene, retreat?: readonly Float64Array[]): Promise<void> {
  await body.moveGripper(body.position(body.model.manifest.gripper.actuator) + letGoM);
  if (retreat === undefined) await backOff(body, work);
  else await body.followPath([body.actuatorPositions(), ...retreat.slice(1)]);
}

const describe = (articulation: MapArticulation, position: number): string =>
  articulation.joint === 'prismatic'
    ? `${(position * 100).toFixed(0)} cm`
    : `${((position * 180) / Math.PI).toFixed(0)} degrees`;
