import type { Transform } from '@efferent/core';
import { mapFromTool, moveArmTo, moveToolStraight, raiseHand, solveHere } from '../arm-motion.ts';
import { postureOf } from '../geometry.ts';
import type { GraspCandidate } from '../grasp-candidates.ts';
import { sidestep } from '../sidestep.ts';
import type { PolicyOutcome, SkillBody } from '../skill-body.ts';
import { SkillFailure } from '../skill-failure.ts';
import type { GraspPlan } from './grasp-plan.ts';
import type { Reacquired } from './observe.ts';
import { holdsSomething } from './tuck.ts';

/** What a grasp starts from: the tool stands at the candidate's pre-grasp pose, the gripper is open. */
export interface GraspRequest {
  readonly className: string;
  readonly target: Reacquired;
  readonly plan: GraspPlan;
  readonly candidate: GraspCandidate;
  /** Whether the thing is to be seen from where the base stands. */
  readonly isInSight: boolean;
  /** How the try before ended; empty at the first. */
  readonly failedBefore: string;
}

/** Closes the hand on a thing and lifts it by {@link liftedM}; `pick` does the rest whichever way that is done. */
export type Grasp = (body: SkillBody, request: GraspRequest) => Promise<PolicyOutcome>;

/** A grasp ends this far above the height at which the gripper closed (`grasp.lift_m` of a policy's manifest), m. */
export const liftedM = 0.08;
const policyTimeS = 25;

/**
 * A grasp by a learned policy; by planned motion where the policy did not come to an end before, where it would not see the
 * thing, and at a slant, which policies do not know.
 *
 * @param policy - folder under policies/
 */
export function graspByPolicy(policy: string): Grasp {
  return (body, request) => {
    const { className, target, plan, candidate, isInSight, failedBefore } = request;
    if (failedBefore === 'time-out' || candidate.kind === 'slant' || !isInSight)
      return graspByMotion(body, request);
    return body.runPolicy({
      policy,
      className,
      mapFromThing: target.mapFromThing,
      sizeM: target.sizeM,
      supportM: plan.support?.mapFromArea.translation[2],
      timeLimitS: policyTimeS,
    });
  };
}

/** Share of the arm's speed between the pre-grasp pose and the grasp. */
const reachSpeed = 0.5;

/** A grasp by planned motion: straight in, close, straight up. It does not look again on the way. */
export const graspByMotion: Grasp = async (body, { plan, candidate }) => {
  const { actuator } = body.model.manifest.gripper;
  try {
    body.report('approach', 0.6);
    await besideThing(body, plan, candidate.mapFromGrasp);
    await reachIn(body, plan, candidate.mapFromGrasp);
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
    return failed('grasp-failed', `the hand does not get to the thing: ${error.message}`);
  }
  body.report('grasp', 0.7);
  await body.moveGripper(0);
  if (!holdsSomething(body)) return failed('grasp-failed', 'the gripper closed on nothing');
  body.report('lift', 0.8);
  await raiseHand(body, liftedM);
  const held = `at ${(body.position(actuator) * 100).toFixed(1)} cm with ${Math.abs(body.effort(actuator)).toFixed(1)} N`;
  if (!holdsSomething(body)) return failed('dropped', 'lost from the gripper while it was lifted');
  return { success: true, failureCode: '', message: `lifted ${(liftedM * 100).toFixed(0)} cm, held ${held}` };
};

const failed = (failureCode: string, message: string): PolicyOutcome => ({
  success: false,
  failureCode,
  message,
});

async function reachIn(body: SkillBody, plan: GraspPlan, goal: Transform): Promise<void> {
  try {
    await moveToolStraight(body, plan.reach, [goal], { speed: reachSpeed });
  } catch (error) {
    if (!SkillFailure.isInstance(error) || error.code !== 'unreachable') throw error;
    const goals = solveHere(body, plan.reach, goal);
    if (goals.length === 0) throw error;
    await moveArmTo(body, plan.reach, goals, { speed: reachSpeed });
  }
}

/** Drives the base along its x axis until a hand that points down is over the goal; a level hand turns its wrist instead. */
async function besideThing(body: SkillBody, plan: GraspPlan, goal: Transform): Promise<void> {
  if (body.model.isFixed) return;
  const tool = mapFromTool(body, plan.work);
  if (postureOf(tool.apply([1, 0, 0])[2] - tool.translation[2]) !== 'top') return;
  await sidestep(
    body,
    () => body.mapFromBase().inverse().apply(goal.translation)[0] - baseFromToolX(body, plan),
  );
}

const baseFromToolX = (body: SkillBody, plan: GraspPlan): number =>
  plan.work.baseFromTool(body.actuatorPositions()).translation[0];
