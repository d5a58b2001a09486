import { ClearanceField } from './clearance-field.ts';
import type { PlanarPose } from './planar-pose.ts';
import type { PriorMap } from './prior-map-schema.ts';

/** A point this close to something in the map is that thing, m. */
const knownM = 0.1;
/** Seen things fade when they are not seen again for so long, s. */
const memoryS = 3;
const cellM = 0.05;
/** A cell counts after this many hits: a single ray may be noise. */
const minHits = 2;

/** What is read of a `sensor_msgs/msg/LaserScan`. */
export interface ScanInput {
  readonly angle_min: number;
  readonly angle_increment: number;
  readonly range_min: number;
  readonly range_max: number;
  readonly ranges: ArrayLike<number>;
}

interface SeenCell {
  hits: number;
  x: number;
  y: number;
  seenS: number;
}

/** What the laser sees beside the map, remembered for a few seconds. */
export class ScanObstacles {
  readonly #known: ClearanceField;
  readonly #laser: PlanarPose;
  readonly #cells = new Map<number, SeenCell>();
  /** Unknown points of the newest scan, base frame, m: the first `count` of each. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  count = 0;

  /**
   * @param laserHeightM - where the laser cuts the map
   * @param baseFromLaser - the laser on the base
   * @param rays - most rays in a scan
   */
  constructor(map: PriorMap, laserHeightM: number, baseFromLaser: PlanarPose, rays: number) {
    this.#known = new ClearanceField(map, laserHeightM - 0.005, laserHeightM + 0.005);
    this.#laser = baseFromLaser;
    this.x = new Float64Array(rays);
    this.y = new Float64Array(rays);
  }

  /** Takes a scan made at `mapFromBase`. */
  addScan(scan: ScanInput, mapFromBase: PlanarPose, nowS: number): void {
    this.count = 0;
    const c = Math.cos(mapFromBase.yaw);
    const s = Math.sin(mapFromBase.yaw);
    const rays = Math.min(scan.ranges.length, this.x.length);
    for (let i = 0; i < rays; i++) {
      const range = scan.ranges[i] as number;
      if (!(range >= scan.range_min && range <= scan.range_max)) continue;
      const angle = scan.angle_min + i * scan.angle_increment + this.#laser.yaw;
      const x = this.#laser.x + range * Math.cos(angle);
      const y = this.#laser.y + range * Math.sin(angle);
      const mapX = mapFromBase.x + c * x - s * y;
      const mapY = mapFromBase.y + s * x + c * y;
      if (this.#known.at(mapX, mapY) < knownM) continue;
      this.x[this.count] = x;
      this.y[this.count] = y;
      this.count++;
      this.#remember(mapX, mapY, nowS);
    }
    for (const [key, seen] of this.#cells) if (nowS - seen.seenS > memoryS) this.#cells.delete(key);
  }

  /** Returns remembered obstacles, `[n, 2]` row-major, map frame, m. */
  points(): number[] {
    const points: number[] = [];
    for (const { hits, x, y } of this.#cells.values()) if (hits >= minHits) points.push(x, y);
    return points;
  }

  clear(): void {
    this.#cells.clear();
  }

  /**
   * Returns how far the robot may go on before it touches an unknown point of the newest scan: metres of driving, or radians
   * of turning where it does not drive; infinite when nothing is in the way. Runs in the control loop; does not allocate.
   *
   * @param outline - [min x, min y, max x, max y] of the robot in the base frame, m
   */
  freeWay(
    linearMps: number,
    angularRadS: number,
    outline: readonly [number, number, number, number],
  ): number {
    const [minX, minY, maxX, maxY] = outline;
    let free = Number.POSITIVE_INFINITY;
    const turns = Math.abs(linearMps) < 0.01;
    if (turns && Math.abs(angularRadS) < 0.01) return free;
    for (let i = 0; i < this.count; i++) {
      const x = this.x[i]!;
      const y = this.y[i]!;
      if (turns) {
        free = Math.min(free, freeTurn(x, y, Math.sign(angularRadS), outline));
      } else if (y > minY && y < maxY) {
        const ahead = linearMps > 0 ? x - maxX : minX - x;
        if (ahead > -0.1) free = Math.min(free, Math.max(0, ahead));
      }
    }
    return free;
  }

  #remember(x: number, y: number, nowS: number): void {
    const key = Math.round(x / cellM + 5000) * 10_000 + Math.round(y / cellM + 5000);
    const seen = this.#cells.get(key);
    if (seen === undefined) {
      this.#cells.set(key, { hits: 1, x, y, seenS: nowS });
      return;
    }
    seen.hits++;
    seen.x = x;
    seen.y = y;
    seen.seenS = nowS;
  }
}

/** Radians that a rectangle may turn before a point is in it, looked at in three small steps; infinite beyond. */
function freeTurn(
  x: number,
  y: number,
  sign: number,
  [minX, minY, maxX, maxY]: readonly [number, number, number, number],
): number {
  for (const turn of [0.04, 0.1, 0.2]) {
    // The robot turning one way moves the point the other way in its frame.
    const c = Math.cos(-sign * turn);
    const s = Math.sin(-sign * turn);
    const px = c * x - s * y;
    const py = s * x + c * y;
    if (px > minX && px < maxX && py > minY && py < maxY) return turn;
  }
  return Number.POSITIVE_INFINITY;
}
