import type { Rng } from '@efferent/core';
import { poseStride, type RobotModel } from '@efferent/robot';
import type { BoxSet } from './obb.ts';
import type { PhysicsWorld } from './physics-world.ts';
import type { SolidPlacement } from './robot-solids.ts';

/** Rays that see nothing give infinity, as sensor_msgs/LaserScan asks. */
export class Lidar {
  readonly rays: number;
  readonly #physics: PhysicsWorld;
  readonly #rng: Rng;
  readonly #model: RobotModel;
  readonly #link: number;
  readonly #tableLength = 4096;
  readonly #noise: Float32Array;

  constructor(physics: PhysicsWorld, model: RobotModel, rng: Rng) {
    this.#physics = physics;
    this.#model = model;
    this.#rng = rng;
    this.rays = model.mobile.lidar.rays;
    this.#link = model.linkIndex(model.mobile.lidar.frame);
    this.#noise = Float32Array.from({ length: this.#tableLength }, () =>
      rng.normal(0, model.mobile.lidar.range_noise_sigma_m),
    );
  }

  /**
   * Casts a planar scan against everything solid at the lidar's height, the robot itself excepted.
   *
   * @returns `Float32Array // [rays], m`, from `min_angle_rad` on, counter-clockwise
   */
  scan(placement: SolidPlacement, others: readonly SolidPlacement[] = []): Float32Array {
    const { min_angle_rad, max_angle_rad, max_range_m, min_range_m } = this.#model.mobile.lidar;
    const m = placement.worldFromLink;
    const o = this.#link * poseStride;
    const x = m[o + 3] as number;
    const y = m[o + 7] as number;
    const z = m[o + 11] as number;
    const heading = Math.atan2(m[o + 4] as number, m[o] as number);
    const increment = (max_angle_rad - min_angle_rad) / (this.rays - 1);
    const ranges = new Float32Array(this.rays).fill(Number.POSITIVE_INFINITY);
    const first = heading + min_angle_rad;
    const { obstacleBoxes, obstacles, objects } = this.#physics;
    const d = obstacleBoxes.data;
    for (let i = 0; i < obstacles.length; i++) {
      const b = i * 21;
      if ((d[b + 17] as number) > z || (d[b + 20] as number) < z) continue;
      // Furniture stands upright: its horizontal section is the rectangle of its first two axes.
      castRectangle(
        ranges,
        first,
        increment,
        x,
        y,
        d[b] as number,
        d[b + 1] as number,
        d[b + 3] as number,
        d[b + 6] as number,
        d[b + 12] as number,
        d[b + 13] as number,
      );
    }
    for (const { body, radiusM } of objects) {
      const dz = z - body.position.z;
      if (Math.abs(dz) >= radiusM) continue;
      castCircle(
        ranges,
        first,
        increment,
        x,
        y,
        body.position.x,
        body.position.y,
        Math.sqrt(radiusM * radiusM - dz * dz),
      );
    }
    for (const { boxes } of others) castBoxes(ranges, first, increment, x, y, z, boxes);
    let at = this.#rng.integer(this.#tableLength);
    for (let i = 0; i < this.rays; i++) {
      const range = ranges[i] as number;
      if (range > max_range_m || range < min_range_m) ranges[i] = Number.POSITIVE_INFINITY;
      else ranges[i] = range + (this.#noise[at] as number);
      at = (at + 1) % this.#tableLength;
    }
    return ranges;
  }
}

/** Shortens the rays that hit links of another robot: discs in the upright boxes around them. */
function castBoxes(
  ranges: Float32Array,
  first: number,
  increment: number,
  x: number,
  y: number,
  z: number,
  { data, count }: BoxSet,
): void {
  for (let i = 0; i < count; i++) {
    const b = i * 21;
    if ((data[b + 17] as number) > z || (data[b + 20] as number) < z) continue;
    const radius =
      Math.min(
        (data[b + 18] as number) - (data[b + 15] as number),
        (data[b + 19] as number) - (data[b + 16] as number),
      ) / 2;
    castCircle(ranges, first, increment, x, y, data[b] as number, data[b + 1] as number, radius);
  }
}

/** Shortens the rays that hit a rectangle: only those within its angular extent are tested. */
function castRectangle(
  ranges: Float32Array,
  first: number,
  increment: number,
  x: number,
  y: number,
  cx: number,
  cy: number,
  ux: number,
  uy: number,
  halfX: number,
  halfY: number,
): void {
  const dx = x - cx;
  const dy = y - cy;
  // The sensor in the rectangle's frame; its second axis is the first turned by a right angle.
  const px = dx * ux + dy * uy;
  const py = -dx * uy + dy * ux;
  if (Math.abs(px) < halfX && Math.abs(py) < halfY) return;
  const middle = Math.atan2(-dy, -dx);
  let low = 0;
  let high = 0;
  for (let k = 0; k < 4; k++) {
    const ax = (k & 1 ? halfX : -halfX) - px;
    const ay = (k & 2 ? halfY : -halfY) - py;
    let delta = Math.atan2(ax * uy + ay * ux, ax * ux - ay * uy) - middle;
    if (delta > Math.PI) delta -= 2 * Math.PI;
    else if (delta < -Math.PI) delta += 2 * Math.PI;
    if (delta < low) low = delta;
    if (delta > high) high = delta;
  }
  const from = Math.ceil((middle + low - first) / increment);
  const to = Math.floor((middle + high - first) / increment);
  for (let index = from; index <= to; index++) {
    const angle = first + index * increment;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const vx = c * ux + s * uy;
    const vy = -c * uy + s * ux;
    const tx1 = (-halfX - px) / vx;
    const tx2 = (halfX - px) / vx;
    const ty1 = (-halfY - py) / vy;
    const ty2 = (halfY - py) / vy;
    const near = Math.max(Math.min(tx1, tx2), Math.min(ty1, ty2));
    const far = Math.min(Math.max(tx1, tx2), Math.max(ty1, ty2));
    if (!(near <= far) || near <= 0) continue;
    const ray = wrapIndex(index, ranges.length);
    if (near < (ranges[ray] as number)) ranges[ray] = near;
  }
}

function castCircle(
  ranges: Float32Array,
  first: number,
  increment: number,
  x: number,
  y: number,
  cx: number,
  cy: number,
  radius: number,
): void {
  const dx = cx - x;
  const dy = cy - y;
  const distance = Math.hypot(dx, dy);
  if (distance <= radius) return;
  const middle = Math.atan2(dy, dx);
  const spread = Math.asin(radius / distance);
  const from = Math.ceil((middle - spread - first) / increment);
  const to = Math.floor((middle + spread - first) / increment);
  for (let index = from; index <= to; index++) {
    const off = first + index * increment - middle;
    const near =
      distance * Math.cos(off) - Math.sqrt(Math.max(0, radius * radius - (distance * Math.sin(off)) ** 2));
    const ray = wrapIndex(index, ranges.length);
    if (near < (ranges[ray] as number)) ranges[ray] = near;
  }
}

/** The scan covers one full turn, so that rays beyond its end are those of its start. */
function wrapIndex(index: number, count: number): number {
  return ((index % count) + count) % count;
}
