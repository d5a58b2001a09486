import { ContractError, Transform } from '@efferent/core';
import { placedBoxes } from '@efferent/robot';
import { type AABB, Body, Box, Broadphase, Vec3, World } from 'cannon-es';
import { Articulation } from './articulation.ts';
import { ContactSolver, setFriction } from './contact-solver.ts';
import { BoxSet, writeTransform } from './obb.ts';
import { SimObject } from './object-body.ts';
import { personBoxes } from './people.ts';
import type { Scene } from './scene-file.ts';

/** Friction of the fingers' rubber pads and of bare metal. */
export const padFriction = 1.0;
const linkFriction = 0.3;

/** A solid that is not moved by contacts: its cannon body and what it belongs to. */
export interface Obstacle {
  readonly ownerId: string;
  readonly part: 'wall' | 'furniture' | 'articulation' | 'handle' | 'floor' | 'person';
  readonly body: Body;
}

/** What contacts need to know of the robot: see {@link RobotPlant}. */
export interface RobotContacts {
  /** World bounds of all its solids: min x, y, z, max x, y, z. */
  readonly bounds: Float64Array;
  readonly isMoving: boolean;
  readonly solids: readonly RobotSolidBody[];
  /** Tells whether a solid comes within `marginM` of a body's bounds. */
  isNear(body: Body, marginM: number): boolean;
  /** Brings the solids' bodies to where they are. */
  refreshBodies(): void;
}

/** A link's solid of the robot as the contacts see it: kinematic, moved by the plant. */
export interface RobotSolidBody {
  readonly linkName: string;
  readonly isPad: boolean;
  readonly body: Body;
}

/**
 * Movable objects on cannon-es among furniture, drawers and doors, and the robot's links.
 *
 * Only movable objects are in cannon's list of bodies; what contacts cannot move is paired by our own broadphase. A step in which
 * every object sleeps and nothing comes near one is skipped.
 */
export class PhysicsWorld {
  readonly scene: Scene;
  readonly dtS: number;
  readonly objects: readonly SimObject[];
  readonly articulations: readonly Articulation[];
  /** Fixed solids and moving parts, in the order of `obstacleBoxes`. */
  readonly obstacles: readonly Obstacle[];
  readonly obstacleBoxes: BoxSet;
  readonly solver = new ContactSolver(16);
  readonly world: World;
  readonly robots: RobotContacts[] = [];
  /** Number of steps that ran, and that were skipped because nothing could change. */
  readonly steps = { run: 0, skipped: 0 };
  readonly #objectById: ReadonlyMap<string, SimObject>;
  readonly #articulationById: ReadonlyMap<string, Articulation>;
  readonly #articulationBodies: {
    readonly articulation: Articulation;
    readonly body: Body;
    readonly firstBox: number;
  }[] = [];
  readonly #pose = new Float64Array(12);

  constructor(scene: Scene) {
    this.scene = scene;
    this.dtS = 1 / scene.file.physics.rateHz;
    this.world = new World({ gravity: new Vec3(0, 0, -scene.file.physics.gravityMps2), allowSleep: true });
    this.world.solver = this.solver;
    this.world.defaultContactMaterial.friction = 0; // friction is the solver's own
    ignoreOverlapBookkeeping(this.world);
    this.objects = scene.file.objects.map(({ id, kind }) => {
      const objectKind = scene.kinds.get(kind);
      if (objectKind === undefined)
        throw new ContractError({
          code: 'unknown-kind',
          message: `object ${id} has the unknown kind ${kind}`,
        });
      return new SimObject(id, objectKind);
    });
    for (const object of this.objects) this.world.addBody(object.body);
    this.#objectById = new Map(this.objects.map((object) => [object.id, object]));
    this.articulations = scene.map.articulations.map((spec) => {
      const physics = scene.file.articulations.find((a) => a.id === spec.id);
      if (physics === undefined)
        throw new ContractError({ code: 'unknown-articulation', message: `${spec.id} has no physics` });
      return new Articulation(scene.map, spec, physics);
    });
    this.#articulationById = new Map(this.articulations.map((a) => [a.id, a]));
    const { obstacles, boxes } = this.#buildObstacles(scene);
    this.obstacles = obstacles;
    this.obstacleBoxes = boxes;
    this.world.broadphase = new SceneBroadphase(this);
    for (const articulation of this.articulations) this.placeArticulation(articulation, 0);
  }

  /** @throws {@link ContractError} code `unknown-entity` */
  object(id: string): SimObject {
    const found = this.#objectById.get(id);
    if (found) return found;
    throw new ContractError({
      code: 'unknown-entity',
      message: `the scene has no object "${id}"; it has ${[...this.#objectById.keys()].join(', ')}`,
      fields: { id },
    });
  }

  findObject(id: string): SimObject | undefined {
    return this.#objectById.get(id);
  }

  findArticulation(id: string): Articulation | undefined {
    return this.#articulationById.get(id);
  }

  /** Moves the cannon bodies and boxes of an articulation to its position; `velocity` drags what lies on it. */
  placeArticulation(articulation: Articulation, velocity: number): void {
    const entry = this.#articulationBodies.find((e) => e.articulation === articulation);
    if (entry === undefined) return;
    const mapFromPart = articulation.mapFromPart();
    const { body } = entry;
    body.position.set(...mapFromPart.translation);
    body.quaternion.set(...mapFromPart.rotation);
    setKinematicVelocity(body, articulation, velocity);
    body.aabbNeedsUpdate = true;
    const { boxes, handle } = articulation.spec;
    for (let i = 0; i <= boxes.length; i++) {
      const centerM = boxes[i]?.centerM ?? handle.positionM;
      writeTransform(new Transform(mapFromPart.apply(centerM), mapFromPart.rotation), this.#pose, 0);
      this.obstacleBoxes.place(entry.firstBox + i, this.#pose, 0);
    }
    if (velocity !== 0) this.wakeNear(body.aabb, 0.02, body);
  }

  /** Wakes sleeping objects whose bounds come within `marginM` of `bounds`. */
  wakeNear(bounds: AABB, marginM: number, owner?: Body): void {
    if (owner?.aabbNeedsUpdate) owner.updateAABB();
    for (const { body } of this.objects) {
      if (body.sleepState !== Body.SLEEPING) continue;
      if (body.aabbNeedsUpdate) body.updateAABB();
      if (aabbTouch(body.aabb, bounds, marginM)) body.wakeUp();
    }
  }

  /** Advances the objects by one step, or skips it when nothing can change. */
  step(): void {
    if (!this.#needsStep()) {
      this.steps.skipped++;
      this.solver.clearContacts();
      this.world.time += this.dtS;
      return;
    }
    this.steps.run++;
    for (const robot of this.robots) robot.refreshBodies();
    this.world.step(this.dtS);
  }

  #needsStep(): boolean {
    for (const { body } of this.objects) {
      if (body.type !== Body.DYNAMIC) continue;
      if (body.sleepState !== Body.SLEEPING) return true;
      for (const robot of this.robots) {
        if (!robot.isMoving) continue;
        if (body.aabbNeedsUpdate) body.updateAABB();
        if (nearBounds(body.aabb, robot.bounds, 0.005) && robot.isNear(body, 0.002)) return true;
      }
    }
    return false;
  }

  #buildObstacles(scene: Scene): { obstacles: Obstacle[]; boxes: BoxSet } {
    const placed = [
      ...placedBoxes(scene.map),
      ...personBoxes(scene.file.people).map(({ partId, mapFromBox, sizeM }) => ({
        ownerId: partId,
        part: 'person' as const,
        mapFromBox,
        sizeM,
      })),
    ];
    const boxes = new BoxSet(placed.length + 1);
    const obstacles: Obstacle[] = [];
    placed.forEach((p, i) => {
      boxes.setHalfSize(i, p.sizeM[0] / 2, p.sizeM[1] / 2, p.sizeM[2] / 2);
      writeTransform(p.mapFromBox, this.#pose, 0);
      boxes.place(i, this.#pose, 0);
      const moving = this.#articulationById.get(p.ownerId);
      const isMoving = moving !== undefined && (p.part === 'articulation' || p.part === 'handle');
      const body = isMoving
        ? this.#articulationBody(moving, i)
        : fixedBody(p.mapFromBox, p.sizeM, scene.file.physics.defaultFriction);
      obstacles.push({ ownerId: p.ownerId, part: p.part, body });
    });
    const floor = placed.length;
    boxes.setHalfSize(floor, 5, 5, 0.1);
    writeTransform(floorPose, this.#pose, 0);
    boxes.place(floor, this.#pose, 0);
    obstacles.push({
      ownerId: 'floor',
      part: 'floor',
      body: fixedBody(floorPose, [10, 10, 0.2], scene.file.physics.defaultFriction),
    });
    return { obstacles, boxes };
  }

  #articulationBody(articulation: Articulation, firstBox: number): Body {
    const known = this.#articulationBodies.find((e) => e.articulation === articulation);
    if (known !== undefined) return known.body;
    const body = new Body({ mass: 0, type: Body.KINEMATIC, allowSleep: false });
    const { spec } = articulation;
    for (const b of [...spec.boxes, spec.handle]) {
      const center = 'centerM' in b ? b.centerM : b.positionM;
      body.addShape(new Box(new Vec3(b.sizeM[0] / 2, b.sizeM[1] / 2, b.sizeM[2] / 2)), new Vec3(...center));
    }
    setFriction(body, this.scene.file.physics.defaultFriction);
    this.#articulationBodies.push({ articulation, body, firstBox });
    return body;
  }
}

const floorPose = new Transform([0, 0, -0.1], [0, 0, 0, 1]);

function fixedBody(mapFromBox: Transform, sizeM: readonly [number, number, number], friction: number): Body {
  const body = new Body({ mass: 0, type: Body.STATIC });
  body.addShape(new Box(new Vec3(sizeM[0] / 2, sizeM[1] / 2, sizeM[2] / 2)));
  body.position.set(...mapFromBox.translation);
  body.quaternion.set(...mapFromBox.rotation);
  setFriction(body, friction);
  body.updateAABB();
  return body;
}

/** Makes the kinematic body of one solid of a robot link. */
export function robotSolidBody(
  linkName: string,
  halfSizeM: readonly [number, number, number],
  isPad: boolean,
): RobotSolidBody {
  const body = new Body({ mass: 0, type: Body.KINEMATIC, allowSleep: false });
  body.addShape(new Box(new Vec3(...halfSizeM)));
  setFriction(body, isPad ? padFriction : linkFriction);
  return { linkName, isPad, body };
}

function setKinematicVelocity(body: Body, articulation: Articulation, velocity: number): void {
  const axisMap = articulation.mapFromFurniture.apply(articulation.spec.axis);
  const origin = articulation.mapFromFurniture.translation;
  const axis = [axisMap[0] - origin[0], axisMap[1] - origin[1], axisMap[2] - origin[2]] as const;
  if (articulation.spec.joint === 'prismatic') {
    body.velocity.set(axis[0] * velocity, axis[1] * velocity, axis[2] * velocity);
    return;
  }
  const hinge = articulation.mapFromFurniture.apply(articulation.spec.originM);
  const w = new Vec3(axis[0] * velocity, axis[1] * velocity, axis[2] * velocity);
  const r = new Vec3(body.position.x - hinge[0], body.position.y - hinge[1], body.position.z - hinge[2]);
  body.angularVelocity.copy(w);
  w.cross(r, body.velocity);
}

/** Pairs awake objects with what they could touch; nothing else needs contacts. */
class SceneBroadphase extends Broadphase {
  readonly #physics: PhysicsWorld;
  readonly #fixed: readonly Body[];

  constructor(physics: PhysicsWorld) {
    super();
    this.#physics = physics;
    this.#fixed = [...new Set(physics.obstacles.map((o) => o.body))];
  }

  override collisionPairs(_world: World, pairs1: Body[], pairs2: Body[]): void {
    const { objects, robots } = this.#physics;
    for (const { body } of objects) if (body.aabbNeedsUpdate) body.updateAABB();
    for (const body of this.#fixed) if (body.aabbNeedsUpdate) body.updateAABB();
    for (let i = 0; i < objects.length; i++) {
      const body = (objects[i] as SimObject).body;
      const moves = body.type === Body.DYNAMIC;
      const awake = moves && body.sleepState !== Body.SLEEPING;
      for (const robot of robots) {
        if (!moves || !nearBounds(body.aabb, robot.bounds, 0.001)) continue;
        for (const solid of robot.solids) {
          if (!aabbTouch(body.aabb, solid.body.aabb, 0.001)) continue;
          if (!awake && isMoving(solid.body)) body.wakeUp();
          if (body.sleepState !== Body.SLEEPING) {
            pairs1.push(body);
            pairs2.push(solid.body);
          }
        }
      }
      if (awake) {
        for (const fixed of this.#fixed) {
          if (!aabbTouch(body.aabb, fixed.aabb, 0)) continue;
          pairs1.push(body);
          pairs2.push(fixed);
        }
      }
      for (let j = i + 1; j < objects.length; j++) {
        const other = (objects[j] as SimObject).body;
        const otherAwake = other.type === Body.DYNAMIC && other.sleepState !== Body.SLEEPING;
        const carried = (!moves && isMoving(body)) || (other.type !== Body.DYNAMIC && isMoving(other));
        if (!awake && !otherAwake && !carried) continue;
        if (!moves && other.type !== Body.DYNAMIC) continue;
        if (!aabbTouch(body.aabb, other.aabb, 0)) continue;
        if (carried) (moves ? body : other).wakeUp();
        pairs1.push(body);
        pairs2.push(other);
      }
    }
  }
}

function isMoving(body: Body): boolean {
  return body.velocity.lengthSquared() + body.angularVelocity.lengthSquared() > 1e-8;
}

function aabbTouch(a: AABB, b: AABB, margin: number): boolean {
  const al = a.lowerBound;
  const au = a.upperBound;
  const bl = b.lowerBound;
  const bu = b.upperBound;
  return (
    al.x - margin <= bu.x &&
    au.x + margin >= bl.x &&
    al.y - margin <= bu.y &&
    au.y + margin >= bl.y &&
    al.z - margin <= bu.z &&
    au.z + margin >= bl.z
  );
}

function nearBounds(a: AABB, bounds: Float64Array, margin: number): boolean {
  return (
    a.lowerBound.x - margin <= (bounds[3] as number) &&
    a.upperBound.x + margin >= (bounds[0] as number) &&
    a.lowerBound.y - margin <= (bounds[4] as number) &&
    a.upperBound.y + margin >= (bounds[1] as number) &&
    a.lowerBound.z - margin <= (bounds[5] as number) &&
    a.upperBound.z + margin >= (bounds[2] as number)
  );
}

/** Cannon keeps O(n^2) tables of overlaps for events that nobody here listens to. */
function ignoreOverlapBookkeeping(world: World): void {
  const never = {
    get: () => false,
    set: () => undefined,
    reset: () => undefined,
    setNumObjects: () => undefined,
  };
  Object.assign(world, {
    collisionMatrix: never,
    collisionMatrixPrevious: never,
    collisionMatrixTick: () => undefined,
  });
  const keeper = { set: () => undefined, tick: () => undefined, getDiff: () => undefined };
  Object.assign(world, { bodyOverlapKeeper: keeper, shapeOverlapKeeper: keeper });
}
