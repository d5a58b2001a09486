import type { Vector3 } from '@efferent/core';
import type { Atom } from './atom.ts';
import type { Belief } from './belief.ts';
import type { BeliefView, FixtureView, ObjectView, PlaceView, RobotView } from './belief-view.ts';
import { classOf, type ObjectTrack } from './object-track.ts';
import { gripEvidence } from './robot-state.ts';

export type Truth = 'true' | 'false' | 'unknown';

/** Below this confidence an object's pose is not used to act. */
export const knownConfidence = 0.5;
/** Things of kinds that people carry about are trusted for a shorter time, s. */
const oftenMovedS = 600;
const seldomMovedS = 1800;
const oftenMoved = ['mug', 'cup', 'glass', 'bottle', 'can', 'spoon', 'fork', 'knife', 'milk'];
/** How long a look counts as fresh, s. */
const freshLookS = 20;
/** Share of a fixture that must have been in clear view to call it inspected. */
export const inspectedShare = 0.5;
const atPlaceM = 0.8;

/** Probability that an object is still where it is believed to be; decays with its age by kind. */
export function confidenceOf(track: ObjectTrack, nowS: number): number {
  if (track.state === 'missing') return 0;
  const lifeS = oftenMoved.some((name) => classOf(track).endsWith(name)) ? oftenMovedS : seldomMovedS;
  const evidence = 1 / (1 + Math.exp(-track.presence));
  return track.heldBy === undefined
    ? evidence * Math.exp(-Math.max(0, nowS - track.judgedS) / lifeS)
    : evidence;
}

/** Takes a snapshot of the belief as plain data. */
export function viewBelief(belief: Belief, nowS: number): BeliefView {
  const objects = belief.tracker.objects().map((track) => objectView(belief, track, nowS));
  const fixtures = [...belief.map.fixtures.values()].map((fixture): FixtureView => {
    const articulation = fixture.articulation === undefined ? undefined : belief.articulation(fixture.id);
    const center = belief.map.mapFromFixture(
      fixture,
      fixture.movesWith === undefined ? 0 : belief.articulationPosition(fixture.movesWith),
    );
    return {
      id: fixture.id,
      label: fixture.label,
      names: fixture.names,
      furnitureId: fixture.furnitureId,
      kind: fixture.kind,
      isSurface: fixture.isSurface,
      isContainer: fixture.isContainer,
      opens: articulation !== undefined,
      hasAccess: fixture.hasAccess,
      state: articulation?.state ?? 'fixed',
      behind: fixture.behind,
      seenShare: belief.coverage.since(fixture.id, nowS - oftenMovedS),
      closelySeenShare: belief.coverage.closelySince(fixture.id, nowS - oftenMovedS),
      positionM: center.translation,
      sizeM: fixture.sizeM,
    };
  });
  const places = [...belief.map.places.values()].map(
    (place): PlaceView => ({
      id: place.id,
      label: place.label,
      names: place.names,
      positionM: [place.xyYaw[0], place.xyYaw[1], 0],
      furnitureId: place.furnitureId,
      delivery: place.delivery,
    }),
  );
  const robots = belief.robots().map(
    (robot): RobotView => ({
      name: robot.name,
      positionM: robot.mapFromBase.translation,
      yawRad: robot.mapFromBase.yaw,
      held: belief.heldBy(robot.name)?.id ?? '',
      place: nearestPlace(places, robot.mapFromBase.translation),
      fixedReachM: robot.fixedReachM,
    }),
  );
  return { timeS: nowS, objects, fixtures, places, robots };
}

function objectView(belief: Belief, track: ObjectTrack, nowS: number): ObjectView {
  const missing = track.state === 'missing';
  const relation = missing ? { relation: 'unknown' as const, support: '' } : belief.relation(track);
  return {
    id: track.id,
    className: classOf(track),
    confidence: confidenceOf(track, nowS),
    positionM: track.positionM,
    sizeM: track.sizeM,
    relation: relation.relation,
    support: relation.support,
    ageS: Math.max(0, nowS - track.lastSeenS),
    visible: track.visible,
    missing,
  };
}

function nearestPlace(places: readonly PlaceView[], positionM: Vector3): string {
  let best = '';
  let bestM = 1.5;
  for (const place of places) {
    const distanceM = Math.hypot(place.positionM[0] - positionM[0], place.positionM[1] - positionM[1]);
    if (distanceM < bestM) {
      best = place.id;
      bestM = distanceM;
    }
  }
  return best;
}

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
      return accessTruth(belief, first);
    case 'open':
    case 'closed': {
      const state = belief.articulation(first)?.state ?? 'unknown';
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
    case 'stowed':
      return 'unknown';
  }
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
  if (track !== undefined) return track.state === 'confirmed' && confidenceOf(track, nowS) >= knownConfidence;
  return belief.map.fixture(id) !== undefined || belief.map.places.has(id);
}

function accessTruth(belief: Belief, id: string): Truth {
  const track = belief.tracker.find(id);
  if (track !== undefined) {
    const { relation, support } = belief.relation(track);
    return relation === 'held-by' || support === '' ? 'true' : accessTruth(belief, support);
  }
  const behind = belief.map.fixture(id)?.behind;
  if (behind === undefined) return 'true';
  const state = belief.articulation(behind)?.state ?? 'unknown';
  return state === 'open' ? 'true' : state === 'closed' ? 'false' : 'unknown';
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
