import type { RobotModel } from '@efferent/robot';
import type { CollisionLog } from './collision-log.ts';
import type { Grip } from './grip.ts';
import type { PhysicsWorld } from './physics-world.ts';
import type { RobotSolids, SolidPlacement } from './robot-solids.ts';

/** A link may overlap what it touches by this much before it is stopped, m. */
const stopDepthM = 0.0015;
/** Fingers are spring steel: against a handle they bend this far, m. */
const fingerBendM = 0.008;
/** Objects pushed harder than this stop the motion that pushes them, N. */
const pushLimitN = 30;
/** Overlap of a link and an object that counts as a collision, m. */
const penetrationM = 0.005;
/** Numbers of one box in a placement's data; the first three are its centre. */
const boxStride = 21;

/** A robot that another one must not run into. */
export interface OtherRobot {
  readonly model: RobotModel;
  readonly solids: RobotSolids;
  readonly placement: SolidPlacement;
}

/** A solid that pushes an object too hard, and the direction in which it does. */
interface Overload {
  /** Index of the solid; their count for what is carried. */
  readonly solid: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly with: string;
}

/** What a motion ran into. */
export interface Blockage {
  /** Index of the solid that was stopped; -1 for one that pushes an object too hard. */
  solid: number;
  /** Furniture, articulation, object, robot or link that it met. */
  obstacle: string;
  isAtHandle: boolean;
}

/** Knows what a robot's motions would run into: furniture and open parts, itself, other robots, and objects that it pushes. */
export class MotionStops {
  /** Robots that this one must not run into. */
  others: readonly OtherRobot[] = [];
  /** What {@link isBlocked} has found last. */
  readonly blockage: Blockage = { solid: -1, obstacle: '', isAtHandle: false };
  readonly #physics: PhysicsWorld;
  readonly #solids: RobotSolids;
  readonly #grip: Grip;
  readonly #log: CollisionLog;
  /** World bounds of all solids: min x, y, z, max x, y, z. */
  readonly #bounds: Float64Array;
  readonly #near: number[] = [];
  readonly #normal = new Float64Array(3);
  /** From the last physics step. */
  readonly #overloads: Overload[] = [];

  /** @param bounds - world bounds of the robot's solids; written by {@link isBlocked} */
  constructor(
    physics: PhysicsWorld,
    solids: RobotSolids,
    grip: Grip,
    log: CollisionLog,
    bounds: Float64Array,
  ) {
    this.#physics = physics;
    this.#solids = solids;
    this.#grip = grip;
    this.#log = log;
    this.#bounds = bounds;
  }

  reset(): void {
    this.#overloads.length = 0;
  }

  /** Reads the contacts of the physics step: pushes above the limit, and penetrations. */
  readContacts(timeS: number): void {
    this.#overloads.length = 0;
    if (this.#physics.solver.contactCount === 0) return;
    const { bodies } = this.#solids;
    this.#physics.solver.forEachContact((contact) => {
      let solid = -1;
      for (let i = 0; i < bodies.length && solid < 0; i++) {
        const { body } = bodies[i] as (typeof bodies)[number];
        if (contact.bodyA === body || contact.bodyB === body) solid = i;
      }
      const held = this.#grip.held;
      const carried =
        held?.kind === 'object' && (contact.bodyA === held.object.body || contact.bodyB === held.object.body);
      if (solid < 0 && !carried) return;
      const robotBody = carried && held?.kind === 'object' ? held.object.body : bodies[solid]?.body;
      const sign = contact.bodyA === robotBody ? 1 : -1;
      const other = contact.bodyA === robotBody ? contact.bodyB : contact.bodyA;
      const object = this.#physics.objects.find((o) => o.body === other);
      if (object === undefined) return;
      const isHand = solid >= 0 && this.#solids.roleOf(solid) !== 'link';
      const link = carried ? 'carried' : this.#solids.nameOf(solid);
      if (contact.penetrationM > penetrationM && !isHand) {
        this.#log.record({ atS: timeS, link, with: object.id, kind: 'penetration' });
      }
      if (contact.normalForceN > pushLimitN) {
        const [x, y, z] = contact.normal;
        this.#overloads.push({
          solid: solid < 0 ? this.#solids.count : solid,
          x: x * sign,
          y: y * sign,
          z: z * sign,
          with: object.id,
        });
        if (!isHand && !carried) this.#log.record({ atS: timeS, link, with: object.id, kind: 'force' });
      }
    });
  }

  /** Tells whether a placement enters something deeper than the present one does; {@link blockage} is then what. */
  isBlocked(now: SolidPlacement, next: SolidPlacement): boolean {
    const { boxes } = next;
    const total = this.#solids.count + this.#solids.carriedCount;
    boxes.unionBounds(0, total, this.#bounds);
    const { obstacleBoxes, obstacles } = this.#physics;
    const near = this.#near;
    near.length = 0;
    for (let i = 0; i < obstacles.length; i++)
      if (obstacleBoxes.boundsTouch(i, this.#bounds, 0)) near.push(i);
    for (let s = 0; s < total; s++) {
      const role = this.#solids.roleOf(s);
      for (let n = 0; n < near.length; n++) {
        const o = near[n] as number;
        if (!boxes.boundsOverlap(s, obstacleBoxes, o, -stopDepthM)) continue;
        const allowed = this.#allowedDepth(role, o);
        if (allowed === Number.POSITIVE_INFINITY) continue;
        const depth = boxes.depth(s, obstacleBoxes, o, this.#normal);
        if (depth <= allowed) continue;
        if (depth <= now.boxes.depth(s, obstacleBoxes, o) + 1e-6) continue;
        // Handles and buttons are made to be touched by fingers: that stops them, but is no collision.
        const isMadeToTouch = obstacles[o]?.part === 'handle' || this.#isButton(obstacles[o]?.ownerId ?? '');
        const isAtHandle = role !== 'link' && role !== 'carried' && isMadeToTouch;
        return this.#blockedBy(s, obstacles[o]?.ownerId ?? '', isAtHandle);
      }
    }
    return this.#meetsSelf(now, next) || this.#meetsOther(now, next) || this.#meetsOverload(now, next);
  }

  #isButton(id: string): boolean {
    return this.#physics.findArticulation(id)?.physics.springN !== undefined;
  }

  #meetsOther(now: SolidPlacement, next: SolidPlacement): boolean {
    const { boxes } = next;
    const total = this.#solids.count + this.#solids.carriedCount;
    for (const other of this.others) {
      const theirs = other.placement.boxes;
      for (let o = 0; o < other.solids.count; o++) {
        if (!theirs.boundsTouch(o, this.#bounds, 0)) continue;
        for (let s = 0; s < total; s++) {
          if (!boxes.boundsOverlap(s, theirs, o, -stopDepthM)) continue;
          const depth = boxes.depth(s, theirs, o, this.#normal);
          if (depth <= stopDepthM || depth <= now.boxes.depth(s, theirs, o) + 1e-6) continue;
          return this.#blockedBy(s, other.model.id);
        }
      }
    }
    return false;
  }

  #allowedDepth(role: ReturnType<RobotSolids['roleOf']>, obstacle: number): number {
    const { ownerId, part } = this.#physics.obstacles[obstacle]!;
    if (role === 'link' || role === 'carried') return stopDepthM;
    const held = this.#grip.held;
    if (held?.kind === 'handle' && held.articulation.id === ownerId) return Number.POSITIVE_INFINITY;
    return part === 'handle' ? fingerBendM : stopDepthM;
  }

  #meetsSelf(now: SolidPlacement, next: SolidPlacement): boolean {
    const { boxes } = next;
    for (let p = 0; p < this.#solids.selfPairs.length; p++) {
      const [a, b] = this.#solids.selfPairs[p] as readonly [number, number];
      if (!boxes.boundsOverlap(a, boxes, b, 0)) continue;
      const depth = boxes.depth(a, boxes, b);
      if (depth <= stopDepthM || depth <= now.boxes.depth(a, now.boxes, b) + 1e-6) continue;
      return this.#blockedBy(b, this.#solids.nameOf(a));
    }
    return false;
  }

  #meetsOverload(now: SolidPlacement, next: SolidPlacement): boolean {
    for (const overload of this.#overloads) {
      const o = overload.solid * boxStride;
      const before = now.boxes.data;
      const then = next.boxes.data;
      const along =
        ((then[o] as number) - (before[o] as number)) * overload.x +
        ((then[o + 1] as number) - (before[o + 1] as number)) * overload.y +
        ((then[o + 2] as number) - (before[o + 2] as number)) * overload.z;
      if (along > 1e-7) return this.#blockedBy(-1, overload.with);
    }
    return false;
  }

  #blockedBy(solid: number, obstacle: string, isAtHandle = false): true {
    this.blockage.solid = solid;
    this.blockage.obstacle = obstacle;
    this.blockage.isAtHandle = isAtHandle;
    return true;
  }

  /** Tells whether a moving part now presses into a link other than the fingers; a button is held back by fingers, too. */
  meetsPart(articulationId: string, now: SolidPlacement): boolean {
    const { obstacles, obstacleBoxes } = this.#physics;
    const isButton = this.#isButton(articulationId);
    for (let o = 0; o < obstacles.length; o++) {
      if (obstacles[o]?.ownerId !== articulationId || !obstacleBoxes.boundsTouch(o, this.#bounds, 0))
        continue;
      for (let s = 0; s < this.#solids.count; s++) {
        if (!isButton && this.#solids.roleOf(s) !== 'link') continue;
        if (!now.boxes.boundsOverlap(s, obstacleBoxes, o, 0)) continue;
        if (now.boxes.depth(s, obstacleBoxes, o) > stopDepthM) return true;
      }
    }
    return false;
  }

  /** Writes what was found last into the log, unless it is no collision. */
  record(timeS: number): void {
    if (this.blockage.solid < 0 || this.blockage.isAtHandle) return;
    // What is carried must touch what it is put on: only a push from the side is a collision.
    const isPlacing = this.blockage.solid >= this.#solids.count && Math.abs(this.#normal[2] as number) > 0.7;
    if (isPlacing) return;
    this.#log.record({
      atS: timeS,
      link: this.#solids.nameOf(this.blockage.solid),
      with: this.blockage.obstacle,
      kind: 'stop',
    });
  }
}
