import { Transform, type Vector3 } from '@efferent/core';
import { articulationTransform, furnitureTransform, type MapArticulation } from '@efferent/robot';
import { basePosesFor, mapFromTool, moveArmTo, moveToolStraight, solveHere } from '../arm-motion.ts';
import { sideGraspRotation } from '../geometry.ts';
import { backOff } from '../release.ts';
import { argument } from '../skill-arguments.ts';
import type { SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { resolveTarget } from '../targets.ts';
import { estimateOpening, WorkScene } from '../work-scene.ts';
import { driveWithTuckedArm } from './navigate.ts';
import { freshPictures, lookAt } from './observe.ts';
import type { SkillImplementation } from './skill.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** The hand stands this far before a handle before it reaches for it, m. */
const standOffM = 0.09;
/** The pads open this much wider than the handle, m. */
const openingMarginM = 0.05;
/** A pull beyond this is not continued, N; below the arm's own limit so that the message comes before the driver's fault. */
const maxPullN = 45;
const pathStep = { prismatic: 0.03, revolute: 0.08 } as const;
/** A part this near its end counts as there: m or rad. */
const endTolerance = { prismatic: 0.03, revolute: 0.08 } as const;

/** Pulls a drawer or a door open at its handle. */
export const open: SkillImplementation = (body, values) =>
  articulate(body, argument(values, 'fixture').value, 'open');

/** Pushes a drawer or a door shut at its handle. */
export const close: SkillImplementation = (body, values) =>
  articulate(body, argument(values, 'fixture').value, 'close');

async function articulate(body: SkillBody, id: string, direction: 'open' | 'close'): Promise<string> {
  const articulation = findArticulation(body, id);
  if (holdsSomething(body))
    throw new SkillFailure('hand-full', 'the gripper holds something; put it down first');
  const [low, high] = articulation.range;
  const startGuess = await observeOpening(body, articulation, direction === 'open' ? low : high);
  const goal = direction === 'open' ? high - endTolerance[articulation.joint] / 2 : low;
  if (direction === 'close' && startGuess <= low + endTolerance[articulation.joint])
    return `${articulation.id} is already closed: ${describe(articulation, startGuess)}`;
  if (direction === 'open' && startGuess >= articulation.openAt)
    return `${articulation.id} is already open: ${describe(articulation, startGuess)}`;

  const base = chooseBase(body, articulation, startGuess, goal);
  if (base === undefined) {
    throw new SkillFailure(
      'unreachable',
      `no base pose from which the arm can move the handle of ${articulation.id} from ${describe(articulation, startGuess)} to ${describe(articulation, goal)}`,
    );
  }
  await driveWithTuckedArm(body, base);
  const start = await observeOpening(body, articulation, startGuess);
  await graspHandle(body, articulation, start);
  body.report(direction === 'open' ? 'pull' : 'push', 0.6, articulation.id);
  const reached = await followArc(body, articulation, start, goal);
  return await finish(body, articulation, direction, reached);
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
  if (found !== undefined) return found;
  throw new SkillFailure(
    'invalid-argument',
    `nothing to open is called "${id}" in ${map.id}; there are ${map.articulations.map((entry) => entry.id).join(', ')}`,
  );
}

/** Looks at the part and estimates how far it is open; `fallback` when its front is not to be seen. */
async function observeOpening(
  body: SkillBody,
  articulation: MapArticulation,
  fallback: number,
): Promise<number> {
  body.report('look', 0.1, articulation.id);
  const center = handlePoint(body, articulation, fallback);
  const here = body.mapFromBase().translation;
  if (Math.hypot(here[0] - center[0], here[1] - center[1]) > 2) {
    const stand = resolveTarget(body.map, {
      name: 'fixture',
      value: articulation.id,
      objectClass: '',
      mapFromThing: undefined,
      sizeM: undefined,
    }).mapFromBase;
    if (stand !== undefined) await driveWithTuckedArm(body, stand);
  }
  await lookAt(body, center);
  await freshPictures(body, 1);
  return estimateOpening(body, articulation) ?? fallback;
}

function handlePoint(body: SkillBody, articulation: MapArticulation, position: number): Vector3 {
  return mapFromPart(body, articulation, position).apply(articulation.handle.positionM);
}

function mapFromPart(body: SkillBody, articulation: MapArticulation, position: number): Transform {
  return furnitureTransform(body.map, articulation.furnitureId).multiply(
    articulationTransform(articulation, position),
  );
}

/** Tool pose at the handle; the hand keeps the heading that it had at `start`, a bar turns between the pads. */
function handlePose(
  body: SkillBody,
  articulation: MapArticulation,
  position: number,
  backM: number,
): Transform {
  const part = mapFromPart(body, articulation, position);
  const at = part.apply(articulation.handle.positionM);
  const ahead = part.apply([
    articulation.handle.positionM[0] + articulation.handle.approach[0],
    articulation.handle.positionM[1] + articulation.handle.approach[1],
    articulation.handle.positionM[2] + articulation.handle.approach[2],
  ]);
  const heading = Math.atan2(ahead[1] - at[1], ahead[0] - at[0]);
  return new Transform(
    [at[0] - backM * Math.cos(heading), at[1] - backM * Math.sin(heading), at[2]],
    sideGraspRotation(heading),
  );
}

function positionsBetween(articulation: MapArticulation, from: number, to: number): readonly number[] {
  const count = Math.max(1, Math.ceil(Math.abs(to - from) / pathStep[articulation.joint]));
  return Array.from({ length: count }, (_, i) => from + ((to - from) * (i + 1)) / count);
}

function sceneFor(body: SkillBody, articulation: MapArticulation, position: number): WorkScene {
  const work = new WorkScene(body, { openings: new Map([[articulation.id, position]]), useDepth: false });
  work.allowFingers(articulation.id);
  return work;
}

/** A base pose from which the hand can go with the handle all the way, and which the open part leaves free. */
function chooseBase(
  body: SkillBody,
  articulation: MapArticulation,
  from: number,
  to: number,
): Transform | undefined {
  const start = sceneFor(body, articulation, from);
  const poses = [
    handlePose(body, articulation, from, standOffM),
    handlePose(body, articulation, from, 0),
    ...positionsBetween(articulation, from, to).map((position) =>
      withHeading(handlePose(body, articulation, position, 0), handlePose(body, articulation, from, 0)),
    ),
  ];
  const end = sceneFor(body, articulation, to);
  end.scene.allowContact(articulation.id);
  for (const candidate of basePosesFor(body, start, poses, 12)) {
    const base = Transform.fromPlanar(candidate.x, candidate.y, candidate.yaw);
    const q = body.model.jointPositionsFromActuators(
      body.model.namedPose('stow', body.actuatorPositions()),
      body.model.zeroJointPositions(),
    );
    const widest = sceneFor(body, articulation, Math.max(from, to));
    widest.checker.setBasePose(base);
    if (!widest.checker.isColliding(q)) return base;
  }
  return undefined;
}

/** Position of one pose, heading of another. */
const withHeading = (at: Transform, heading: Transform): Transform =>
  new Transform(at.translation, heading.rotation);

async function graspHandle(body: SkillBody, articulation: MapArticulation, position: number): Promise<void> {
  body.report('reach', 0.4, articulation.id);
  const work = sceneFor(body, articulation, position);
  const widthM =
    articulation.handle.shape === 'bar'
      ? articulation.handle.sizeM[0]
      : Math.max(articulation.handle.sizeM[0], articulation.handle.sizeM[1]);
  await body.moveGripper(widthM + openingMarginM);
  await moveArmTo(body, work, solveHere(body, work, handlePose(body, articulation, position, standOffM)));
  await moveToolStraight(body, work, [handlePose(body, articulation, position, 0)], {
    checkCollisions: false,
    speed: 0.5,
  });
  await body.moveGripper(0);
  if (holdsSomething(body)) return;
  const gripper = body.model.manifest.gripper.actuator;
  const message = `closed to ${(body.position(gripper) * 100).toFixed(1)} cm at the handle of ${articulation.id} without touching it`;
  await body.moveGripper(0.08);
  await backOff(body, work);
  throw new SkillFailure('grasp-failed', message);
}

/** Moves the hand along the handle's way. Returns the joint position that the hand has reached. */
async function followArc(
  body: SkillBody,
  articulation: MapArticulation,
  from: number,
  to: number,
): Promise<number> {
  const work = sceneFor(body, articulation, from);
  const heading = handlePose(body, articulation, from, 0);
  const goals = positionsBetween(articulation, from, to).map((position) =>
    withHeading(handlePose(body, articulation, position, 0), heading),
  );
  const extension = body.model.manifest.arm?.extension ?? '';
  let slipped = false;
  let pulledN = 0;
  await moveToolStraight(body, work, goals, {
    checkCollisions: false,
    speed: 0.4,
    until: () => {
      slipped = !holdsSomething(body);
      pulledN = Math.max(pulledN, Math.abs(body.effort(extension)));
      return slipped || pulledN > maxPullN;
    },
  });
  const reached = nearestPosition(body, articulation, work);
  if (!slipped && pulledN <= maxPullN) return reached;
  await body.moveGripper(0.08);
  await backOff(body, work);
  if (slipped)
    throw new SkillFailure(
      'slipped',
      `the handle of ${articulation.id} slipped out at ${describe(articulation, reached)}`,
    );
  throw new SkillFailure(
    'force-limit',
    `${articulation.id} resisted with ${pulledN.toFixed(0)} N at ${describe(articulation, reached)}; the limit is ${maxPullN} N`,
  );
}

/** The joint position at which the handle would be where the hand is. */
function nearestPosition(body: SkillBody, articulation: MapArticulation, work: WorkScene): number {
  const tool = mapFromTool(body, work).translation;
  const [low, high] = articulation.range;
  let best = low;
  let bestM = Number.POSITIVE_INFINITY;
  for (let step = 0; step <= 100; step++) {
    const position = low + ((high - low) * step) / 100;
    const at = handlePoint(body, articulation, position);
    const away = Math.hypot(at[0] - tool[0], at[1] - tool[1]);
    if (away >= bestM) continue;
    best = position;
    bestM = away;
  }
  return best;
}

async function finish(
  body: SkillBody,
  articulation: MapArticulation,
  direction: 'open' | 'close',
  reached: number,
): Promise<string> {
  const work = sceneFor(body, articulation, reached);
  const held = holdsSomething(body);
  await body.moveGripper(0.08);
  await backOff(body, work);
  await tuckArm(body);
  await lookAt(body, handlePoint(body, articulation, reached));
  await freshPictures(body, 1);
  const seen = estimateOpening(body, articulation);
  const position = seen ?? reached;
  const isDone =
    direction === 'open'
      ? position >= articulation.openAt
      : position <= articulation.range[0] + endTolerance[articulation.joint];
  const text = `${articulation.id} is at ${describe(articulation, position)}${seen === undefined ? ' by the hand' : ' in the depth picture'}`;
  if (!isDone || !held)
    throw new SkillFailure(
      'slipped',
      `${text}, wanted ${direction === 'open' ? `at least ${describe(articulation, articulation.openAt)}` : 'closed'}`,
    );
  return text;
}

const describe = (articulation: MapArticulation, position: number): string =>
  articulation.joint === 'prismatic'
    ? `${(position * 100).toFixed(0)} cm`
    : `${((position * 180) / Math.PI).toFixed(0)} degrees`;
