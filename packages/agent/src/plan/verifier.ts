import type { SkillContract } from '@efferent/skills';
import { type Atom, formatAtom } from '../belief/atom.ts';
import type { Belief } from '../belief/belief.ts';
import { classOf, type ObjectTrack } from '../belief/object-track.ts';
import { offerEvidence } from '../belief/offer-evidence.ts';
import { gripEvidence } from '../belief/robot-state.ts';
import { inspectedShare, truthOf, viewBelief } from '../belief/truth.ts';
import { isSpill } from '../language/lexicon.ts';
import { fillTerm } from '../reasoner/operators.ts';
import { isNear } from '../reasoner/things.ts';
import type { SubGoal } from './plan-graph.ts';

/** What fresh observation says about a skill's effects. */
export interface Verification {
  readonly verdict: 'confirmed' | 'refuted' | 'unknown';
  /** The effect that was refuted or could not be judged; empty when confirmed. */
  readonly effect: string;
  /** One sentence on the evidence. */
  readonly evidence: string;
  /** What to look at to settle it; set with `unknown`. */
  readonly lookAt: string;
}

/** A thing this far from the tool cannot be in the hand, m. */
const outOfHandM = 0.25;
/** What is left of a spill is nearer than this to its edge, m. */
const remainsM = 0.05;
/** A vessel higher than this share of its width shows its bottom from above only. */
const deepShare = 0.6;

const confirmed = (evidence: string): Verification => ({
  verdict: 'confirmed',
  effect: '',
  evidence,
  lookAt: '',
});
const refuted = (effect: string, evidence: string): Verification => ({
  verdict: 'refuted',
  effect,
  evidence,
  lookAt: '',
});
const unknown = (effect: string, evidence: string, lookAt: string): Verification => ({
  verdict: 'unknown',
  effect,
  evidence,
  lookAt,
});

/**
 * Checks the effects that a skill promised against what the sensors say now, whatever the skill itself reported.
 *
 * @param sinceS - when the skill ended; older pictures prove nothing
 * @param looked - whether the place was looked at for this purpose already
 */
export function verifyEffects(
  belief: Belief,
  subGoal: SubGoal,
  contract: SkillContract,
  sinceS: number,
  nowS: number,
  looked: boolean,
): Verification {
  const evidence: string[] = [];
  for (const term of contract.effects) {
    const statement = fillTerm(term, subGoal.arguments);
    if (statement === undefined || term.negated) continue;
    const result = verifyStatement(belief, statement, subGoal, sinceS, nowS, looked);
    if (result.verdict !== 'confirmed') return result;
    if (result.evidence !== '') evidence.push(result.evidence);
  }
  return confirmed(evidence.join(', '));
}

function verifyStatement(
  belief: Belief,
  statement: Atom,
  subGoal: SubGoal,
  sinceS: number,
  nowS: number,
  looked: boolean,
): Verification {
  const [first = '', second = ''] = statement.arguments;
  const text = formatAtom(statement);
  switch (statement.predicate) {
    case 'holding':
      return verifyHolding(belief, first, subGoal.robot, text, sinceS);
    case 'hand-empty': {
      const robot = belief.robot(subGoal.robot);
      return robot !== undefined && gripEvidence(robot) === 'holding' && robot.apertureM < 0.1
        ? refuted(text, 'the fingers still press on something')
        : confirmed('');
    }
    case 'in':
    case 'on':
      return verifyPlaced(belief, statement.predicate, first, second, subGoal, sinceS, nowS, looked);
    case 'open':
    case 'closed': {
      const articulation = belief.articulation(first);
      if (articulation === undefined || articulation.judgedS < sinceS || articulation.state === 'unknown') {
        return unknown(text, `the ${first} was not seen since`, first);
      }
      return articulation.state === statement.predicate
        ? confirmed(`${first} seen ${statement.predicate}`)
        : refuted(text, `the ${first} is still ${articulation.state}`);
    }
    case 'pressed': {
      const button = belief.button(first);
      if (button === undefined || !button.isWatched) return confirmed('');
      return button.isPressed ? confirmed(button.evidence) : refuted(text, button.evidence);
    }
    case 'wiped':
      return verifyWiped(belief, first, text, sinceS, looked);
    case 'offered': {
      const { truth, text: evidence } = offerEvidence(belief, first, subGoal.robot, nowS);
      if (truth === 'unknown') return unknown(text, evidence, '');
      return truth === 'true' ? confirmed(evidence) : refuted(text, evidence);
    }
    default: {
      const truth = truthOf(belief, statement, subGoal.robot, nowS);
      return truth === 'false' ? refuted(text, `${text} does not hold`) : confirmed('');
    }
  }
}

function verifyHolding(
  belief: Belief,
  objectId: string,
  robotName: string,
  text: string,
  sinceS: number,
): Verification {
  const robot = belief.robot(robotName);
  if (robot === undefined) return unknown(text, 'the robot is not known', '');
  const grip = gripEvidence(robot);
  if (grip === 'empty') return refuted(text, 'the fingers hold nothing');
  const track = belief.tracker.find(objectId);
  if (track?.visible === true && track.lastSeenS >= sinceS) {
    const [x, y, z] = robot.mapFromTool.translation;
    const gapM = Math.hypot(track.positionM[0] - x, track.positionM[1] - y, track.positionM[2] - z);
    if (gapM > outOfHandM) return refuted(text, `it is still seen ${gapM.toFixed(2)} m from the gripper`);
  }
  if (grip === 'unknown') return unknown(text, 'the gripper reports no force', objectId);
  return confirmed(
    `grip ${Math.abs(robot.gripEffortN).toFixed(1)} N at ${(robot.apertureM * 1000).toFixed(0)} mm`,
  );
}

/** Where a spill was, or all over a surface, pictures since then show nothing of one. */
function verifyWiped(
  belief: Belief,
  id: string,
  text: string,
  sinceS: number,
  looked: boolean,
): Verification {
  const spill = belief.tracker.find(id);
  const support = spill === undefined ? id : belief.relation(spill).support;
  const left = belief.tracker
    .objects()
    .find(
      (track) =>
        isSpill(classOf(track)) &&
        track.lastSeenS >= sinceS &&
        track.visible &&
        isThere(belief, track, spill, id),
    );
  if (left !== undefined) return refuted(text, `some of the ${classOf(left)} is still seen there`);
  const isGone = spill?.state === 'missing' && belief.clearSinceS(id) >= sinceS;
  const isSurfaceSeen = spill === undefined && belief.coverage.since(id, sinceS) >= inspectedShare;
  if (isGone || isSurfaceSeen) return confirmed('seen clean');
  if (!looked) return unknown(text, `the ${id} was not seen since it was wiped`, support || id);
  return unknown(text, `no clear view of the ${id}`, '');
}

/** Tells whether a spill is a wiped one, what is left of it, or on a wiped surface. */
function isThere(belief: Belief, track: ObjectTrack, spill: ObjectTrack | undefined, id: string): boolean {
  if (spill === undefined) return belief.relation(track).support === id;
  const reachM = Math.hypot(spill.sizeM[0], spill.sizeM[1]) / 2 + remainsM;
  const [x, y] = spill.positionM;
  return track === spill || Math.hypot(track.positionM[0] - x, track.positionM[1] - y) < reachM;
}

/** Seen there, seen elsewhere, or not seen: then the place where it was let go decides if a picture could not show it. */
function verifyPlaced(
  belief: Belief,
  relation: 'in' | 'on',
  objectId: string,
  targetId: string,
  subGoal: SubGoal,
  sinceS: number,
  nowS: number,
  looked: boolean,
): Verification {
  const text = `${relation}(${objectId}, ${targetId})`;
  const track = belief.tracker.find(objectId);
  if (track === undefined) return unknown(text, `the ${objectId} is not in the belief`, targetId);
  if (track.state === 'confirmed' && track.namedS >= sinceS && track.heldBy === undefined) {
    const truth = truthOf(
      belief,
      { predicate: relation, arguments: [objectId, targetId] },
      subGoal.robot,
      nowS,
    );
    if (truth !== 'true')
      return refuted(
        text,
        `it is seen ${belief.relation(track).relation} ${belief.relation(track).support || 'somewhere else'}`,
      );
    const { near } = subGoal.arguments;
    const isNearEnough = near === undefined || isNear(viewBelief(belief, nowS), objectId, near);
    return isNearEnough
      ? confirmed(`seen ${relation} ${targetId}`)
      : refuted(text, `it is on the ${targetId}, but not near the ${near}`);
  }
  if (!looked) return unknown(text, `the ${objectId} was not seen since it was let go`, targetId);
  const isHidden = relation === 'in' && mayHide(belief, objectId, targetId);
  if (isHidden && isReleasedOver(belief, targetId, track.positionM)) {
    belief.confirmRelation(objectId, relation, targetId, nowS);
    return confirmed(`let go over ${targetId}, and seen nowhere else`);
  }
  return refuted(text, `it is not seen there`);
}

/** A bin or a pot hides what is in it; a bowl only what lies below or behind something else in it. */
function mayHide(belief: Belief, objectId: string, targetId: string): boolean {
  const vessel = belief.tracker.find(targetId);
  if (vessel === undefined || vessel.sizeM[2] > deepShare * Math.min(vessel.sizeM[0], vessel.sizeM[1]))
    return true;
  const isIn = (other: ObjectTrack) =>
    other.state === 'confirmed' && belief.relation(other).support === targetId;
  return belief.tracker.objects().some((other) => other.id !== objectId && isIn(other));
}

/** Tells whether the believed place of release is over the target. */
function isReleasedOver(
  belief: Belief,
  targetId: string,
  positionM: readonly [number, number, number],
): boolean {
  const vessel = belief.tracker.find(targetId);
  if (vessel !== undefined) {
    return (
      Math.hypot(vessel.positionM[0] - positionM[0], vessel.positionM[1] - positionM[1]) <
      Math.max(vessel.sizeM[0], vessel.sizeM[1]) / 2 + 0.02
    );
  }
  const fixture = belief.map.fixture(targetId);
  if (fixture === undefined) return false;
  const position = fixture.movesWith === undefined ? 0 : belief.articulationPosition(fixture.movesWith);
  const [x, y] = belief.map.mapFromFixture(fixture, position).inverse().apply(positionM);
  return Math.abs(x) < fixture.sizeM[0] / 2 + 0.03 && Math.abs(y) < fixture.sizeM[1] / 2 + 0.03;
}
