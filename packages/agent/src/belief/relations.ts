import type { Transform, Vector3 } from '@efferent/core';
import { classOf, type ObjectTrack } from './object-track.ts';
import type { Fixture, WorldMap } from './world-map.ts';

export interface Relation {
  readonly relation: 'on' | 'in' | 'held-by' | 'unknown';
  /** Id of a fixture, an object or a robot; empty when unknown. */
  readonly support: string;
}

/** Classes whose inside can hold other things; the agent's own knowledge of kinds, not of this room. */
const openVessels = ['bowl', 'basket', 'tray', 'box', 'pot', 'pan'];

/** Tells whether things can be put into an object of this class. */
export const isVessel = (className: string): boolean =>
  openVessels.some((name) => className === name || className.endsWith(`-${name}`));

const verticalSlackM = 0.06;
const edgeSlackM = 0.03;

interface FixturePlace {
  readonly fixture: Fixture;
  /** No point of it is farther from its middle on the level, m; what stands still is upright, what moves may tilt. */
  readonly reachM: number;
  positionWas: number;
  fixtureFromMap: Transform;
}

/** Surfaces and containers where they are now. */
export class FixtureFrames {
  readonly #map: WorldMap;
  readonly #articulationPosition: (id: string) => number;
  readonly #places: FixturePlace[];

  constructor(map: WorldMap, articulationPosition: (id: string) => number) {
    this.#map = map;
    this.#articulationPosition = articulationPosition;
    this.#places = [...map.fixtures.values()]
      .filter((fixture) => fixture.isSurface || fixture.isContainer)
      .map((fixture) => ({
        fixture,
        reachM:
          fixture.movesWith === undefined
            ? Math.hypot(fixture.sizeM[0], fixture.sizeM[1]) / 2 + 2 * edgeSlackM
            : Number.POSITIVE_INFINITY,
        positionWas: 0,
        fixtureFromMap: fixture.mapFromCenter.inverse(),
      }));
  }

  /** Returns the surface or container that something is on or in, by its middle and its lowest height. */
  under(middleM: Vector3, bottomM: number): Fixture | undefined {
    let best: Fixture | undefined;
    let bestM = Number.POSITIVE_INFINITY;
    for (const { fixture, fixtureFromMap, reachM } of this.#now()) {
      if (!areNear(fixture.mapFromCenter.translation, middleM, reachM)) continue;
      const [x, y, z] = fixtureFromMap.apply(middleM);
      const inside =
        Math.abs(x) < fixture.sizeM[0] / 2 + edgeSlackM && Math.abs(y) < fixture.sizeM[1] / 2 + edgeSlackM;
      if (!inside) continue;
      const offsetM = Math.abs(bottomM - fixture.floorHeightM);
      const fits = fixture.isSurface
        ? offsetM < verticalSlackM
        : Math.abs(z) < fixture.sizeM[2] / 2 + verticalSlackM;
      const distanceM = offsetM + (fixture.isContainer && !fixture.isSurface ? 0.02 : 0);
      if (!fits || distanceM >= bestM) continue;
      best = fixture;
      bestM = distanceM;
    }
    return best;
  }

  /** Returns the id of the fixture whose volume holds a point, or an empty string. */
  around(pointM: Vector3): string {
    for (const { fixture, fixtureFromMap } of this.#now()) {
      const [x, y, z] = fixtureFromMap.apply(pointM);
      const [width, depth, height] = fixture.sizeM;
      if (Math.abs(x) < width / 2 && Math.abs(y) < depth / 2 && Math.abs(z) < height / 2 + 0.1)
        return fixture.id;
    }
    return '';
  }

  #now() {
    for (const place of this.#places) {
      const { movesWith } = place.fixture;
      const position = movesWith === undefined ? 0 : this.#articulationPosition(movesWith);
      if (position === place.positionWas) continue;
      place.positionWas = position;
      place.fixtureFromMap = this.#map.mapFromFixture(place.fixture, position).inverse();
    }
    return this.#places;
  }
}

/**
 * Derives where an object is from geometry.
 *
 * @param track - the object
 * @param others - every object
 * @param vessels - those of them that hold others
 * @param frames - surfaces and containers
 */
export function relationOf(
  track: ObjectTrack,
  others: readonly ObjectTrack[],
  vessels: readonly ObjectTrack[],
  frames: FixtureFrames,
): Relation {
  if (track.heldBy !== undefined) return { relation: 'held-by', support: track.heldBy };
  const vessel = vessels.find(
    (other) => other !== track && other.state === 'confirmed' && liesInside(track, other),
  );
  if (vessel !== undefined) return { relation: 'in', support: vessel.id };
  const fixture = frames.under(track.positionM, track.positionM[2] - track.sizeM[2] / 2);
  if (fixture !== undefined) return { relation: fixture.isSurface ? 'on' : 'in', support: fixture.id };
  const below = others.find(
    (other) => other !== track && other.state === 'confirmed' && standsOn(track, other),
  );
  return below === undefined ? { relation: 'unknown', support: '' } : { relation: 'on', support: below.id };
}

/** Tells whether two points are nearer to each other on the level than a limit; without a root, for loops over pairs. */
function areNear(a: Vector3, b: Vector3, limitM: number): boolean {
  const dx = a[0] - b[0];
  const dy = a[1] - b[1];
  return dx * dx + dy * dy < limitM * limitM;
}

/** An object lies in a vessel when its centre is within the rim and its bottom is not above the rim. */
function liesInside(thing: ObjectTrack, vessel: ObjectTrack): boolean {
  const radiusM = Math.max(vessel.sizeM[0], vessel.sizeM[1]) / 2;
  if (!areNear(thing.positionM, vessel.positionM, radiusM)) return false;
  if (isVessel(classOf(thing)) || vessel.heldBy !== undefined) return false;
  const rimM = vessel.positionM[2] + vessel.sizeM[2] / 2;
  const floorM = vessel.positionM[2] - vessel.sizeM[2] / 2;
  const bottomM = thing.positionM[2] - thing.sizeM[2] / 2;
  return bottomM > floorM - 0.04 && bottomM < rimM + 0.02;
}

function standsOn(thing: ObjectTrack, other: ObjectTrack): boolean {
  const topM = other.positionM[2] + other.sizeM[2] / 2;
  const bottomM = thing.positionM[2] - thing.sizeM[2] / 2;
  return (
    areNear(thing.positionM, other.positionM, Math.max(other.sizeM[0], other.sizeM[1]) / 2) &&
    Math.abs(bottomM - topM) < 0.03
  );
}
