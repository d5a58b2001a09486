import { isSpill } from '../language/lexicon.ts';
import type { Atom } from './atom.ts';
import type { Belief } from './belief.ts';
import { articulationState, confidenceOf, knownConfidence } from './confidence.ts';
import { classOf, type ObjectTrack } from './object-track.ts';
import { offerEvidence } from './offer-evidence.ts';
import { isWithinReach, type ReachTarget } from './reach.ts';
import { gripEvidence } from './robot-state.ts';

export { knownConfidence } from './confidence.ts';
export { viewBelief } from './view-belief.ts';

export type Truth = 'true' | 'false' | 'unknown';

/** How long a look counts as fresh, s. */
const freshLookS = 20;
/** Share of a fixture that must have been in clear view to call it inspected. */
export const inspectedShare = 0.5;
const atPlaceM = 0.8;

/** Judges a statement against the belief. @param robot - namespace of the robot that "the hand" and "at" speak of */
export function truthOf(belief: Belief, statement: Atom, robot: string, nowS: number): Truth {
  const [first = '', second = ''] = statement.arguments;
  switch (statement.predicate) {
    case 'hand-empty':
      return handTruth(belief, robot);
    case 'holding':
      return belief.heldBy(robot)?.id === first ? 'true' : 'false';
    case 'known':
      return isKnown(belief, first, nowS) ? 'true' : 'false';
    case 'accessible':
      return accessTruth(belief, first, nowS);
    case 'open':
    case 'closed': {
      const { state } = articulationState(belief.articulation(first), nowS);
      return state === 'unknown' ? 'unknown' : state === statement.predicate ? 'true' : 'false';
    }
    case 'in':
    case 'on': {
      const track = belief.tracker.find(first);
      if (track === undefined || track.state === 'missing') return 'unknown';
      return isAt(belief, track, statement.predicate, second) ? 'true' : 'false';
    }
    case 'at':
      return atTruth(belief, first, robot);
    case 'inspected':
      return isInspected(belief, first, nowS) ? 'true' : 'unknown';
    case 'reachable':
      return reachTruth(belief, first, robot);
    case 'wiped':
      return isSpilt(belief, first) ? 'false' : 'unknown';
    case 'offered':
      return offerEvidence(belief, first, robot, nowS).truth;
    // A button says nothing of when it was pressed, and an arm nothing of how it is folded.
    case 'pressed':
    case 'stowed':
      return 'unknown';
  }
}

/** Tells whether a spill is believed to be there, or on a surface. */
function isSpilt(belief: Belief, id: string): boolean {
  return belief.tracker
    .objects()
    .some(
      (track) =>
        track.state === 'confirmed' &&
        (track.id === id || (isSpill(classOf(track)) && belief.relation(track).support === id)),
    );
}

function handTruth(belief: Belief, robot: string): Truth {
  if (belief.heldBy(robot) !== undefined) return 'false';
  const state = belief.robot(robot);
  // Without a known grasp the fingers may still press on each other or on something that was never confirmed.
  return state !== undefined && gripEvidence(state) === 'holding' && state.apertureM < 0.15
    ? 'unknown'
    : 'true';
}

function isKnown(belief: Belief, id: string, nowS: number): boolean {
  const track = belief.tracker.find(id);
  if (track !== undefined)
    return track.state === 'confirmed' && confidenceOf(track, belief.map.kinds, nowS) >= knownConfidence;
  return belief.map.fixture(id) !== undefined || belief.map.places.has(id);
}

function accessTruth(belief: Belief, id: string, nowS: number): Truth {
  const track = belief.tracker.find(id);
  if (track !== undefined) {
    const { relation, support } = belief.relation(track);
    return relation === 'held-by' || support === '' ? 'true' : accessTruth(belief, support, nowS);
  }
  const behind = belief.map.fixture(id)?.behind;
  if (behind === undefined) return 'true';
  const { state } = articulationState(belief.articulation(behind), nowS);
  return state === 'open' ? 'true' : state === 'closed' ? 'false' : 'unknown';
}

/** What is too far away is out of reach; whether the arm gets to what is near is for the skill to find out. */
function reachTruth(belief: Belief, id: string, robotName: string): Truth {
  const robot = belief.robot(robotName);
  const target = reachTargetIn(belief, id);
  if (robot === undefined || target === undefined) return 'unknown';
  const { fixedReachM, mapFromBase } = robot;
  return isWithinReach({ fixedReachM, positionM: mapFromBase.translation }, target) ? 'unknown' : 'false';
}

function reachTargetIn(belief: Belief, id: string): ReachTarget | undefined {
  const fixture = belief.map.fixture(id);
  if (fixture !== undefined) {
    const position = fixture.movesWith === undefined ? 0 : belief.articulationPosition(fixture.movesWith);
    const positionM = belief.map.mapFromFixture(fixture, position).translation;
    return { positionM, sizeM: fixture.sizeM, hasAccess: fixture.hasAccess };
  }
  const track = belief.tracker.find(id);
  if (track === undefined || track.state === 'missing' || track.heldBy !== undefined) return undefined;
  const hasAccess = belief.map.fixture(belief.relation(track).support)?.hasAccess ?? true;
  return { positionM: track.positionM, hasAccess };
}

/** A thing in a bowl on the table is also on the table; a thing on a fridge shelf is also in the fridge. */
function isAt(belief: Belief, track: ObjectTrack, relation: 'in' | 'on', support: string): boolean {
  const direct = belief.relation(track);
  if (direct.support === support)
    return direct.relation === relation || belief.map.fixture(support)?.isContainer === true;
  const shelf = belief.map.fixture(direct.support);
  const wanted = belief.map.fixture(support);
  const inside =
    shelf !== undefined &&
    wanted?.isContainer === true &&
    wanted.behind !== undefined &&
    shelf.behind === wanted.behind;
  if (inside) return true;
  const carrier = belief.tracker.find(direct.support);
  return (
    carrier !== undefined &&
    carrier !== track &&
    direct.relation === 'in' &&
    isAt(belief, carrier, relation, support)
  );
}

function atTruth(belief: Belief, id: string, robot: string): Truth {
  const base = belief.robot(robot)?.mapFromBase.translation;
  if (base === undefined) return 'unknown';
  const near = (x: number, y: number, limitM: number) => Math.hypot(x - base[0], y - base[1]) <= limitM;
  const place = belief.map.places.get(id);
  if (place !== undefined) return near(place.xyYaw[0], place.xyYaw[1], atPlaceM) ? 'true' : 'false';
  const thing = belief.tracker.find(id)?.positionM ?? belief.map.fixture(id)?.mapFromCenter.translation;
  return thing !== undefined && near(thing[0], thing[1], 1.6) ? 'true' : 'false';
}

function isInspected(belief: Belief, id: string, nowS: number): boolean {
  const track = belief.tracker.find(id);
  if (track !== undefined) return nowS - track.judgedS < 3 || track.state === 'missing';
  if (belief.coverage.since(id, nowS - freshLookS) >= inspectedShare) return true;
  const articulation = belief.articulation(id);
  if (articulation !== undefined && nowS - articulation.judgedS < freshLookS) return true;
  const place = belief.map.fixture(id) === undefined ? belief.map.places.get(id) : undefined;
  return (
    place !== undefined &&
    [...belief.map.fixtures.values()].some(
      (fixture) => fixture.furnitureId === place.furnitureId && isInspected(belief, fixture.id, nowS),
    )
  );
}
