import type { Vector3 } from '@efferent/core';
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

/**
 * Derives where an object is from geometry.
 *
 * @param track - the object
 * @param others - every other object
 * @param map - fixtures
 * @param articulationPosition - believed joint position of an articulation, m or rad
 */
export function relationOf(
  track: ObjectTrack,
  others: readonly ObjectTrack[],
  map: WorldMap,
  articulationPosition: (id: string) => number,
): Relation {
  if (track.heldBy !== undefined) return { relation: 'held-by', support: track.heldBy };
  const vessel = others.find(
    (other) =>
      other !== track && other.state === 'confirmed' && isVessel(classOf(other)) && liesInside(track, other),
  );
  if (vessel !== undefined) return { relation: 'in', support: vessel.id };
  const bottomM = track.positionM[2] - track.sizeM[2] / 2;
  let best: { readonly fixture: Fixture; readonly distanceM: number } | undefined;
  for (const fixture of map.fixtures.values()) {
    if (!fixture.isSurface && !fixture.isContainer) continue;
    const position = fixture.movesWith === undefined ? 0 : articulationPosition(fixture.movesWith);
    const [x, y, z] = map.mapFromFixture(fixture, position).inverse().apply(track.positionM);
    const inside =
      Math.abs(x) < fixture.sizeM[0] / 2 + edgeSlackM && Math.abs(y) < fixture.sizeM[1] / 2 + edgeSlackM;
    if (!inside) continue;
    const offsetM = bottomM - fixture.floorHeightM;
    const fits = fixture.isSurface
      ? Math.abs(offsetM) < verticalSlackM
      : Math.abs(z) < fixture.sizeM[2] / 2 + verticalSlackM;
    const distanceM = Math.abs(offsetM) + (fixture.isContainer && !fixture.isSurface ? 0.02 : 0);
    if (fits && (best === undefined || distanceM < best.distanceM)) best = { fixture, distanceM };
  }
  if (best !== undefined) return { relation: best.fixture.isSurface ? 'on' : 'in', support: best.fixture.id };
  const below = others.find(
    (other) => other !== track && other.state === 'confirmed' && standsOn(track, other),
  );
  return below === undefined ? { relation: 'unknown', support: '' } : { relation: 'on', support: below.id };
}

const levelDistance = (a: Vector3, b: Vector3): number => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** An object lies in a vessel when its centre is within the rim and its bottom is not above the rim. */
function liesInside(thing: ObjectTrack, vessel: ObjectTrack): boolean {
  if (isVessel(classOf(thing)) || vessel.heldBy !== undefined) return false;
  const radiusM = Math.max(vessel.sizeM[0], vessel.sizeM[1]) / 2;
  const rimM = vessel.positionM[2] + vessel.sizeM[2] / 2;
  const floorM = vessel.positionM[2] - vessel.sizeM[2] / 2;
  const bottomM = thing.positionM[2] - thing.sizeM[2] / 2;
  return (
    levelDistance(thing.positionM, vessel.positionM) < radiusM &&
    bottomM > floorM - 0.04 &&
    bottomM < rimM + 0.02
  );
}

function standsOn(thing: ObjectTrack, other: ObjectTrack): boolean {
  const topM = other.positionM[2] + other.sizeM[2] / 2;
  const bottomM = thing.positionM[2] - thing.sizeM[2] / 2;
  return (
    levelDistance(thing.positionM, other.positionM) < Math.max(other.sizeM[0], other.sizeM[1]) / 2 &&
    Math.abs(bottomM - topM) < 0.03
  );
}
