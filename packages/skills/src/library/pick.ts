import { clamp, Transform, type Vector3 } from '@efferent/core';
import { basePosesFor, mapFromTool, moveArmTo, moveToolStraight, solveHere } from '../arm-motion.ts';
import { freeStand } from '../free-stand.ts';
import { besidePose, openAboveM, type SupportArea, standpoints, supportAt } from '../geometry.ts';
import { type GraspCandidate, graspCandidates, policySidewaysM } from '../grasp-candidates.ts';
import { mistakenGrip } from '../mistaken-grip.ts';
import { openingsAround } from '../openings.ts';
import { sightOf } from '../sight-line.ts';
import { argument } from '../skill-arguments.ts';
import type { CarriedThing, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { standBeside, standDistanceM } from '../targets.ts';
import { WorkScene, type WorkSceneOptions } from '../work-scene.ts';
import { driveWithTuckedArm } from './navigate.ts';
import { lookAt, type Reacquired, reacquire } from './observe.ts';
import type { SkillImplementation } from './skill.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** Farther than this, small things have too few pixels to be judged, m. */
const judgeWithinM = 1.9;
/** The hand goes up by this much before it is drawn in: over a drawer's front, and from a surface, m. */
const outOfDrawerM = 0.24;
const backUpM = 0.06;
/** Distance of the base from the front of an open drawer to look into it, m. */
const besideDrawerM = 0.3;
/** The base counts as standing at a place within this, m. */
const nearStandM = 0.12;
/** A thing found this far from the belief is taken to be the one that was meant, m. */
const reacquireRadiusM = 0.3;
/** Free height that a hand from above needs, m. */
const topClearanceM = 0.4;
/** The pads must open this much wider than the thing, m. */
const openingMarginM = 0.022;
const maxOpeningM = 0.15;
const policyTimeS = 25;
/** Policy failures after which a second try from a new look is worth it. */
const retryCodes = new Set(['grasp-failed', 'dropped', 'time-out', 'target-lost']);
const attempts = 2;
/** What was gripped by mistake is let down by this before the fingers open, m; the policy lifts by 8 cm. */
const mistakenLiftM = 0.075;

/** Makes `pick` with the policy that `skills.yaml` names. */
export function pickWith(policy: string): SkillImplementation {
  return async (body, values) => {
    const object = argument(values, 'object');
    const believed = object.mapFromThing;
    if (believed === undefined)
      throw new SkillFailure('invalid-argument', `pick needs the believed pose of "${object.value}"`);
    const className = object.objectClass === '' ? object.value : object.objectClass;
    if (holdsSomething(body)) {
      // An earlier try has grasped it and failed only on the way back.
      if (body.carried?.className === className) {
        await tuckArm(body);
        return `already held at ${(body.position(body.model.manifest.gripper.actuator) * 100).toFixed(1)} cm`;
      }
      throw new SkillFailure(
        'hand-full',
        `the gripper already holds something ${(body.position(body.model.manifest.gripper.actuator) * 100).toFixed(1)} cm wide`,
      );
    }
    const target = await findTarget(body, className, believed.translation);
    return await graspIt(body, policy, className, target);
  };
}

/**
 * Sees the thing before driving to it where possible. A door, a board or a drawer's front may be in the way: there a
 * second look from close by and straight ahead follows.
 */
async function findTarget(body: SkillBody, className: string, believedM: Vector3): Promise<Reacquired> {
  const far = supportAt(body.map, believedM, new Map(), 0.3);
  const here = body.mapFromBase().translation;
  if (far !== undefined && Math.hypot(here[0] - believedM[0], here[1] - believedM[1]) > judgeWithinM) {
    const stand = standBeside(body.map, far.furnitureId, believedM, here);
    if (stand !== undefined) await driveWithTuckedArm(body, freeStand(body, stand, believedM));
  }
  try {
    return await lookFor(body, className, believedM);
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'target-lost') throw error;
    const stand = insightPose(body, believedM);
    if (stand === undefined || isAt(body, stand)) throw error;
    await driveWithTuckedArm(body, stand);
    return await lookFor(body, className, believedM);
  }
}

/** Where to stand to look into what encloses a point: before a shelf or a fridge, right behind an open drawer's front. */
function insightPose(body: SkillBody, believedM: Vector3): Transform | undefined {
  const openings = openingsAround(body, believedM);
  const support = supportAt(body.map, believedM, openings, 0.15);
  if (support === undefined || (support.clearanceM >= openAboveM && !support.topOnly)) return undefined;
  const stand = standpoints(body.map, support.furnitureId, [believedM[0], believedM[1]])[0];
  if (stand === undefined) return undefined;
  const outM = Math.max(0, ...support.boxIds.map((id) => openings.get(id) ?? 0));
  const straight = besidePose(stand, support.topOnly ? outM + besideDrawerM : standDistanceM);
  return freeStand(body, straight, believedM);
}

async function lookFor(body: SkillBody, className: string, believedM: Vector3): Promise<Reacquired> {
  body.report('look', 0.1, className);
  await lookAt(body, believedM);
  return reacquire(body, className, believedM, reacquireRadiusM);
}

/** Tells whether the base stands about there. */
function isAt(body: SkillBody, stand: Transform): boolean {
  const here = body.mapFromBase().translation;
  return Math.hypot(here[0] - stand.translation[0], here[1] - stand.translation[1]) < nearStandM;
}

async function graspIt(
  body: SkillBody,
  policy: string,
  className: string,
  first: Reacquired,
): Promise<string> {
  let target = first;
  let failure: SkillFailure | undefined;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    target = await approach(body, className, target);
    body.report('grasp', 0.6, attempt === 1 ? undefined : `try ${attempt}`);
    const outcome = await body.runPolicy({
      policy,
      className,
      mapFromThing: target.mapFromThing,
      sizeM: target.sizeM,
      timeLimitS: policyTimeS,
    });
    const heldM = body.position(body.model.manifest.gripper.actuator);
    const mistake = outcome.success ? mistakenGrip(className, heldM, target.sizeM) : undefined;
    if (outcome.success && mistake === undefined) {
      body.carried = carriedAfter(body, className, target);
      await retract(body, target);
      if (!holdsSomething(body))
        throw new SkillFailure('dropped', `lost on the way back after the policy had ${outcome.message}`);
      return `${outcome.message}${attempt === 1 ? '' : `, at try ${attempt}`}`;
    }
    if (mistake !== undefined) await letDown(body, mistakenLiftM);
    const code = mistake === undefined ? outcome.failureCode : 'grasp-failed';
    failure = new SkillFailure(policyFailure(code), mistake ?? outcome.message);
    await letGo(body, target);
    if (!retryCodes.has(code) || attempt === attempts) break;
    body.report('look', 0.4, `again after ${code}`);
    await lookAt(body, target.mapFromThing.translation);
    target = await reacquire(body, className, target.mapFromThing.translation, reacquireRadiusM);
  }
  throw failure ?? new SkillFailure('grasp-failed', 'no attempt was made');
}

const policyFailure = (code: string): string =>
  ['target-lost', 'grasp-failed', 'dropped', 'time-out', 'stopped'].includes(code)
    ? code === 'time-out'
      ? 'grasp-failed'
      : code
    : 'policy-failed';

/** Places to stand at that are tried: from close by, neighbours may turn out to be in the way. */
const maxDrives = 2;

/** Brings the tool to a pre-grasp pose: base first, then the arm; returns the target as seen from there. */
async function approach(body: SkillBody, className: string, seen: Reacquired): Promise<Reacquired> {
  body.report('approach', 0.3, className);
  let target = downToSupport(body, seen);
  let plan = planFrom(body, target);
  for (let drive = 0; ; drive++) {
    const placed = chooseHere(body, plan) ?? chooseBase(body, plan, target);
    if (placed === undefined) throw unreachable(body, className, target, plan);
    if (placed.base !== undefined) {
      await driveWithTuckedArm(body, placed.base);
      await lookAt(body, target.mapFromThing.translation);
      const nearer = await reacquire(body, className, target.mapFromThing.translation, reacquireRadiusM, 5);
      target = downToSupport(body, nearer);
      plan = planFrom(body, target);
    }
    const failure = await reachPregrasp(body, plan, placed.candidate);
    if (failure === undefined) return target;
    if (placed.base === undefined || drive + 1 === maxDrives)
      throw failure === 'no-solution' ? unreachable(body, className, target, plan) : failure;
  }
}

/** Moves the arm to the first pre-grasp pose that it gets to, those of the chosen kind first; returns why it did not. */
async function reachPregrasp(
  body: SkillBody,
  plan: GraspPlan,
  chosen: GraspCandidate,
): Promise<SkillFailure | 'no-solution' | undefined> {
  const ordered = plan.candidates
    .filter((candidate) => candidate.kind === chosen.kind)
    .concat(plan.candidates.filter((candidate) => candidate.kind !== chosen.kind));
  await body.moveGripper(Math.min(maxOpeningM, chosen.widthM + 2 * openingMarginM + 0.02));
  let failure: SkillFailure | 'no-solution' = 'no-solution';
  for (const candidate of ordered) {
    const goals = solveHere(body, plan.work, candidate.mapFromPregrasp, policySidewaysM);
    if (goals.length === 0) continue;
    try {
      await moveArmTo(body, plan.work, goals);
      return undefined;
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
      failure = error as SkillFailure;
    }
  }
  return failure;
}

interface GraspPlan {
  readonly work: WorkScene;
  /** The same, where the fingers may touch what the thing stands on: for the grasp itself. */
  readonly reach: WorkScene;
  readonly support: SupportArea | undefined;
  readonly candidates: readonly GraspCandidate[];
}

function planFrom(body: SkillBody, target: Reacquired): GraspPlan {
  const [x, y, z] = target.mapFromThing.translation;
  const openings = openingsAround(body, [x, y, z]);
  const support = supportAt(body.map, [x, y, z - target.sizeM[2] / 2], openings);
  const { mapFromThing, sizeM } = target;
  const options: WorkSceneOptions = {
    openings,
    ignore: [{ mapFromBox: mapFromThing, sizeM: [sizeM[0] + 0.03, sizeM[1] + 0.03, sizeM[2] + 0.03] }],
  };
  const work = new WorkScene(body, options);
  work.scene.addBox({ id: 'target', mapFromBox: mapFromThing, sizeM });
  const reach = new WorkScene(body, options);
  for (const id of support?.boxIds ?? []) reach.allowFingers(id);
  const stands = support === undefined ? [] : standpoints(body.map, support.furnitureId, [x, y]);
  const here = body.mapFromBase().translation;
  const inward =
    stands[0] === undefined
      ? Math.atan2(y - here[1], x - here[0])
      : Math.atan2(-stands[0].outward[1], -stands[0].outward[0]);
  const headings =
    stands.length === 0
      ? [inward]
      : stands.slice(0, 2).map(({ outward }) => Math.atan2(-outward[1], -outward[0]));
  const limits = { maxWidthM: maxOpeningM - 2 * openingMarginM, topClearanceM };
  const candidates = headings.flatMap((heading) =>
    graspCandidates(mapFromThing, sizeM, support, heading, limits),
  );
  return { work, reach, support, candidates };
}

/** In a shelf or a fridge the edge of the board hides the foot of a thing: what was seen is completed down to the board. */
function downToSupport(body: SkillBody, target: Reacquired): Reacquired {
  const [x, y, z] = target.mapFromThing.translation;
  const bottom: Vector3 = [x, y, z - target.sizeM[2] / 2];
  const support = supportAt(body.map, bottom, openingsAround(body, [x, y, z]));
  if (support === undefined || support.clearanceM >= openAboveM) return target;
  const { mapFromThing, sizeM } = target;
  const topM = z + sizeM[2] / 2;
  const bottomM = Math.min(bottom[2], support.mapFromArea.translation[2]);
  return {
    ...target,
    mapFromThing: new Transform([x, y, (topM + bottomM) / 2], mapFromThing.rotation),
    sizeM: [sizeM[0], sizeM[1], topM - bottomM],
  };
}

interface PlacedGrasp {
  readonly candidate: GraspCandidate;
  /** Where the base has to go; undefined when it can stay. */
  readonly base: Transform | undefined;
}

/** A grasp that the arm gets to from here, with room left for the policy's own motion. */
function chooseHere(body: SkillBody, plan: GraspPlan): PlacedGrasp | undefined {
  const candidate = plan.candidates.find(
    (option) =>
      isFreeHere(body, plan.work, option.mapFromPregrasp) &&
      solveHere(body, plan.work, option.mapFromGrasp, policySidewaysM).length > 0,
  );
  return candidate && { candidate, base: undefined };
}

function isFreeHere(body: SkillBody, work: WorkScene, goal: Transform): boolean {
  const q = body.model.zeroJointPositions();
  work.checker.setBasePose(body.mapFromBase());
  return solveHere(body, work, goal, policySidewaysM).some(
    (positions) => !work.checker.isColliding(body.model.jointPositionsFromActuators(positions, q)),
  );
}

function chooseBase(body: SkillBody, plan: GraspPlan, target: Reacquired): PlacedGrasp | undefined {
  // Into a shelf or a fridge the robot must see: fingers may touch its walls, but not reach through them.
  const isEnclosed = plan.support !== undefined && plan.support.clearanceM < openAboveM;
  const seesFrom = isEnclosed ? sightOf(body, target.mapFromThing.translation) : undefined;
  for (const candidate of plan.candidates) {
    const base = basePosesFor(body, plan.reach, candidate.mapFromTools, 1, seesFrom)[0];
    if (base !== undefined) return { candidate, base: Transform.fromPlanar(base.x, base.y, base.yaw) };
  }
  return undefined;
}

function unreachable(body: SkillBody, className: string, target: Reacquired, plan: GraspPlan): SkillFailure {
  const narrow = Math.min(target.sizeM[0], target.sizeM[1]);
  const limit = maxOpeningM - 2 * openingMarginM;
  if (plan.candidates.length === 0 && narrow > limit) {
    return new SkillFailure(
      'too-wide',
      `the ${className} is ${(narrow * 100).toFixed(0)} cm wide, the gripper of ${body.model.id} takes ${(limit * 100).toFixed(0)} cm`,
    );
  }
  const [x, y, z] = target.mapFromThing.translation;
  return new SkillFailure(
    'unreachable',
    `no base pose reaches the ${className} at ${x.toFixed(2)}, ${y.toFixed(2)}, height ${z.toFixed(2)} m; tried ${plan.candidates.length} grasps`,
  );
}

/** The policy ends this far above the height at which it closed the gripper (`grasp.lift_m` of its manifest), m. */
const liftedM = 0.08;

/** How the thing sits in the gripper: it moved up with the tool from where it was seen. */
function carriedAfter(body: SkillBody, className: string, target: Reacquired): CarriedThing {
  const work = new WorkScene(body, { useDepth: false });
  const tool = mapFromTool(body, work);
  const [x, y, z] = target.mapFromThing.translation;
  const support = supportAt(body.map, [x, y, z - target.sizeM[2] / 2], openingsAround(body, [x, y, z]));
  const bottomM = support?.mapFromArea.translation[2] ?? z - target.sizeM[2] / 2;
  const graspHeightM = tool.translation[2] - liftedM;
  const belowToolM = clamp(graspHeightM - bottomM, 0.01, target.sizeM[2]);
  const mapFromBox = new Transform(
    [tool.translation[0], tool.translation[1], tool.translation[2] - belowToolM + target.sizeM[2] / 2],
    target.mapFromThing.rotation,
  );
  const pointsDown = tool.apply([1, 0, 0])[2] - tool.translation[2] < -0.5;
  return {
    className,
    kind: pointsDown ? 'top' : 'side',
    toolFromBox: tool.inverse().multiply(mapFromBox),
    sizeM: target.sizeM,
    belowToolM,
  };
}

/** Brings the held thing back over the base: up a little, arm in, wrist folded. */
async function retract(body: SkillBody, target: Reacquired): Promise<void> {
  body.report('lift', 0.85);
  const support = supportOf(body, target.mapFromThing.translation);
  await withdraw(body, support, support?.topOnly === true ? outOfDrawerM : 0);
}

/** Takes the hand out of a shelf or a fridge the way it came in; elsewhere up by `raiseM`. Then folds the arm. */
async function withdraw(body: SkillBody, support: SupportArea | undefined, raiseM: number): Promise<void> {
  if (support !== undefined && support.clearanceM < openAboveM) {
    const tool = mapFromTool(body, new WorkScene(body, { useDepth: false }));
    const stand = standpoints(body.map, support.furnitureId, [tool.translation[0], tool.translation[1]])[0];
    if (stand !== undefined && !(await drawOut(body, tool, stand.outward))) await pullIn(body);
  } else {
    if (raiseM > 0) await liftBy(body, raiseM);
    await pullIn(body);
  }
  await tuckArm(body);
}

/** Ways out of an enclosure, from straight to slanting, rad. */
const exitTurnsRad = [0, 0.3, -0.3, 0.6, -0.6] as const;
const exitM = 0.3;

/**
 * Draws the hand out in a straight line on which neither it nor what it holds touches anything; where there is none by
 * what is known, straight ahead. Returns false when the arm has no such motion.
 */
async function drawOut(
  body: SkillBody,
  tool: Transform,
  outward: readonly [number, number],
): Promise<boolean> {
  const { carried } = body;
  const work = new WorkScene(body, { useDepth: false, ...(carried === undefined ? {} : { carried }) });
  const ahead = Math.atan2(outward[1], outward[0]);
  const [x, y, z] = tool.translation;
  const tries = [
    ...exitTurnsRad.map((turn) => ({ turn, checkCollisions: true })),
    { turn: 0, checkCollisions: false },
  ];
  for (const { turn, checkCollisions } of tries) {
    const [outX, outY] = [exitM * Math.cos(ahead + turn), exitM * Math.sin(ahead + turn)];
    try {
      const goal = new Transform([x + outX, y + outY, z], tool.rotation);
      await moveToolStraight(body, work, [goal], { checkCollisions });
      return true;
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
    }
  }
  return false;
}

/** What the thing stands on or in, drawers where they are seen to be. */
function supportOf(body: SkillBody, pointM: Vector3): SupportArea | undefined {
  return supportAt(body.map, pointM, openingsAround(body, pointM), 0.15);
}

async function liftBy(body: SkillBody, byM: number): Promise<void> {
  const lift = body.model.manifest.arm?.lift;
  if (lift !== undefined) await body.moveActuators({ [lift]: body.position(lift) + byM });
}

/** Lowers what was gripped by mistake; touching something on the way is as good. */
async function letDown(body: SkillBody, byM: number): Promise<void> {
  try {
    await liftBy(body, -byM);
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'blocked') throw error;
  }
}

/** Draws the arm in at its present height. */
async function pullIn(body: SkillBody): Promise<void> {
  const extension = body.model.manifest.arm?.extension;
  if (extension !== undefined) await body.moveActuators({ [extension]: 0.02 });
}

/** Opens the gripper and folds the arm in after a failed attempt, so that the camera sees the place again. */
async function letGo(body: SkillBody, target: Reacquired): Promise<void> {
  await body.moveGripper(0.1);
  const support = supportOf(body, target.mapFromThing.translation);
  await withdraw(body, support, support?.topOnly === true ? outOfDrawerM : backUpM);
}
