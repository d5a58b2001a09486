import type { Vector3 } from '@efferent/core';
import { colorOf } from '../language/colors.ts';
import type { Belief } from './belief.ts';
import type {
  BeliefView,
  ExpectedThing,
  FixtureView,
  ObjectView,
  PlaceView,
  RelationView,
  RobotView,
} from './belief-view.ts';
import { articulationState, confidenceOf, knownConfidence } from './confidence.ts';
import { contentsHalfLifeS } from './kinds.ts';
import { classOf, type ObjectTrack } from './object-track.ts';
import { whereIs } from './where-is.ts';
import type { Fixture, WorldMap } from './world-map.ts';

/** How long a look at a surface or container says something about it as a whole, s. */
const recentS = 600;
/** Hypotheses that a view holds for one thing. */
const mostPlaces = 3;
/** Gap between the sides of two things that are near each other, and how many such are named for one, m. */
const nearM = 0.15;
const mostNear = 3;

/** Less than this after a view was taken it is still the same moment, s. */
const momentS = 0.001;
/** The newest view of each belief; it holds until the belief or the time changes. */
const newest = new WeakMap<Belief, { readonly revision: number; readonly view: BeliefView }>();

/** Takes a snapshot of the belief as plain data; its relations are listed when somebody first reads them. */
export function viewBelief(belief: Belief, nowS: number): BeliefView {
  const { revision } = belief;
  const last = newest.get(belief);
  if (last?.revision === revision && isSameMoment(last.view.timeS, nowS)) return last.view;
  const view = takeView(belief, nowS);
  newest.set(belief, { revision, view });
  return view;
}

const isSameMoment = (takenS: number, nowS: number): boolean => nowS >= takenS && nowS - takenS < momentS;

function takeView(belief: Belief, nowS: number): BeliefView {
  const tracks = belief.tracker.objects();
  const objects = tracks.map((track) => objectView(belief, track, nowS));
  const fixtures = fixtureViews(belief, objects, nowS);
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
  let relations: readonly RelationView[] | undefined;
  return {
    timeS: nowS,
    rooms: belief.map.rooms,
    objects: objects.map((object, index) =>
      object.confidence >= knownConfidence
        ? object
        : { ...object, likelyPlaces: likelyPlaces(belief, tracks[index]!, fixtures, nowS) },
    ),
    fixtures,
    places,
    robots,
    get relations() {
      relations ??= relationViews(belief.map, objects, robots, nowS);
      return relations;
    },
    expected: [],
  };
}

/** The same view with things that a task speaks of and that are not among its objects. */
export function withExpected(view: BeliefView, expected: readonly ExpectedThing[]): BeliefView {
  const { timeS, rooms, objects, fixtures, places, robots } = view;
  return {
    timeS,
    rooms,
    objects,
    fixtures,
    places,
    robots,
    get relations() {
      return view.relations;
    },
    expected,
  };
}

function objectView(belief: Belief, track: ObjectTrack, nowS: number): ObjectView {
  const missing = track.state === 'missing';
  const relation = missing ? { relation: 'unknown' as const, support: '' } : belief.relation(track);
  const className = classOf(track);
  const [x, y] = track.positionM;
  return {
    id: track.id,
    className,
    color: colorOf(className),
    room: missing ? '' : belief.map.roomAt(x, y),
    source:
      track.heldBy !== undefined || belief.assertedS(track) !== undefined ? 'effect' : ('detection' as const),
    confidence: confidenceOf(track, belief.map.kinds, nowS),
    positionM: track.positionM,
    sizeM: track.sizeM,
    relation: relation.relation,
    support: relation.support,
    ageS: Math.max(0, nowS - track.lastSeenS),
    visible: track.visible,
    missing,
    likelyPlaces: [],
  };
}

function likelyPlaces(belief: Belief, track: ObjectTrack, fixtures: readonly FixtureView[], nowS: number) {
  const query = { classNames: [classOf(track)], within: '', track, sinceS: track.lastSeenS };
  return whereIs(belief, fixtures, query, nowS).slice(0, mostPlaces);
}

function fixtureViews(belief: Belief, objects: readonly ObjectView[], nowS: number): readonly FixtureView[] {
  const coveredM2 = new Map<string, number>();
  for (const { support, sizeM } of objects)
    coveredM2.set(support, (coveredM2.get(support) ?? 0) + sizeM[0] * sizeM[1]);
  return [...belief.map.fixtures.values()].map((fixture) => {
    const articulation =
      fixture.articulation === undefined
        ? undefined
        : articulationState(belief.articulation(fixture.id), nowS);
    return {
      id: fixture.id,
      label: fixture.label,
      names: fixture.names,
      furnitureId: fixture.furnitureId,
      room: fixture.room,
      kind: fixture.kind,
      isSurface: fixture.isSurface,
      isContainer: fixture.isContainer,
      opens: articulation !== undefined,
      hasAccess: fixture.hasAccess,
      state: articulation?.state ?? 'fixed',
      stateConfidence: articulation?.confidence ?? 1,
      behind: fixture.behind,
      seenShare: belief.coverage.since(fixture.id, nowS - recentS),
      closelySeenShare: belief.coverage.closelySince(fixture.id, nowS - recentS),
      contentsKnown: belief.coverage.fresh(fixture.id, Number.NEGATIVE_INFINITY, nowS, contentsHalfLifeS),
      fill: Math.min(1, (coveredM2.get(fixture.id) ?? 0) / (fixture.sizeM[0] * fixture.sizeM[1])),
      positionM: centerOf(belief, fixture),
      sizeM: fixture.sizeM,
    };
  });
}

function centerOf(belief: Belief, fixture: Fixture): Vector3 {
  const position = fixture.movesWith === undefined ? 0 : belief.articulationPosition(fixture.movesWith);
  return belief.map.mapFromFixture(fixture, position).translation;
}

/** All edges: what never changes, where things are, and what is near what. */
function relationViews(
  map: WorldMap,
  objects: readonly ObjectView[],
  robots: readonly RobotView[],
  nowS: number,
): readonly RelationView[] {
  const relations = [...map.relations];
  const bySupport = new Map<string, ObjectView[]>();
  for (const object of objects) {
    if (object.missing) continue;
    const { id, source, confidence } = object;
    const edge = { subject: id, confidence, stampS: nowS - object.ageS, source };
    if (object.relation !== 'unknown')
      relations.push({ ...edge, relation: object.relation, object: object.support });
    if (object.room !== '') relations.push({ ...edge, relation: 'inside-room', object: object.room });
    const others = bySupport.get(object.support);
    if (others === undefined) bySupport.set(object.support, [object]);
    else others.push(object);
  }
  for (const together of bySupport.values()) addNear(relations, together, nowS);
  for (const { name, positionM } of robots) {
    const room = map.roomAt(positionM[0], positionM[1]);
    const edge = { subject: name, relation: 'inside-room', confidence: 1, stampS: nowS } as const;
    if (room !== '') relations.push({ ...edge, object: room, source: 'detection' });
  }
  return relations;
}

/** Names, for each of some things on one support, the nearest of the others. */
function addNear(relations: RelationView[], together: readonly ObjectView[], nowS: number): void {
  const things = together
    .map((object) => ({ object, radiusM: Math.max(object.sizeM[0], object.sizeM[1]) / 2 }))
    .sort((a, b) => a.object.positionM[0] - b.object.positionM[0]);
  const widestM = Math.max(...things.map(({ radiusM }) => radiusM));
  for (const [index, { object, radiusM }] of things.entries()) {
    const [x, y] = object.positionM;
    const near: { readonly other: ObjectView; readonly gapM: number }[] = [];
    for (let next = index + 1; next < things.length; next++) {
      const { object: other, radiusM: otherM } = things[next]!;
      const dx = other.positionM[0] - x;
      if (dx > radiusM + widestM + nearM) break;
      if (Math.abs(other.positionM[1] - y) > radiusM + otherM + nearM) continue;
      const gapM = Math.hypot(dx, other.positionM[1] - y) - radiusM - otherM;
      if (gapM < nearM) near.push({ other, gapM });
    }
    near.sort((a, b) => a.gapM - b.gapM);
    for (const { other } of near.slice(0, mostNear))
      relations.push({
        subject: object.id,
        relation: 'near',
        object: other.id,
        confidence: object.confidence * other.confidence,
        stampS: nowS - Math.max(object.ageS, other.ageS),
        source: object.source,
      });
  }
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
