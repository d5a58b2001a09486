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
import { relationViews } from './view-relations.ts';
import { whereIs } from './where-is.ts';
import { type Fixture, isPersons } from './world-map.ts';

/** How long a look at a surface or container says something about it as a whole, s. */
const recentS = 600;
/** Hypotheses that a view holds for one thing. */
const mostPlaces = 3;

/** Less than this after a view was taken it is still the same moment, s. */
const momentS = 0.001;

/** What of a view depends on the belief alone and not on the time. */
interface Lasting {
  readonly tracks: readonly ObjectTrack[];
  readonly objects: readonly Omit<ObjectView, 'confidence' | 'ageS'>[];
  /** In the order of the map. */
  readonly fixtures: readonly LastingFixture[];
  readonly places: readonly PlaceView[];
  readonly robots: readonly RobotView[];
}
type LastingFixture = Omit<
  FixtureView,
  'state' | 'stateConfidence' | 'seenShare' | 'closelySeenShare' | 'contentsKnown'
>;

/** The newest view of each belief, and what holds of it until the belief changes. */
const newest = new WeakMap<
  Belief,
  { readonly revision: number; readonly lasting: Lasting; readonly view: BeliefView }
>();

/** Takes a snapshot of the belief as plain data; its relations are listed when somebody first reads them. */
export function viewBelief(belief: Belief, nowS: number): BeliefView {
  const { revision } = belief;
  const last = newest.get(belief);
  const isCurrent = last?.revision === revision;
  if (isCurrent && isSameMoment(last.view.timeS, nowS)) return last.view;
  const lasting = isCurrent ? last.lasting : lastingOf(belief);
  const view = takeView(belief, lasting, nowS);
  newest.set(belief, { revision, lasting, view });
  return view;
}

const isSameMoment = (takenS: number, nowS: number): boolean => nowS >= takenS && nowS - takenS < momentS;

function lastingOf(belief: Belief): Lasting {
  const tracks = belief.tracker.objects();
  const objects = tracks.map((track) => lastingObject(belief, track));
  const places = [...belief.map.places.values()].map(
    (place): PlaceView => ({
      id: place.id,
      label: place.label,
      names: place.names,
      positionM: [place.xyYaw[0], place.xyYaw[1], 0],
      furnitureId: place.furnitureId,
      hasPerson:
        isPersons(place) && (belief.map.prior.people.length > 0 || belief.faces(-Infinity).length > 0),
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
  return { tracks, objects, fixtures: lastingFixtures(belief, objects), places, robots };
}

function takeView(belief: Belief, lasting: Lasting, nowS: number): BeliefView {
  const { tracks, places, robots } = lasting;
  const objects = lasting.objects.map((object, index): ObjectView => {
    const track = tracks[index]!;
    // Prompts list the fields in this order.
    return {
      id: object.id,
      className: object.className,
      color: object.color,
      room: object.room,
      source: object.source,
      confidence: confidenceOf(track, belief.map.kinds, nowS),
      positionM: object.positionM,
      sizeM: object.sizeM,
      relation: object.relation,
      support: object.support,
      ageS: Math.max(0, nowS - track.lastSeenS),
      visible: object.visible,
      missing: object.missing,
      likelyPlaces: object.likelyPlaces,
    };
  });
  const fixtures = lasting.fixtures.map((fixture) => fixtureView(belief, fixture, nowS));
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

function lastingObject(belief: Belief, track: ObjectTrack): Lasting['objects'][number] {
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
    positionM: track.positionM,
    sizeM: track.sizeM,
    relation: relation.relation,
    support: relation.support,
    visible: track.visible,
    missing,
    likelyPlaces: [],
  };
}

function likelyPlaces(belief: Belief, track: ObjectTrack, fixtures: readonly FixtureView[], nowS: number) {
  const query = { classNames: [classOf(track)], within: '', track, sinceS: track.lastSeenS };
  return whereIs(belief, fixtures, query, nowS).slice(0, mostPlaces);
}

function lastingFixtures(belief: Belief, objects: Lasting['objects']): readonly LastingFixture[] {
  const coveredM2 = new Map<string, number>();
  for (const { support, sizeM } of objects)
    coveredM2.set(support, (coveredM2.get(support) ?? 0) + sizeM[0] * sizeM[1]);
  return [...belief.map.fixtures.values()].map((fixture) => ({
    id: fixture.id,
    label: fixture.label,
    names: fixture.names,
    furnitureId: fixture.furnitureId,
    room: fixture.room,
    kind: fixture.kind,
    isSurface: fixture.isSurface,
    isContainer: fixture.isContainer,
    opens: fixture.articulation !== undefined && fixture.kind !== 'button',
    hasAccess: fixture.hasAccess,
    behind: fixture.behind,
    fill: Math.min(1, (coveredM2.get(fixture.id) ?? 0) / (fixture.sizeM[0] * fixture.sizeM[1])),
    positionM: centerOf(belief, fixture),
    sizeM: fixture.sizeM,
  }));
}

function fixtureView(belief: Belief, fixture: LastingFixture, nowS: number): FixtureView {
  const { coverage } = belief;
  const { id } = fixture;
  const articulation = fixture.opens ? articulationState(belief.articulation(id), nowS) : undefined;
  return {
    id,
    label: fixture.label,
    names: fixture.names,
    furnitureId: fixture.furnitureId,
    room: fixture.room,
    kind: fixture.kind,
    isSurface: fixture.isSurface,
    isContainer: fixture.isContainer,
    opens: fixture.opens,
    hasAccess: fixture.hasAccess,
    state: articulation?.state ?? 'fixed',
    stateConfidence: articulation?.confidence ?? 1,
    behind: fixture.behind,
    seenShare: coverage.since(id, nowS - recentS),
    closelySeenShare: coverage.closelySince(id, nowS - recentS),
    contentsKnown: coverage.fresh(id, Number.NEGATIVE_INFINITY, nowS, contentsHalfLifeS),
    fill: fixture.fill,
    positionM: fixture.positionM,
    sizeM: fixture.sizeM,
  };
}

function centerOf(belief: Belief, fixture: Fixture): Vector3 {
  const position = fixture.movesWith === undefined ? 0 : belief.articulationPosition(fixture.movesWith);
  return belief.map.mapFromFixture(fixture, position).translation;
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
