import type { Fixture, WorldMap } from '@efferent/agent';
import { type Rng, Transform, type Vector3 } from '@efferent/core';
import { articulationTransform, furnitureTransform } from '@efferent/robot';
import {
  drawPoseInRegion,
  type EntityState,
  type EpisodeSetup,
  type ObjectKind,
  type Scene,
} from '@efferent/sim';
import { type HouseholdRobot, type HouseholdRobotSpec, placeRobot } from './household-robot.ts';

/** A movable thing of the symbolic world. */
export interface Thing {
  readonly id: string;
  readonly kind: ObjectKind;
  /** [width, depth, height], m. */
  readonly sizeM: Vector3;
  /** Fixture or vessel that it is on or in; empty while it is held or not in this episode. */
  supportId: string;
  /** Pose of its foot in the frame of the support; in `map` without one. */
  supportFromThing: Transform;
}

/** Things closer than this to each other's edges are put somewhere else, m. */
const gapM = 0.03;
const placeTries = 60;

/**
 * A household without physics: which thing is on or in what, what is open, and where the robots are.
 *
 * It starts as an episode of the full simulation does and ends in entity states that the same judge reads.
 */
export class Household {
  readonly scene: Scene;
  readonly map: WorldMap;
  readonly things = new Map<string, Thing>();
  /** Joint positions by articulation, m or rad. */
  readonly positions = new Map<string, number>();
  readonly robots = new Map<string, HouseholdRobot>();
  /** Things that lie over the opening of a container or vessel, by its id: nothing goes in before they are gone. */
  readonly covers = new Map<string, string>();
  readonly #rng: Rng;

  constructor(
    scene: Scene,
    map: WorldMap,
    setup: EpisodeSetup,
    robots: readonly HouseholdRobotSpec[],
    rng: Rng,
  ) {
    this.scene = scene;
    this.map = map;
    this.#rng = rng;
    for (const { id, range } of scene.map.articulations)
      this.positions.set(id, setup.articulationPositions.get(id) ?? range[0]);
    for (const { id, kind } of scene.file.objects)
      this.#add(id, scene.kinds.get(kind)!, setup.objectPoses.get(id)!);
    for (const robot of robots) this.robots.set(robot.name, placeRobot(robot, setup.robotPose));
  }

  /** Returns the household as it is now; what happens to one of the two does not happen to the other. */
  copy(rng: Rng): Household {
    const empty: EpisodeSetup = {
      seed: 0,
      robotPose: [0, 0, 0],
      objectPoses: new Map([...this.things.values()].map((thing) => [thing.id, Transform.identity])),
      articulationPositions: this.positions,
    };
    const copy = new Household(this.scene, this.map, empty, [], rng);
    for (const [id, thing] of this.things) copy.things.set(id, { ...thing });
    for (const [name, robot] of this.robots) copy.robots.set(name, { ...robot });
    for (const [id, cover] of this.covers) copy.covers.set(id, cover);
    return copy;
  }

  /** Puts a thing at a pose: on or in the fixture under it. */
  #add(id: string, kind: ObjectKind, mapFromThing: Transform): void {
    const fixture = this.#fixtureUnder(mapFromThing.translation);
    const thing = this.things.get(id) ?? {
      id,
      kind,
      sizeM: sizeOf(kind),
      supportId: '',
      supportFromThing: mapFromThing,
    };
    thing.supportId = fixture?.id ?? '';
    thing.supportFromThing =
      fixture === undefined ? mapFromThing : this.fixturePose(fixture).inverse().multiply(mapFromThing);
    this.things.set(id, thing);
  }

  /** Where a fixture's volume is now. */
  fixturePose(fixture: Fixture): Transform {
    const position = fixture.movesWith === undefined ? 0 : (this.positions.get(fixture.movesWith) ?? 0);
    return this.map.mapFromFixture(fixture, position);
  }

  /** mapFromThing; undefined for a thing that is held or not in this episode. */
  pose(thing: Thing): Transform | undefined {
    const fixture = this.map.fixture(thing.supportId);
    if (fixture !== undefined) return this.fixturePose(fixture).multiply(thing.supportFromThing);
    const vessel = this.things.get(thing.supportId);
    return vessel === undefined ? undefined : this.pose(vessel)?.multiply(thing.supportFromThing);
  }

  isHeld(thing: Thing): boolean {
    return [...this.robots.values()].some((robot) => robot.heldId === thing.id);
  }

  isOpen(articulationId: string): boolean {
    const spec = this.scene.map.articulations.find((each) => each.id === articulationId);
    return spec === undefined || (this.positions.get(articulationId) ?? 0) >= spec.openAt;
  }

  /** Tells whether nothing closed is in front of a fixture or around a thing. */
  isAccessible(id: string): boolean {
    const fixture = this.map.fixture(id);
    if (fixture !== undefined) return fixture.behind === undefined || this.isOpen(fixture.behind);
    const thing = this.things.get(id);
    return thing === undefined || thing.supportId === '' || this.isAccessible(thing.supportId);
  }

  setOpen(articulationId: string, open: boolean): void {
    const spec = this.scene.map.articulations.find((each) => each.id === articulationId);
    if (spec !== undefined) this.positions.set(articulationId, open ? spec.range[1] : spec.range[0]);
  }

  /** Opens what is closed before or around a thing. */
  openBefore(thing: Thing): void {
    const { behind } = this.map.fixture(thing.supportId) ?? {};
    const vessel = this.things.get(thing.supportId);
    if (behind !== undefined) this.setOpen(behind, true);
    if (vessel !== undefined) this.openBefore(vessel);
  }

  /** Takes a thing out of the world into nobody's hand. */
  lift(thing: Thing): void {
    thing.supportId = '';
  }

  /** Tells whether something lies over the opening of a container or vessel. */
  isCovered(id: string): boolean {
    const cover = this.things.get(this.covers.get(id) ?? '');
    return cover !== undefined && cover.supportId === id;
  }

  /** Puts a thing somewhere in a region of the scene. @returns false when there is no room */
  putInRegion(thing: Thing, regionId: string): boolean {
    const occupied = [...this.things.values()]
      .filter((other) => other !== thing)
      .map((other) => this.pose(other)?.translation)
      .filter((position) => position !== undefined);
    const pose = drawPoseInRegion(this.scene, regionId, thing.kind.id, occupied, this.positions, this.#rng);
    if (pose === undefined) return false;
    this.#add(thing.id, thing.kind, pose);
    return true;
  }

  /** Furniture that a thing stands on or in; empty for one that is held. */
  furnitureUnder(thing: Thing): string {
    const vessel = this.things.get(thing.supportId);
    return vessel === undefined
      ? (this.map.fixture(thing.supportId)?.furnitureId ?? '')
      : this.furnitureUnder(vessel);
  }

  /** Furniture that a region of the scene lies on or in. */
  furnitureOfRegion(regionId: string): string {
    const region = this.scene.file.regions.find((each) => each.id === regionId);
    return this.map.fixture(region?.surfaceId ?? region?.containerId ?? '')?.furnitureId ?? '';
  }

  /** Lets two things change places. */
  swap(a: Thing, b: Thing): void {
    const { supportId, supportFromThing } = a;
    a.supportId = b.supportId;
    a.supportFromThing = b.supportFromThing;
    b.supportId = supportId;
    b.supportFromThing = supportFromThing;
  }

  /**
   * Puts a thing down at a free spot.
   *
   * @param supportId - a fixture with a surface or volume, or a thing that holds others
   * @param near - where on it, in `map`; anywhere free without it
   * @returns false when there is no room
   */
  put(thing: Thing, supportId: string, near?: readonly [number, number]): boolean {
    const vessel = this.things.get(supportId);
    if (vessel !== undefined) {
      const spread = (vessel.kind.holds?.radiusM ?? 0.03) * 0.4;
      const at: Vector3 = [this.#rng.range(-spread, spread), this.#rng.range(-spread, spread), 0.015];
      thing.supportId = supportId;
      thing.supportFromThing = new Transform(at, [0, 0, 0, 1]);
      return true;
    }
    const fixture = this.map.fixture(supportId);
    if (fixture === undefined) return false;
    const spot = this.#freeSpot(fixture, thing, near);
    if (spot === undefined) return false;
    thing.supportId = fixture.id;
    thing.supportFromThing = spot;
    return true;
  }

  #freeSpot(fixture: Fixture, thing: Thing, near?: readonly [number, number]): Transform | undefined {
    const floor = fixture.floorHeightM - fixture.mapFromCenter.translation[2] + 0.001;
    const radius = Math.max(thing.sizeM[0], thing.sizeM[1]) / 2;
    const half = [
      Math.max(0, fixture.sizeM[0] / 2 - radius),
      Math.max(0, fixture.sizeM[1] / 2 - radius),
    ] as const;
    const center =
      near === undefined ? undefined : this.fixturePose(fixture).inverse().apply([near[0], near[1], 0]);
    for (let tried = 0; tried < placeTries; tried++) {
      const spread = 0.05 + (0.3 * tried) / placeTries;
      const x =
        center === undefined
          ? this.#rng.range(-half[0], half[0])
          : center[0] + this.#rng.range(-spread, spread);
      const y =
        center === undefined
          ? this.#rng.range(-half[1], half[1])
          : center[1] + this.#rng.range(-spread, spread);
      if (Math.abs(x) > half[0] || Math.abs(y) > half[1]) continue;
      if (this.#isFree(fixture.id, x, y, radius)) return new Transform([x, y, floor], [0, 0, 0, 1]);
    }
    // What is full still takes more on top: a bin, a sink, a drawer.
    return fixture.isContainer && !fixture.isSurface ? new Transform([0, 0, floor], [0, 0, 0, 1]) : undefined;
  }

  #isFree(fixtureId: string, x: number, y: number, radiusM: number): boolean {
    for (const other of this.things.values()) {
      if (other.supportId !== fixtureId) continue;
      const [ox, oy] = other.supportFromThing.translation;
      const reach = radiusM + Math.max(other.sizeM[0], other.sizeM[1]) / 2 + gapM;
      if (Math.hypot(ox - x, oy - y) < reach) return false;
    }
    return true;
  }

  #fixtureUnder(foot: Vector3): Fixture | undefined {
    let best: Fixture | undefined;
    let bestGap = 0.08;
    for (const fixture of this.map.fixtures.values()) {
      if (!fixture.isSurface && !fixture.isContainer) continue;
      const [x, y, z] = this.fixturePose(fixture).inverse().apply(foot);
      if (Math.abs(x) > fixture.sizeM[0] / 2 + 0.02 || Math.abs(y) > fixture.sizeM[1] / 2 + 0.02) continue;
      const gap = Math.abs(z - (fixture.floorHeightM - fixture.mapFromCenter.translation[2]));
      if (gap < bestGap) {
        best = fixture;
        bestGap = gap;
      }
    }
    return best;
  }

  /** What the judge of the full simulation reads. */
  entityStates(): readonly EntityState[] {
    const still = { linearMps: [0, 0, 0] as const, angularRadS: [0, 0, 0] as const };
    const objects = [...this.things.values()].map((thing): EntityState => {
      const isHeld = this.isHeld(thing);
      const pose = this.pose(thing) ?? thing.supportFromThing;
      return { id: thing.id, type: 'object', kind: thing.kind.id, pose, ...still, isHeld };
    });
    const parts = this.scene.map.articulations.map((part): EntityState => {
      const jointPosition = this.positions.get(part.id) ?? 0;
      const pose = articulationPose(this.scene, part.id, jointPosition);
      return {
        id: part.id,
        type: 'articulation',
        kind: part.joint,
        pose,
        ...still,
        jointPosition,
        isHeld: false,
      };
    });
    return [...objects, ...parts];
  }
}

/** mapFromPart; what moves with a drawer is judged in its frame. */
function articulationPose(scene: Scene, id: string, position: number): Transform {
  const part = scene.map.articulations.find((each) => each.id === id)!;
  return furnitureTransform(scene.map, part.furnitureId).multiply(articulationTransform(part, position));
}

/** Extents of a kind's solids about its foot, m. */
function sizeOf(kind: ObjectKind): Vector3 {
  let half = 0;
  let top = 0;
  for (const part of kind.shapes) {
    const [x, y, z] = part.centerM;
    const [rx, ry, rz] = halfExtents(part);
    half = Math.max(half, Math.abs(x) + rx, Math.abs(y) + ry);
    top = Math.max(top, z + rz);
  }
  return [2 * half, 2 * half, top];
}

function halfExtents(part: ObjectKind['shapes'][number]): Vector3 {
  if ('sphere' in part) return [part.sphere.radius, part.sphere.radius, part.sphere.radius];
  if ('box' in part) return [part.box.size[0] / 2, part.box.size[1] / 2, part.box.size[2] / 2];
  const { radius, height } = 'cylinder' in part ? part.cylinder : part.ring;
  return [radius, radius, height / 2];
}
