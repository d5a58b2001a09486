import { describeError, Transform, type Vector3 } from '@efferent/core';
import { moveArmTo } from '../arm-motion.ts';
import { believedBody, believedFace, type Face, faceNear, personAt } from '../face-view.ts';
import { aimHead } from '../head-aim.ts';
import { approachM, beforeFaceM, OfferingArm, type OfferPose } from '../offer-stand.ts';
import { requireHolding } from '../release.ts';
import { heldThing } from '../release-pose.ts';
import { sidestepTo } from '../sidestep.ts';
import { argument } from '../skill-arguments.ts';
import type { CarriedThing, MapSighting, SkillBody } from '../skill-body.ts';
import { DriveFailure, SkillFailure } from '../skill-failure.ts';
import { driveIfFree, driveWithTuckedArm } from './navigate.ts';
import { freshPictures, lookAt } from './observe.ts';
import type { SkillImplementation } from './skill.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** Whom the map does not know is looked for here, from the place: m. */
const aheadOfPlaceM: Vector3 = [1, 0, 1.25];
/** A face may be this far from where it was thought, m. */
const searchM = 1.2;
const pictures = 5;
/** The knees are looked at, too: so far below the head, m. */
const kneesBelowM = 0.45;
/** Places to stand at that are tried. */
const mostPlaces = 3;
/** Share of the arm's speed towards a face: 6 cm/s, below what the gate allows there. */
const approachSpeed = 0.2;
/** An arm that has not moved by this for so long is held by the gate: the expected end, m and s. */
const stillM = 0.002;
const stillS = 2;
/** What is held farther from the face than this does not help anybody, m. */
const farthestM = 0.42;
/** A base that stands more than this beside the face looks for another place, m. */
const nudgeM = 0.2;

/** Holds what is in the hand upright before the face of the person at a place, as near as the robot may. */
export const offer: SkillImplementation = async (body, values) => {
  requireHolding(body);
  if (body.model.manifest.arm === undefined || body.model.isFixed)
    throw new SkillFailure('unreachable', `${body.model.id} has no arm that reaches straight out`);
  const carried = heldThing(body, argument(values, 'object'));
  const to = argument(values, 'to').value;
  return await approach(body, carried, await getBefore(body, carried, to, await expectedFace(body, to)));
};

/** Where the face of whoever is at a place should be: by the map, else by a look from there. */
async function expectedFace(body: SkillBody, to: string): Promise<SeenFace> {
  const stand = standAt(body, to);
  const person = personAt(body.map, stand.translation);
  if (person === undefined) return await lookFromPlace(body, to, stand);
  // A face that was seen is somewhere; around one that was not, the gate keeps the robot farther off.
  const believed = believedFace(person);
  return (await lookForFace(body, believed.headM)) ?? { face: believed, parts: [believedBody(person)] };
}

/** @throws {@link SkillFailure} codes `invalid-argument` for what is no place, `target-lost` when nobody is seen from there */
async function lookFromPlace(body: SkillBody, to: string, stand: Transform): Promise<SeenFace> {
  await driveWithTuckedArm(body, stand);
  const seen = await lookForFace(body, stand.apply(aheadOfPlaceM));
  if (seen !== undefined) return seen;
  throw new SkillFailure('target-lost', `no face is seen from ${to}`);
}

function standAt(body: SkillBody, to: string): Transform {
  const place = body.map.places.find(({ id }) => id === to);
  if (place !== undefined) return Transform.fromPlanar(...place.poseXyYaw);
  throw new SkillFailure(
    'invalid-argument',
    `"${to}" is no place of ${body.map.id}; there are ${body.map.places.map(({ id }) => id).join(', ')}`,
  );
}

interface SeenFace {
  readonly face: Face;
  /** Sightings of the person's parts. */
  readonly parts: readonly MapSighting[];
}

/** Looks at knees and head of whoever is expected somewhere; undefined when no face is seen. */
async function lookForFace(body: SkillBody, expectedM: Vector3): Promise<SeenFace | undefined> {
  body.report('look', 0.2);
  const sightings: MapSighting[] = [];
  for (const belowM of [kneesBelowM, 0]) {
    await lookAt(body, [expectedM[0], expectedM[1], expectedM[2] - belowM]);
    for (let i = 0; i < pictures; i++) {
      await freshPictures(body, 1);
      sightings.push(...body.sightings().sightings);
    }
  }
  const here = body.mapFromBase().translation;
  const face = faceNear(sightings, body.map, expectedM, here, searchM);
  return face && { face, parts: sightings.filter(({ bodyPart }) => bodyPart !== undefined) };
}

/** The arm with the thing at some distance before a face. */
interface ReadyToOffer {
  readonly arm: OfferingArm;
  readonly pose: OfferPose;
  readonly face: Face;
}

/** Drives to where the arm reaches before the face, and holds the thing there at some distance. */
async function getBefore(
  body: SkillBody,
  carried: CarriedThing,
  to: string,
  expected: SeenFace,
): Promise<ReadyToOffer> {
  const taken: Transform[] = [];
  let seen = expected;
  let reason: unknown;
  while (taken.length < mostPlaces) {
    const place = placeBefore(body, carried, seen, taken);
    if (place === undefined) break;
    taken.push(place);
    try {
      if (!(await driveIfFree(body, place))) continue;
    } catch (error) {
      if (!(error instanceof DriveFailure)) throw error;
      // Held off a face that may be anywhere above knees that were seen: a look says where it is.
      const nearer = await lookForFace(body, seen.face.headM);
      if (nearer === undefined) throw error;
      seen = nearer;
      reason = error;
      continue;
    }
    requireStillHeld(body);
    seen = (await lookForFace(body, seen.face.headM)) ?? (await lookFromPlace(body, to, standAt(body, to)));
    const arm = new OfferingArm(body, carried, seen.face, []);
    if (Math.abs(arm.besideM(body.mapFromBase())) > nudgeM) continue;
    try {
      await sidestepTo(body, () => arm.besideM(body.mapFromBase()), 'the face');
    } catch (error) {
      if (!(error instanceof DriveFailure)) throw error;
      reason = error;
      continue;
    }
    const pose = arm.poseFrom(body.mapFromBase());
    if (pose === undefined) continue;
    body.report('reach', 0.5);
    try {
      await moveArmTo(body, arm.work, [pose.before], { speed: 0.5 });
      return { arm, pose, face: seen.face };
    } catch (error) {
      if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
      reason = error;
    }
  }
  if (reason instanceof DriveFailure) throw reason;
  throw new SkillFailure(
    'unreachable',
    reason === undefined
      ? `no base pose from which the arm reaches before the face of whoever is at ${to}`
      : `no way before the face: ${describeError(reason)}`,
    reason,
  );
}

/** Clear of the body as it was seen; from afar it may have looked larger than it is, and the gate keeps clear of it in any case. */
function placeBefore(
  body: SkillBody,
  carried: CarriedThing,
  { face, parts }: SeenFace,
  taken: readonly Transform[],
): Transform | undefined {
  return (
    new OfferingArm(body, carried, face, parts).place(taken) ??
    new OfferingArm(body, carried, face, []).place(taken)
  );
}

/** Stretches the arm towards the face until it is near enough, or the gate lets it come no nearer. */
async function approach(
  body: SkillBody,
  carried: CarriedThing,
  { arm: offering, pose: { goalM }, face }: ReadyToOffer,
): Promise<string> {
  const { arm, gripper } = body.model.manifest;
  const extension = arm?.extension ?? '';
  const q = body.model.zeroJointPositions();
  body.model.jointPositionsFromActuators(body.actuatorPositions(), q);
  // The gate keeps more room from a face that it does not see.
  await body.moveActuators(aimHead(body.model, q, body.mapFromBase(), face.headM));
  body.report('offer', 0.8);
  const startM = goalM - approachM;
  const rests = standsStill(body, extension);
  try {
    await body.moveActuators({ [extension]: goalM }, { speed: approachSpeed, until: rests });
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'blocked') throw error;
  }
  const leftM = goalM - body.position(extension);
  const distanceM = Math.hypot(beforeFaceM + leftM, offering.besideM(body.mapFromBase()));
  if (!holdsSomething(body) || distanceM > farthestM) {
    await body.moveActuators({ [extension]: startM });
    await tuckArm(body);
    requireStillHeld(body);
    throw new SkillFailure(
      'blocked',
      `the ${carried.className} got no nearer to the face than ${(distanceM * 100).toFixed(0)} cm`,
    );
  }
  const held = `${(distanceM * 100).toFixed(0)} cm before the face, held at ${(body.position(gripper.actuator) * 100).toFixed(1)} cm`;
  return leftM > 0.01 ? `${held}; the gate lets it come no nearer` : held;
}

/** Tells whether an actuator has stopped on its way. */
function standsStill(body: SkillBody, actuator: string): () => boolean {
  let lastM = body.position(actuator);
  let sinceS = body.nowS();
  return () => {
    const nowM = body.position(actuator);
    if (Math.abs(nowM - lastM) > stillM) {
      lastM = nowM;
      sinceS = body.nowS();
    }
    return body.nowS() - sinceS > stillS;
  };
}

function requireStillHeld(body: SkillBody): void {
  if (holdsSomething(body)) return;
  body.carried = undefined;
  throw new SkillFailure('dropped', 'the gripper lost what it was to offer');
}
