import { ClearanceField, farM } from './clearance-field.ts';
import type { PlanarPose } from './planar-pose.ts';
import type { PriorMap } from './prior-map-schema.ts';
import { poseStride, type RobotModel, writePose } from './robot-model.ts';
import type { SolidShape } from './urdf.ts';

/** Heights at which the robot's outline and the room are compared, m: a base may stand under a table top, a mast may not. */
const slabEdgesM = [0.03, 0.2, 0.45, 0.67, 0.9, 1.15, 1.42] as const;
/** Spacing of the circles that stand for an outline, m. */
const circleSpacingM = 0.055;
const laserCellM = 0.05;

/** Circles of the robot in one slab: base frame, `[n, 2]` row-major, m. */
interface SlabOutline {
  readonly slab: number;
  readonly centers: Float64Array;
  readonly radiusM: number;
}

/** Where the base may stand and turn: the robot's outline at several heights against the map and what the laser has seen. */
export class DriveSpace {
  readonly #model: RobotModel;
  readonly #map: PriorMap;
  #fields: readonly ClearanceField[];
  #floor: ClearanceField;
  readonly #originX: number;
  readonly #originY: number;
  readonly #width: number;
  readonly #height: number;
  /** Distance to the nearest laser obstacle, m. */
  readonly #laser: Float32Array;
  #outlines: readonly SlabOutline[] = [];
  #reachM = 0;
  /** Metres to keep from everything beyond the outline. */
  marginM = 0;

  constructor(model: RobotModel, map: PriorMap) {
    this.#model = model;
    this.#map = map;
    ({ fields: this.#fields, floor: this.#floor } = fieldsOf(map));
    [this.#originX, this.#originY] = map.bounds.minM;
    this.#width = Math.ceil((map.bounds.maxM[0] - this.#originX) / laserCellM);
    this.#height = Math.ceil((map.bounds.maxM[1] - this.#originY) / laserCellM);
    this.#laser = new Float32Array(this.#width * this.#height).fill(farM);
    this.setConfiguration(
      model.jointPositionsFromActuators(model.namedPose('stow'), model.zeroJointPositions()),
    );
  }

  /** Takes drawers and doors as they are believed to be. @param openings - positions by id, m or rad; those left out are closed */
  setOpenings(openings: ReadonlyMap<string, number>): void {
    ({ fields: this.#fields, floor: this.#floor } = fieldsOf(this.#map, openings));
  }

  /** Takes the arm as it is now. @param q - joint positions, order of `model.jointNames` */
  setConfiguration(q: Float64Array): void {
    const bounds = slabBounds(this.#model, q);
    this.#outlines = bounds.flatMap((rectangle, slab) =>
      rectangle === undefined ? [] : [{ slab, ...circlesAround(rectangle) }],
    );
    this.#reachM = 0;
    for (const { centers, radiusM } of this.#outlines) {
      for (let i = 0; i < centers.length; i += 2)
        this.#reachM = Math.max(this.#reachM, Math.hypot(centers[i]!, centers[i + 1]!) + radiusM);
    }
  }

  /** Replaces what the laser has seen beside the map. @param points - `[n, 2]`, row-major, map frame, m */
  setLaserObstacles(points: ArrayLike<number>): void {
    this.#laser.fill(farM);
    const reach = Math.ceil(farM / laserCellM);
    for (let i = 0; i + 1 < points.length; i += 2) {
      const x = points[i] as number;
      const y = points[i + 1] as number;
      const column = Math.floor((x - this.#originX) / laserCellM);
      const row = Math.floor((y - this.#originY) / laserCellM);
      for (let r = Math.max(0, row - reach); r <= Math.min(this.#height - 1, row + reach); r++) {
        for (let c = Math.max(0, column - reach); c <= Math.min(this.#width - 1, column + reach); c++) {
          const dx = this.#originX + (c + 0.5) * laserCellM - x;
          const dy = this.#originY + (r + 0.5) * laserCellM - y;
          const distance = Math.hypot(dx, dy);
          if (distance < this.#laser[r * this.#width + c]!) this.#laser[r * this.#width + c] = distance;
        }
      }
    }
  }

  /** Radius of the circle about the base's origin that holds the whole robot, m. */
  get reachM(): number {
    return this.#reachM;
  }

  /** Clearance of a point from everything at any height, m. Does not allocate. */
  clearanceAt(x: number, y: number): number {
    return Math.min(this.#floor.at(x, y), this.#laserAt(x, y));
  }

  /** Tells whether the robot may stand at a pose. Does not allocate. */
  isFree(x: number, y: number, yaw: number): boolean {
    if (this.clearanceAt(x, y) >= this.#reachM + this.marginM) return true;
    return this.#leastRoom(x, y, yaw, 0) >= 0;
  }

  /** Room about the robot at a pose beyond the margin, m; negative where it overlaps something. Does not allocate. */
  roomAt(x: number, y: number, yaw: number): number {
    return this.#leastRoom(x, y, yaw, Number.NEGATIVE_INFINITY);
  }

  /** @param enough - the search for less room ends below it, m */
  #leastRoom(x: number, y: number, yaw: number, enough: number): number {
    const c = Math.cos(yaw);
    const s = Math.sin(yaw);
    let least = Number.POSITIVE_INFINITY;
    for (let o = 0; o < this.#outlines.length; o++) {
      const { slab, centers, radiusM } = this.#outlines[o] as SlabOutline;
      const field = this.#fields[slab] as ClearanceField;
      for (let i = 0; i < centers.length; i += 2) {
        const px = x + c * centers[i]! - s * centers[i + 1]!;
        const py = y + s * centers[i]! + c * centers[i + 1]!;
        least = Math.min(
          least,
          field.at(px, py) - radiusM - this.marginM,
          this.#laserAt(px, py) - radiusM - this.marginM,
        );
        if (least < enough) return least;
      }
    }
    return least;
  }

  /** Tells whether turning on the spot from one heading to another (the shorter way) is free. */
  isTurnFree(x: number, y: number, fromYaw: number, turnRad: number): boolean {
    if (this.clearanceAt(x, y) >= this.#reachM + this.marginM) return true;
    const steps = Math.max(1, Math.ceil(Math.abs(turnRad) / 0.06));
    for (let i = 1; i <= steps; i++) if (!this.isFree(x, y, fromYaw + (turnRad * i) / steps)) return false;
    return true;
  }

  /** Tells whether driving straight along `yaw` by `distanceM` (negative: backwards) is free. */
  isDriveFree(from: PlanarPose, yaw: number, distanceM: number): boolean {
    const steps = Math.max(1, Math.ceil(Math.abs(distanceM) / 0.03));
    const c = Math.cos(yaw);
    const s = Math.sin(yaw);
    for (let i = 1; i <= steps; i++) {
      const along = (distanceM * i) / steps;
      if (!this.isFree(from.x + c * along, from.y + s * along, yaw)) return false;
    }
    return true;
  }

  #laserAt(x: number, y: number): number {
    const column = Math.floor((x - this.#originX) / laserCellM);
    const row = Math.floor((y - this.#originY) / laserCellM);
    if (column < 0 || row < 0 || column >= this.#width || row >= this.#height) return -farM;
    return this.#laser[row * this.#width + column]!;
  }
}

/** Clearance in each slab, and in all of them together. */
function fieldsOf(map: PriorMap, openings?: ReadonlyMap<string, number>) {
  const between = (low: number, high: number) => new ClearanceField(map, low, high, openings);
  return {
    fields: slabEdgesM.slice(1).map((high, i) => between(slabEdgesM[i] as number, high)),
    floor: between(slabEdgesM[0], slabEdgesM.at(-1) as number),
  };
}

type Rectangle = [number, number, number, number];

/** For each slab, the bounds [min x, min y, max x, max y] of what the robot has there, base frame. */
function slabBounds(model: RobotModel, q: Float64Array): (Rectangle | undefined)[] {
  const poses = model.forwardKinematics(q, model.createKinematicsBuffer());
  const bounds: (Rectangle | undefined)[] = slabEdgesM.slice(1).map(() => undefined);
  const linkFromSolid = new Float64Array(poseStride);
  for (const link of model.links) {
    for (const solid of link.collision) {
      writePose(solid.linkFromSolid, linkFromSolid, 0);
      const half = halfSizes(solid.shape);
      const low = [0, 0, 0];
      const high = [0, 0, 0];
      for (let row = 0; row < 3; row++) {
        const at = (column: number) => poses[link.index * poseStride + 4 * row + column] as number;
        let center = at(3);
        let reach = 0;
        for (let k = 0; k < 3; k++) {
          center += at(k) * (linkFromSolid[4 * k + 3] as number);
          let axis = 0;
          for (let j = 0; j < 3; j++) axis += at(j) * (linkFromSolid[4 * j + k] as number);
          reach += Math.abs(axis) * (half[k] as number);
        }
        low[row] = center - reach;
        high[row] = center + reach;
      }
      slabEdgesM.slice(1).forEach((top, slab) => {
        if (low[2]! > top || high[2]! < (slabEdgesM[slab] as number)) return;
        const known = bounds[slab];
        bounds[slab] =
          known === undefined
            ? [low[0]!, low[1]!, high[0]!, high[1]!]
            : [
                Math.min(known[0], low[0]!),
                Math.min(known[1], low[1]!),
                Math.max(known[2], high[0]!),
                Math.max(known[3], high[1]!),
              ];
      });
    }
  }
  return bounds;
}

function halfSizes(shape: SolidShape): readonly [number, number, number] {
  if (shape.kind === 'box') return [shape.sizeM[0] / 2, shape.sizeM[1] / 2, shape.sizeM[2] / 2];
  if (shape.kind === 'cylinder') return [shape.radiusM, shape.radiusM, shape.lengthM / 2];
  return shape.kind === 'sphere' ? [shape.radiusM, shape.radiusM, shape.radiusM] : [0, 0, 0];
}

/** Covers the border of a rectangle by equal circles, and its inside thinly. */
function circlesAround([minX, minY, maxX, maxY]: Rectangle): { centers: Float64Array; radiusM: number } {
  const columns = Math.max(1, Math.ceil((maxX - minX) / circleSpacingM));
  const rows = Math.max(1, Math.ceil((maxY - minY) / circleSpacingM));
  const stepX = (maxX - minX) / columns;
  const stepY = (maxY - minY) / rows;
  const centers: number[] = [];
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      const isInside = i > 0 && j > 0 && i < columns - 1 && j < rows - 1;
      if (isInside && (i % 2 === 1 || j % 2 === 1)) continue;
      centers.push(minX + (i + 0.5) * stepX, minY + (j + 0.5) * stepY);
    }
  }
  return { centers: Float64Array.from(centers), radiusM: Math.hypot(stepX, stepY) / 2 };
}
