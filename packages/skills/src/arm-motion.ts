import { clamp, describeError, Transform } from '@efferent/core';
import {
  type BasePose,
  type CollisionChecker,
  findBasePoses,
  isJointPathFree,
  type JointPathRequest,
  planCartesianPath,
  planJointPath,
} from '@efferent/robot';
import { moveArmByMoveIt } from './moveit-motion.ts';
import type { ActuatorPath, MoveOptions, PlanningBody, SkillBody } from './skill-body.ts';
import { SkillFailure } from './skill-failure.ts';
import { solveStanding, withoutTurningOver } from './standing-arm.ts';
import { WorkScene } from './work-scene.ts';

/** Names of the arm's actuators. */
export function armActuators(body: PlanningBody): readonly string[] {
  return body.model.manifest.groups.arm ?? [];
}

/** Pose of the tool in `map` as the joints are now. */
export function mapFromTool(body: PlanningBody, work: WorkScene): Transform {
  return body.mapFromBase().multiply(work.baseFromTool(body.actuatorPositions()));
}

/** A hand that points straight down cannot reach sideways of the arm: so much it may be off, m. */
const sidewaysLeftM = 0.04;
/** Seconds of arm motion that a metre sideways is worth. */
const sidewaysCost = 40;
/** Turns of the wrist to try when the hand points down, rad. */
const downTurnsRad = [0, 0.6, -0.6, 1.2, -1.2] as const;
const steepSine = 0.9;

/**
 * Configurations that put the tool at a pose with the base where it is, nearest first. A level hand takes the heading that
 * reaches the point; a hand that points down keeps its closing direction and may end off along the base's x.
 *
 * @param sidewaysM - how far off a hand that points down may be; a policy that moves the base can make up for more
 */
export function solveHere(
  body: PlanningBody,
  work: WorkScene,
  mapFromGoal: Transform,
  sidewaysM = sidewaysLeftM,
): readonly Float64Array[] {
  if (body.model.isFixed) return solveStanding(body, mapFromGoal);
  const baseFromGoal = body.mapFromBase().inverse().multiply(mapFromGoal);
  const tip = baseFromGoal.apply([1, 0, 0]);
  const sine = clamp(tip[2] - baseFromGoal.translation[2], -1, 1);
  const current = body.actuatorPositions();
  if (Math.abs(sine) > steepSine) {
    const rest = work.kinematics.baseFromTool(new Float64Array(current.length));
    const ahead = rest.apply([1, 0, 0]);
    const heading = Math.atan2(ahead[1] - rest.translation[1], ahead[0] - rest.translation[0]);
    return work.kinematics
      .solve(baseFromGoal, current, { headingsRad: downTurnsRad.map((turn) => heading + turn) })
      .filter(({ baseShiftM }) => Math.abs(baseShiftM) <= sidewaysM)
      .map(({ actuatorPositions, baseShiftM }) => ({
        actuatorPositions,
        cost: work.kinematics.distance(actuatorPositions, current) + Math.abs(baseShiftM) * sidewaysCost,
      }))
      .sort((a, b) => a.cost - b.cost)
      .map(({ actuatorPositions }) => actuatorPositions);
  }
  const rollIndex = body.model.actuatorIndex(body.model.manifest.arm?.roll ?? '');
  const rolls = new Set(
    work.kinematics.wristTurns(baseFromGoal, current).map((turns) => Number(turns[rollIndex]!.toFixed(3))),
  );
  // The gripper is symmetric, what it holds is not: turned over by half a roll a mug would be emptied by the next motion.
  const upright = [...rolls].filter((roll) => Math.abs(roll) <= Math.PI / 2);
  return (upright.length > 0 ? upright : [...rolls])
    .flatMap((roll) => work.kinematics.solveAtPoint(baseFromGoal.translation, Math.asin(sine), roll, current))
    .sort((a, b) => work.kinematics.distance(a, current) - work.kinematics.distance(b, current));
}

/** Steps of the searches that come before the last: where there is little room they end soon. */
const firstSteps = 500;
/** Where the way is narrow the arm moves slowly, so that it keeps to it: share of the speed limits. */
const narrowSpeed = 0.5;

/**
 * Plans and follows a collision-free way of the arm to one of several configurations: with room around it where there
 * is some, else close by and slowly; the hand tilts no more than it must where it can. The user's MoveIt does it where the
 * mapping says so.
 * @throws {@link SkillFailure} code `unreachable`, with the planner's reason
 */
export async function moveArmTo(
  body: SkillBody,
  work: WorkScene,
  goals: readonly Float64Array[],
  options: MoveOptions & { readonly seed?: number } = {},
): Promise<void> {
  if (body.armPlanner !== undefined) {
    await moveArmByMoveIt(body, body.armPlanner, goals, options);
    return;
  }
  for (const checker of [work.checker, work.roomyChecker]) checker.setBasePose(body.mapFromBase());
  const { path, isRoomy } = planArmPath(body, work, goals, options.seed ?? 1);
  showArmPath(body, work, path);
  const speed = isRoomy ? options.speed : Math.min(options.speed ?? 1, narrowSpeed);
  await body.followPath(path, { ...options, ...(speed === undefined ? {} : { speed }) });
}

interface PlannedArmPath {
  readonly path: ActuatorPath;
  /** Whether there is room for a fast motion around it. */
  readonly isRoomy: boolean;
}

function planArmPath(
  body: SkillBody,
  work: WorkScene,
  goals: readonly Float64Array[],
  seed: number,
): PlannedArmPath {
  const request: JointPathRequest = {
    start: body.actuatorPositions(),
    goals,
    actuators: armActuators(body),
    seed,
    startMayTouch: true,
  };
  const { arm } = body.model.manifest;
  const level = arm === undefined ? undefined : { ...request, direct: [arm.pitch, arm.roll] };
  const roomy = (each: JointPathRequest): PlannedArmPath | undefined => {
    const { path } = tryToPlan(work.roomyChecker, { ...each, maxIterations: firstSteps });
    // What is only near at the start may stay near, but must not be touched on the way.
    return path !== undefined && isJointPathFree(work.checker, path, true)
      ? { path, isRoomy: true }
      : undefined;
  };
  const first = level && roomy(level);
  if (first !== undefined) return first;
  // What is carried is better kept level in a narrow way than turned over in a wide one.
  const wide = work.isCarrying ? undefined : roomy(request);
  if (wide !== undefined) return wide;
  const narrow = level && tryToPlan(work.checker, { ...level, maxIterations: firstSteps }).path;
  if (narrow !== undefined) return { path: narrow, isRoomy: false };
  const { path, error } = tryToPlan(work.checker, request);
  if (path === undefined) throw new SkillFailure('unreachable', describeError(error), error);
  return { path, isRoomy: false };
}

function tryToPlan(
  checker: CollisionChecker,
  request: JointPathRequest,
): { readonly path?: ActuatorPath; readonly error?: unknown } {
  try {
    return { path: planJointPath(checker, request) };
  } catch (error) {
    return { error };
  }
}

/** Moves the tool in straight lines through poses in `map`, base standing. @throws {@link SkillFailure} code `unreachable` */
export async function moveToolStraight(
  body: SkillBody,
  work: WorkScene,
  mapFromGoals: readonly Transform[],
  options: MoveOptions & { readonly checkCollisions?: boolean } = {},
): Promise<void> {
  const path = planToolStraight(body, work, body.actuatorPositions(), mapFromGoals, options);
  showArmPath(body, work, path);
  await body.followPath(path, options);
}

/** The way of the arm for {@link moveToolStraight} from a configuration. @throws {@link SkillFailure} code `unreachable` */
export function planToolStraight(
  body: PlanningBody,
  work: WorkScene,
  start: Float64Array,
  mapFromGoals: readonly Transform[],
  options: { readonly checkCollisions?: boolean } = {},
): ActuatorPath {
  const mapFromBase = body.mapFromBase();
  work.checker.setBasePose(mapFromBase);
  const baseFromMap = mapFromBase.inverse();
  const goals = withoutTurningOver(mapFromBase.multiply(work.baseFromTool(start)), mapFromGoals);
  try {
    return planCartesianPath(kinematicsOf(body, work), {
      start,
      baseFromTools: goals.map((goal) => baseFromMap.multiply(goal)),
      actuators: armActuators(body),
      freeHeading: !body.model.isFixed,
      ...(options.checkCollisions === false ? {} : { checker: work.checker }),
    });
  } catch (error) {
    throw new SkillFailure('unreachable', describeError(error), error);
  }
}

const kinematicsOf = (body: PlanningBody, work: WorkScene) =>
  body.model.isFixed
    ? { model: body.model, baseFromTool: (positions: Float64Array) => work.baseFromTool(positions) }
    : work.kinematics;

/** Moves the hand straight up, or down by a negative height, m: by the lift alone where the arm has one. */
export async function raiseHand(body: SkillBody, byM: number, options: MoveOptions = {}): Promise<void> {
  const lift = body.model.manifest.arm?.lift;
  if (lift !== undefined) {
    await body.moveActuators({ [lift]: body.position(lift) + byM }, options);
    return;
  }
  if (!body.model.isFixed) return;
  const work = new WorkScene(body, { useDepth: false });
  const tool = mapFromTool(body, work);
  const [x, y, z] = tool.translation;
  const goal = new Transform([x, y, z + byM], tool.rotation);
  await moveToolStraight(body, work, [goal], { ...options, checkCollisions: false });
}

function showArmPath(body: SkillBody, work: WorkScene, path: ActuatorPath): void {
  const mapFromBase = body.mapFromBase();
  const dense: Transform[] = [];
  for (const [index, point] of path.entries()) {
    const previous = path[index - 1];
    for (let step = previous === undefined ? 1 : 1; step <= (previous === undefined ? 1 : 6); step++) {
      const between =
        previous === undefined
          ? point
          : point.map((value, i) => previous[i]! + ((value - previous[i]!) * step) / 6);
      dense.push(mapFromBase.multiply(work.baseFromTool(between)));
    }
  }
  body.showPath(dense);
}

/** Distance that the base keeps from furniture and walls while it stands and drives, m. */
const baseMarginM = 0.02;

/** Chooses among places of the base: x, y (m) and yaw (rad) in `map`. */
export type BaseFilter = (x: number, y: number, yaw: number) => boolean;

/**
 * Finds base poses from which the tool gets to poses in `map`, cheapest first.
 *
 * @param mapFromTools - poses that the arm must take one after the other
 * @param isWanted - where the robot has to stand, e.g. to see what it works at; anywhere without it
 * @param checker - what the arm must not touch there; all that `work` holds without it
 */
export function basePosesFor(
  body: PlanningBody,
  work: WorkScene,
  mapFromTools: readonly Transform[],
  count = 4,
  isWanted: BaseFilter = () => true,
  checker: CollisionChecker = work.checker,
): readonly BasePose[] {
  if (body.model.isFixed) return [];
  const here = body.mapFromBase();
  const isRoom = standingRoom(body, work);
  return findBasePoses(work.kinematics, {
    mapFromTools,
    checker,
    current: body.actuatorPositions(),
    near: { x: here.translation[0], y: here.translation[1], yaw: here.yaw },
    isFree: (x, y, yaw) => isRoom(x, y, yaw) && isWanted(x, y, yaw),
    count,
  });
}

/** Tells where the base with a folded arm may stand: x, y (m) and yaw (rad) in `map`. */
export function standingRoom(body: PlanningBody, work: WorkScene): BaseFilter {
  const tucked = tuckedFootprint(body);
  const boxes = work.scene.boxes.map((box) => {
    const { translation, rotation } = box.mapFromBox;
    const yaw = new Transform([0, 0, 0], rotation).yaw;
    return {
      x: translation[0],
      y: translation[1],
      yaw,
      bottom: translation[2] - box.sizeM[2] / 2,
      size: box.sizeM,
    };
  });
  // A chassis of 0.2 m goes below a table top, the mast does not: what hangs lower than the head blocks both.
  const blocking = boxes.filter((box) => box.bottom < 1.3);
  return (x, y, yaw) => !blocking.some((box) => rectanglesOverlap(x, y, yaw, tucked, box));
}

interface Rectangle {
  readonly minX: number;
  readonly maxX: number;
  readonly minY: number;
  readonly maxY: number;
}

function tuckedFootprint(body: PlanningBody): Rectangle {
  const outline = body.model.manifest.base.footprint_m;
  const xs = outline.map((point) => point[0]);
  const ys = outline.map((point) => point[1]);
  return {
    minX: Math.min(...xs) - baseMarginM,
    maxX: Math.max(...xs) + baseMarginM,
    minY: Math.min(...ys) - baseMarginM,
    maxY: Math.max(...ys) + baseMarginM,
  };
}

/** Separating axes of two rectangles: the base's outline and an upright box seen from above. */
function rectanglesOverlap(
  x: number,
  y: number,
  yaw: number,
  outline: Rectangle,
  box: {
    readonly x: number;
    readonly y: number;
    readonly yaw: number;
    readonly size: readonly [number, number, number];
  },
): boolean {
  const [c, s] = [Math.cos(yaw), Math.sin(yaw)];
  const midX = (outline.minX + outline.maxX) / 2;
  const midY = (outline.minY + outline.maxY) / 2;
  const centerX = x + c * midX - s * midY;
  const centerY = y + s * midX + c * midY;
  const [halfX, halfY] = [(outline.maxX - outline.minX) / 2, (outline.maxY - outline.minY) / 2];
  const [dx, dy] = [box.x - centerX, box.y - centerY];
  if (Math.hypot(dx, dy) > Math.hypot(halfX, halfY) + Math.hypot(box.size[0], box.size[1]) / 2) return false;
  const turn = box.yaw - yaw;
  const [tc, ts] = [Math.abs(Math.cos(turn)), Math.abs(Math.sin(turn))];
  const [bx, by] = [box.size[0] / 2, box.size[1] / 2];
  const [bc, bs] = [Math.cos(box.yaw), Math.sin(box.yaw)];
  return (
    Math.abs(dx * c + dy * s) < halfX + bx * tc + by * ts &&
    Math.abs(-dx * s + dy * c) < halfY + bx * ts + by * tc &&
    Math.abs(dx * bc + dy * bs) < bx + halfX * tc + halfY * ts &&
    Math.abs(-dx * bs + dy * bc) < by + halfX * ts + halfY * tc
  );
}
