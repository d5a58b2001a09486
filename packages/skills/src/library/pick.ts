import { clamp, Transform, type Vector3 } from '@efferent/core';
import { mapFromTool, moveArmTo, solveHere } from '../arm-motion.ts';
import { freeStand } from '../free-stand.ts';
import { besidePose, openAboveM, postureOf, standpoints, supportAt } from '../geometry.ts';
import { type GraspCandidate, policySidewaysM } from '../grasp-candidates.ts';
import { mistakenGrip } from '../mistaken-grip.ts';
import { openingsAround } from '../openings.ts';
import { openPartRoomM, othersThan, sightOf } from '../sight-line.ts';
import { argument } from '../skill-arguments.ts';
import type { CarriedThing, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import { spillClass } from '../spill.ts';
import { standBeside, standDistanceM } from '../targets.ts';
import { WorkScene } from '../work-scene.ts';
import { type Grasp, type GraspRequest, liftedM } from './grasp.ts';
import {
  chooseGrasp,
  downToSupport,
  type GraspPlan,
  openingFor,
  planGrasp,
  unreachable,
} from './grasp-plan.ts';
import { driveBeside, driveIfFree, driveWithTuckedArm } from './navigate.ts';
import { lookAt, type Reacquired, reacquire } from './observe.ts';
import type { SkillImplementation } from './skill.ts';
import { holdsSomething, tuckArm } from './tuck.ts';
import { letDown, letGo, retract } from './withdraw.ts';

/** Farther than this, small things have too few pixels to be judged, m. */
const judgeWithinM = 1.9;
/** From nearer than this the smallest things are seen, m. */
const closeByM = 1.1;
/** Distance of the base from the front of an open drawer to look into it, m. */
const besideDrawerM = 0.3;
/** The base counts as standing at a place within this, m. */
const nearStandM = 0.12;
/** A thing found this far from the belief is taken to be the one that was meant, m. */
const reacquireRadiusM = 0.3;
/** Failures of the grasp after which a second try from a new look is worth it. */
const retryCodes = new Set(['grasp-failed', 'dropped', 'time-out', 'target-lost']);
const attempts = 2;
/** What was gripped by mistake is let down by this before the fingers open, m; a grasp ends 8 cm up. */
const mistakenLiftM = 0.075;

/** Makes `pick` with the way to grasp that `skills.yaml` names. */
export function pickWith(grasp: Grasp): SkillImplementation {
  return async (body, values) => {
    const object = argument(values, 'object');
    const believed = object.mapFromThing;
    if (believed === undefined)
      throw new SkillFailure('invalid-argument', `pick needs the believed pose of "${object.value}"`);
    const className = object.objectClass === '' ? object.value : object.objectClass;
    if (className === spillClass)
      throw new SkillFailure('invalid-argument', `a ${className} is not picked up: it is wiped`);
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
    return await graspIt(body, grasp, className, target, object.sizeM);
  };
}

/**
 * Sees the thing before driving to it where possible. A door, a board or a drawer's front may be in the way, or the thing too
 * small from here: then a second look from close by follows.
 */
async function findTarget(body: SkillBody, className: string, believedM: Vector3): Promise<Reacquired> {
  const far = supportAt(body.map, believedM, new Map(), 0.3);
  const here = body.mapFromBase().translation;
  if (far !== undefined && Math.hypot(here[0] - believedM[0], here[1] - believedM[1]) > judgeWithinM) {
    const stand = standBeside(body, far.furnitureId, believedM, here);
    if (stand !== undefined) await driveBeside(body, stand, believedM);
  }
  try {
    return await lookFor(body, className, believedM);
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'target-lost') throw error;
    const stand =
      insightPose(body, believedM) ?? nearerPose(body, believedM) ?? poseAroundOthers(body, believedM);
    if (stand === undefined || isAt(body, stand)) throw error;
    await driveBeside(body, stand, believedM);
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
  const straight = besidePose(body.model, stand, support.topOnly ? outM + besideDrawerM : standDistanceM);
  return freeStand(body, straight, believedM);
}

/** Where to stand to see a small thing better that was seen from afar, perhaps by another robot; undefined from close by. */
function nearerPose(body: SkillBody, believedM: Vector3): Transform | undefined {
  const here = body.mapFromBase().translation;
  if (body.model.isFixed || Math.hypot(here[0] - believedM[0], here[1] - believedM[1]) < closeByM)
    return undefined;
  const support = supportAt(body.map, believedM, openingsAround(body, believedM), 0.15);
  const stand = support && standBeside(body, support.furnitureId, believedM, here);
  return stand && freeStand(body, stand, believedM);
}

/** Where to stand to see past a thing that stands before the one that is looked for; undefined when none does. */
function poseAroundOthers(body: SkillBody, believedM: Vector3): Transform | undefined {
  if (body.model.isFixed) return undefined;
  const here = body.mapFromBase();
  const [x, y] = here.translation;
  const things = othersThan(body.sightings().sightings, believedM);
  if (sightOf(body, believedM, openPartRoomM, things)(x, y)) return undefined;
  return freeStand(body, here, believedM, { taken: [here], things });
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
  grasp: Grasp,
  className: string,
  first: Reacquired,
  knownSizeM: Vector3 | undefined,
): Promise<string> {
  let target = first;
  let failure: SkillFailure | undefined;
  let failedBefore = '';
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const reached = await approach(body, className, target);
    target = reached.target;
    body.report('grasp', 0.6, attempt === 1 ? undefined : `try ${attempt}`);
    const outcome = await grasp(body, { className, ...reached, failedBefore });
    const heldM = body.position(body.model.manifest.gripper.actuator);
    const mistake = outcome.success ? mistakenGrip(className, heldM, target.sizeM) : undefined;
    if (outcome.success && mistake === undefined) {
      body.carried = carriedAfter(body, className, target, knownSizeM);
      await retract(body, target);
      if (!holdsSomething(body))
        throw new SkillFailure('dropped', `lost on the way back after the policy had ${outcome.message}`);
      return `${outcome.message}${attempt === 1 ? '' : `, at try ${attempt}`}`;
    }
    if (mistake !== undefined) await letDown(body, mistakenLiftM);
    const code = mistake === undefined ? outcome.failureCode : 'grasp-failed';
    failure = new SkillFailure(policyFailure(code), mistake ?? outcome.message);
    failedBefore = code;
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

/** Brings the tool to a pre-grasp pose: base first, then the arm; returns the target as seen from there, and the grasp. */
async function approach(
  body: SkillBody,
  className: string,
  seen: Reacquired,
): Promise<Omit<GraspRequest, 'className' | 'failedBefore'>> {
  body.report('approach', 0.3, className);
  let target = downToSupport(body, seen);
  let plan = planGrasp(body, target);
  const taken: Transform[] = [];
  let isInSight = true;
  for (let drive = 0; ; drive++) {
    const placed = chooseGrasp(body, plan, target, taken);
    if (placed === undefined) {
      const nearer = drive === 0 ? await lookFromBeside(body, className, target, plan) : undefined;
      if (nearer === undefined) throw unreachable(body, className, target, plan);
      target = downToSupport(body, nearer);
      plan = planGrasp(body, target);
      continue;
    }
    if (placed.base !== undefined) {
      if (drive + 1 === maxDrives) await driveWithTuckedArm(body, placed.base);
      else if (!(await driveIfFree(body, placed.base))) {
        taken.push(placed.base);
        continue;
      }
      await lookAt(body, target.mapFromThing.translation);
      const nearer = placed.isInSight ? await seeAgain(body, className, target, plan) : undefined;
      isInSight = nearer !== undefined;
      if (nearer !== undefined) target = downToSupport(body, nearer);
      plan = planGrasp(body, target);
    }
    const reached = await reachPregrasp(body, plan, placed.candidate);
    if ('candidate' in reached) return { target, plan, candidate: reached.candidate, isInSight };
    const { failure } = reached;
    if (placed.base === undefined || drive + 1 === maxDrives)
      throw failure === 'no-solution' ? unreachable(body, className, target, plan) : failure;
  }
}

/** The thing as it is seen from here; undefined where the front of a drawer may hide it. @throws {@link SkillFailure} code `target-lost` */
async function seeAgain(
  body: SkillBody,
  className: string,
  target: Reacquired,
  plan: GraspPlan,
): Promise<Reacquired | undefined> {
  try {
    return await reacquire(body, className, target.mapFromThing.translation, reacquireRadiusM, 5);
  } catch (error) {
    const isHidden = SkillFailure.isInstance(error) && error.code === 'target-lost';
    if (!isHidden || plan.support?.topOnly !== true) throw error;
    return undefined;
  }
}

/** From afar a thing may look wider, or farther in, than it is: looks again from beside what it stands on, unless it did. */
async function lookFromBeside(
  body: SkillBody,
  className: string,
  target: Reacquired,
  plan: GraspPlan,
): Promise<Reacquired | undefined> {
  if (body.model.isFixed || plan.support === undefined) return undefined;
  const [x, y, z] = target.mapFromThing.translation;
  const here = body.mapFromBase().translation;
  const stand = standBeside(body, plan.support.furnitureId, [x, y, z], here);
  if (stand === undefined || isAt(body, stand)) return undefined;
  await driveBeside(body, stand, [x, y, z]);
  return await lookFor(body, className, [x, y, z]);
}

/** Moves the arm to the first pre-grasp pose that it gets to, those of the chosen kind first; says which, or why to none. */
async function reachPregrasp(
  body: SkillBody,
  plan: GraspPlan,
  chosen: GraspCandidate,
): Promise<{ readonly candidate: GraspCandidate } | { readonly failure: SkillFailure | 'no-solution' }> {
  const ordered = plan.candidates
    .filter((candidate) => candidate.kind === chosen.kind)
    .concat(plan.candidates.filter((candidate) => candidate.kind !== chosen.kind));
  await body.moveGripper(openingFor(body, chosen.widthM));
  let failure: SkillFailure | 'no-solution' = 'no-solution';
  for (const candidate of ordered) {
    const goals = solveHere(body, plan.work, candidate.mapFromPregrasp, policySidewaysM);
    if (goals.length === 0) continue;
    try {
      await moveArmTo(body, plan.work, goals);
      return { candidate };
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
      failure = error as SkillFailure;
    }
  }
  return { failure };
}

/** At least this share of a thing hangs below the fingers that hold it. */
const belowShare = 0.35;

/**
 * How the thing sits in the gripper: it moved up with the tool from where it was seen.
 * @param knownSizeM - what is known of it; a bowl's wall may have hidden a part
 */
function carriedAfter(
  body: SkillBody,
  className: string,
  target: Reacquired,
  knownSizeM: Vector3 | undefined,
): CarriedThing {
  const heightM = Math.max(target.sizeM[2], knownSizeM?.[2] ?? 0);
  const work = new WorkScene(body, { useDepth: false });
  const tool = mapFromTool(body, work);
  const [x, y, z] = target.mapFromThing.translation;
  const support = supportAt(body.map, [x, y, z - target.sizeM[2] / 2], openingsAround(body, [x, y, z]));
  const bottomM = support?.mapFromArea.translation[2] ?? z - target.sizeM[2] / 2;
  const graspHeightM = tool.translation[2] - liftedM;
  const belowToolM = clamp(graspHeightM - bottomM, belowShare * heightM, heightM);
  const mapFromBox = new Transform(
    [tool.translation[0], tool.translation[1], tool.translation[2] - belowToolM + heightM / 2],
    target.mapFromThing.rotation,
  );
  return {
    className,
    kind: postureOf(tool.apply([1, 0, 0])[2] - tool.translation[2]),
    toolFromBox: tool.inverse().multiply(mapFromBox),
    sizeM: [target.sizeM[0], target.sizeM[1], heightM],
    belowToolM,
  };
}
