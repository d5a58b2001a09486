import type { Vector3 } from '@efferent/core';
import { Transform } from '@efferent/core';
import {
  articulationTransform,
  furnitureTransform,
  isButton,
  type MapArticulation,
  type MapPlace,
  type PriorMap,
} from '@efferent/robot';
import type { DeliveryArea, RelationView, RoomView } from './belief-view.ts';
import { Kinds } from './kinds.ts';

/** What a fixture can do for a task. One drawer is a container and an articulation under one id. */
export interface Fixture {
  readonly id: string;
  /** How a person would call it; the first name of the map. */
  readonly label: string;
  readonly names: readonly string[];
  readonly furnitureId: string;
  /** Room that its furniture stands in; empty outside of all rooms. */
  readonly room: string;
  /** Kind of the furniture it belongs to, or `drawer`, `door` or `button` for a part that moves. */
  readonly kind: string;
  readonly isSurface: boolean;
  readonly isContainer: boolean;
  /** The map names edges of its furniture along which a robot may stand. */
  readonly hasAccess: boolean;
  readonly articulation: MapArticulation | undefined;
  /** The articulation that must be open to get at what is on or in it; itself for a drawer. */
  readonly behind: string | undefined;
  /** The articulation whose motion carries the volume along. */
  readonly movesWith: string | undefined;
  /** Box in which things on or in it lie, in the map frame when closed; z of `mapFromCenter` is its middle. */
  readonly mapFromCenter: Transform;
  readonly sizeM: Vector3;
  /** Height of the surface, or of the container's floor, m. */
  readonly floorHeightM: number;
}

/** A named place where the robot's base can stand. */
export interface Place {
  readonly id: string;
  readonly label: string;
  readonly names: readonly string[];
  readonly xyYaw: readonly [number, number, number];
  readonly furnitureId: string | undefined;
  /** Where things for this place are put, e.g. on the table in front of a person. */
  readonly delivery: DeliveryArea | undefined;
}

/** Tells whether a place is where the person is who speaks to the robot. */
export const isPersons = ({ id, names }: Pick<Place, 'id' | 'names'>): boolean =>
  id === 'person' || names.includes('person') || names.includes('me');

const surfaceSlabM = 0.3;

/** The part of the prior map that the agent reasons about: fixtures and places by id. Holds nothing that can move. */
export class WorldMap {
  readonly prior: PriorMap;
  readonly rooms: readonly RoomView[];
  readonly fixtures: ReadonlyMap<string, Fixture>;
  readonly places: ReadonlyMap<string, Place>;
  /** What is known of kinds of things in this household. */
  readonly kinds: Kinds;
  /** What does not change: what is part of what, behind what, and in which room. */
  readonly relations: readonly RelationView[];

  constructor(prior: PriorMap) {
    this.prior = prior;
    this.kinds = new Kinds(prior.kinds);
    this.rooms = roomsOf(prior);
    this.fixtures = fixturesOf(prior, (x, y) => this.roomAt(x, y));
    this.places = new Map(
      prior.places.map((place) => [
        place.id,
        {
          id: place.id,
          label: place.names[0]!,
          names: place.names,
          xyYaw: place.poseXyYaw,
          furnitureId: place.furnitureId,
          delivery: deliveryOf(prior, place.delivery),
        },
      ]),
    );
    this.relations = relationsOf(this);
  }

  /** Returns the room at a point of the map, or an empty string. */
  roomAt(x: number, y: number): string {
    const { rooms } = this;
    return (
      rooms.find(({ minM, maxM }) => x >= minM[0] && x <= maxM[0] && y >= minM[1] && y <= maxM[1])?.id ?? ''
    );
  }

  /** Returns the fixture of this id, or undefined. */
  fixture(id: string): Fixture | undefined {
    return this.fixtures.get(id);
  }

  /** Returns where a fixture's volume is when its articulation stands at `position` (m or rad). */
  mapFromFixture(fixture: Fixture, position: number): Transform {
    const articulation =
      fixture.movesWith === undefined ? undefined : this.fixtures.get(fixture.movesWith)?.articulation;
    if (articulation === undefined || position === 0) return fixture.mapFromCenter;
    const mapFromFurniture = furnitureTransform(this.prior, fixture.furnitureId);
    const furnitureFromCenter = mapFromFurniture.inverse().multiply(fixture.mapFromCenter);
    return mapFromFurniture
      .multiply(articulationTransform(articulation, position))
      .multiply(furnitureFromCenter);
  }
}

function deliveryOf(prior: PriorMap, delivery: MapPlace['delivery']): DeliveryArea | undefined {
  const surface = prior.surfaces.find((candidate) => candidate.id === delivery?.surfaceId);
  if (delivery === undefined || surface === undefined) return undefined;
  const mapFromFurniture = furnitureTransform(prior, surface.furnitureId);
  const [x, y] = mapFromFurniture.apply([delivery.centerM[0], delivery.centerM[1], 0]);
  return { surfaceId: surface.id, centerM: [x, y], yawRad: mapFromFurniture.yaw, sizeM: delivery.sizeM };
}

/** Rooms of the map; without any, all of it is one. */
function roomsOf(prior: PriorMap): readonly RoomView[] {
  const rooms = prior.rooms.length > 0 ? prior.rooms : [prior];
  return rooms.map(({ id, names, bounds: { minM, maxM } }) => ({ id, label: names[0]!, names, minM, maxM }));
}

function relationsOf(map: WorldMap): readonly RelationView[] {
  const relations: RelationView[] = [];
  const add = (subject: string, relation: RelationView['relation'], object: string | undefined) => {
    if (object !== undefined && object !== '' && object !== subject)
      relations.push({ subject, relation, object, confidence: 1, stampS: 0, source: 'map' });
  };
  for (const { id, poseXyYaw } of map.prior.furniture)
    add(id, 'inside-room', map.roomAt(poseXyYaw[0], poseXyYaw[1]));
  for (const fixture of map.fixtures.values()) {
    add(fixture.id, 'part-of', fixture.furnitureId);
    add(fixture.id, 'behind', fixture.behind);
  }
  for (const { id, xyYaw } of map.places.values()) add(id, 'inside-room', map.roomAt(xyYaw[0], xyYaw[1]));
  return relations;
}

function fixturesOf(prior: PriorMap, roomAt: (x: number, y: number) => string): ReadonlyMap<string, Fixture> {
  const fixtures = new Map<string, Fixture>();
  const kindOf = (id: string) =>
    prior.furniture.find((furniture) => furniture.id === id)?.kind ?? 'furniture';
  const hasAccess = (id: string) =>
    prior.furniture.some((furniture) => furniture.id === id && furniture.access.length > 0);
  const roomOf = (furnitureId: string) => {
    const { translation } = furnitureTransform(prior, furnitureId);
    return roomAt(translation[0], translation[1]);
  };
  const boxIn = (furnitureId: string, center: Vector3) =>
    furnitureTransform(prior, furnitureId).multiply(new Transform(center, [0, 0, 0, 1]));
  for (const surface of prior.surfaces) {
    const height = Math.min(surface.clearanceM ?? surfaceSlabM, surfaceSlabM);
    fixtures.set(surface.id, {
      id: surface.id,
      label: surface.names[0] ?? surface.id,
      names: surface.names,
      furnitureId: surface.furnitureId,
      room: roomOf(surface.furnitureId),
      kind: kindOf(surface.furnitureId),
      hasAccess: hasAccess(surface.furnitureId),
      isSurface: true,
      isContainer: false,
      articulation: undefined,
      behind: surface.behindArticulationId,
      movesWith: undefined,
      mapFromCenter: boxIn(surface.furnitureId, [
        surface.centerM[0],
        surface.centerM[1],
        surface.heightM + height / 2,
      ]),
      sizeM: [surface.sizeM[0], surface.sizeM[1], height],
      floorHeightM: surface.heightM,
    });
  }
  for (const articulation of prior.articulations) {
    const front = articulation.boxes[0]!;
    fixtures.set(articulation.id, {
      id: articulation.id,
      label: articulation.names[0]!,
      names: articulation.names,
      furnitureId: articulation.furnitureId,
      hasAccess: hasAccess(articulation.furnitureId),
      room: roomOf(articulation.furnitureId),
      kind: isButton(articulation) ? 'button' : articulation.joint === 'prismatic' ? 'drawer' : 'door',
      isSurface: false,
      isContainer: false,
      articulation,
      behind: undefined,
      movesWith: articulation.id,
      mapFromCenter: boxIn(articulation.furnitureId, front.centerM),
      sizeM: front.sizeM,
      floorHeightM: 0,
    });
  }
  for (const container of prior.containers) {
    const { centerM, sizeM } = container.interior;
    const same = fixtures.get(container.id);
    fixtures.set(container.id, {
      id: container.id,
      label: container.names[0]!,
      names: container.names,
      furnitureId: container.furnitureId,
      hasAccess: hasAccess(container.furnitureId),
      room: roomOf(container.furnitureId),
      kind: same?.kind ?? kindOf(container.furnitureId),
      isSurface: same?.isSurface ?? false,
      isContainer: true,
      articulation: same?.articulation,
      behind: container.behindArticulationId,
      movesWith: container.movesWithArticulationId,
      mapFromCenter: boxIn(container.furnitureId, centerM),
      sizeM,
      floorHeightM: centerM[2] - sizeM[2] / 2,
    });
  }
  return fixtures;
}
