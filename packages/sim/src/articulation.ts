import { Transform, type Vector3 } from '@efferent/core';
import {
  articulationTransform,
  furnitureTransform,
  type MapArticulation,
  type PriorMap,
} from '@efferent/robot';
import type { ArticulationPhysics } from './scene-file.ts';

/** Within this of closed the seal holds: m for a drawer, rad for a door. */
const sealZone = { prismatic: 0.004, revolute: 0.012 } as const;

/** A button that is pressed gives way by at least this in a step, m: it must not hold up the hand as a wall does. */
const leastGiveM = 5e-4;

/**
 * One drawer or door: a single degree of freedom with mass, Coulomb friction, viscous damping and a seal at closed.
 * It moves only by force; released half way it stays. Coordinates in m and N, or rad and N m.
 */
export class Articulation {
  readonly id: string;
  readonly spec: MapArticulation;
  readonly physics: ArticulationPhysics;
  readonly mapFromFurniture: Transform;
  /** kg or kg m^2. */
  readonly inertia: number;
  position: number;
  velocity = 0;

  constructor(map: PriorMap, spec: MapArticulation, physics: ArticulationPhysics) {
    this.id = spec.id;
    this.spec = spec;
    this.physics = physics;
    this.mapFromFurniture = furnitureTransform(map, spec.furnitureId);
    this.position = spec.range[0];
    const widthM = Math.hypot(
      spec.handle.positionM[0] - spec.originM[0],
      spec.handle.positionM[1] - spec.originM[1],
    );
    this.inertia = spec.joint === 'prismatic' ? physics.massKg : (physics.massKg * widthM * widthM) / 3;
  }

  get isOpen(): boolean {
    return this.position >= this.spec.openAt;
  }

  /** Tells whether it is shut: within the seal's reach of its lower end. */
  get isClosed(): boolean {
    return this.position <= this.spec.range[0] + sealZone[this.spec.joint];
  }

  /** `mapFromMoved`: maps points given at joint position 0 in the furniture frame to where they are now. */
  mapFromPart(position = this.position): Transform {
    return this.mapFromFurniture.multiply(articulationTransform(this.spec, position));
  }

  /** Where the handle's centre is now, map frame. */
  handlePoint(): Vector3 {
    return this.mapFromPart().apply(this.spec.handle.positionM);
  }

  /** Generalised force of `forceN` (map frame) at the handle: N or N m. */
  generalisedForce(forceN: Vector3): number {
    const axis = new Transform([0, 0, 0], this.mapFromFurniture.rotation).apply(this.spec.axis);
    if (this.spec.joint === 'prismatic')
      return axis[0] * forceN[0] + axis[1] * forceN[1] + axis[2] * forceN[2];
    const point = this.handlePoint();
    const origin = this.mapFromFurniture.apply(this.spec.originM);
    const r: Vector3 = [point[0] - origin[0], point[1] - origin[1], point[2] - origin[2]];
    return (
      axis[0] * (r[1] * forceN[2] - r[2] * forceN[1]) +
      axis[1] * (r[2] * forceN[0] - r[0] * forceN[2]) +
      axis[2] * (r[0] * forceN[1] - r[1] * forceN[0])
    );
  }

  /** A button that has been pressed, not far enough to click in, comes back by its spring. */
  get isSprung(): boolean {
    return this.physics.springN !== undefined && !this.isOpen && this.position > this.spec.range[0];
  }

  /**
   * Gives way to something that presses on it, as a button does.
   *
   * @param forceN - along the axis; against friction and spring
   * @param byM - how far what presses wanted to go
   * @returns whether it moved
   */
  press(forceN: number, byM: number): boolean {
    const { springN, friction } = this.physics;
    if (springN === undefined || forceN <= springN + friction) return false;
    const before = this.position;
    this.velocity = 0;
    this.position = Math.min(this.spec.range[1], before + Math.max(byM, leastGiveM));
    return this.position !== before;
  }

  /** Moves by `force` (N or N m) for `dtS`; returns whether it moved. */
  step(force: number, dtS: number): boolean {
    const { friction, damping, seal } = this.physics;
    const [low, high] = this.spec.range;
    const sealed = this.position - low < sealZone[this.spec.joint] && force > 0 && this.velocity < 0.02;
    const dry = friction + (sealed ? seal : 0);
    if (this.velocity === 0 && Math.abs(force) <= dry) return false;
    const free = this.velocity + (force / this.inertia) * dtS;
    const loss = (dry / this.inertia) * dtS;
    const afterFriction = Math.abs(free) <= loss ? 0 : free - Math.sign(free) * loss;
    this.velocity = afterFriction / (1 + (damping / this.inertia) * dtS);
    const before = this.position;
    this.position += this.velocity * dtS;
    if (this.position <= low || this.position >= high) {
      this.position = Math.min(high, Math.max(low, this.position));
      this.velocity = 0;
    }
    return this.position !== before;
  }
}
