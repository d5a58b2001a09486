import { wrapAngle } from '@efferent/core';
import type { DistanceField } from './distance-field.ts';
import { composePlanar, invertPlanar, type PlanarPose } from './planar-pose.ts';
import {
  diagonalCovariance,
  findPose,
  matchScan,
  type PlanarCovariance,
  type ScanPoints,
  type SearchArea,
} from './scan-matcher.ts';

export type LocalisationState = 'lost' | 'tracking';

/** Odometry errors grow with the way: m per m, rad per rad and rad per m; and a little with every scan. */
const noise = { mPerM: 0.05, radPerRad: 0.05, radPerM: 0.05, floorM: 0.001, floorRad: 0.001 };
/** A fit is trusted when this share of the rays ends on the map. */
const trustedShare = 0.5;
/** So many untrusted scans in a row mean that the robot is lost: 2 s at 10 Hz. */
const maxUntrusted = 20;
const minPoints = 20;

/** Follows the robot in the map from odometry and scans: a Kalman filter whose measurement is a scan match. */
export class Localiser {
  readonly mapFromOdom: PlanarPose = { x: 0, y: 0, yaw: 0 };
  state: LocalisationState = 'lost';
  /** Share of the rays of the last scan that agreed with the map, [0, 1]. */
  inlierShare = 0;
  readonly #field: DistanceField;
  readonly #area: SearchArea;
  readonly #odomFromBase: PlanarPose = { x: 0, y: 0, yaw: 0 };
  #covariance: PlanarCovariance = diagonalCovariance(0.1, 0.1);
  #hint: PlanarPose | undefined;
  #untrusted = 0;

  /** @param hint - where the robot probably starts; tried before the whole map is searched */
  constructor(field: DistanceField, area: SearchArea, hint?: PlanarPose) {
    this.#field = field;
    this.#area = area;
    this.#hint = hint;
  }

  /** Starts over from a pose that a person gave. */
  reset(hint: PlanarPose): void {
    this.#hint = hint;
    this.state = 'lost';
  }

  /**
   * Takes one scan and the odometry of the same moment.
   *
   * @returns true when `mapFromOdom` was corrected
   */
  update(points: ScanPoints, odomFromBase: PlanarPose): boolean {
    const isTracking = this.state === 'tracking';
    const trusted = isTracking ? this.#track(points, odomFromBase) : this.#search(points, odomFromBase);
    Object.assign(this.#odomFromBase, odomFromBase);
    if (trusted) {
      this.state = 'tracking';
      this.#untrusted = 0;
    } else if (++this.#untrusted > maxUntrusted) {
      this.state = 'lost';
    }
    return trusted;
  }

  #track(points: ScanPoints, odomFromBase: PlanarPose): boolean {
    this.#addMotionNoise(odomFromBase);
    const predicted = composePlanar(this.mapFromOdom, odomFromBase, { x: 0, y: 0, yaw: 0 });
    const match = matchScan(this.#field, points, predicted, this.#covariance);
    this.inlierShare = match.inlierShare;
    if (match.inlierShare < trustedShare) return false;
    this.#covariance = match.covariance;
    this.#accept(match.pose, odomFromBase);
    return true;
  }

  #addMotionNoise(odomFromBase: PlanarPose): void {
    const last = this.#odomFromBase;
    const wayM = Math.hypot(odomFromBase.x - last.x, odomFromBase.y - last.y);
    const turnRad = Math.abs(wrapAngle(odomFromBase.yaw - last.yaw));
    const varianceM = (noise.floorM + noise.mPerM * wayM) ** 2;
    const varianceRad = (noise.floorRad + noise.radPerRad * turnRad + noise.radPerM * wayM) ** 2;
    const covariance = this.#covariance;
    covariance[0] = (covariance[0] as number) + varianceM;
    covariance[3] = (covariance[3] as number) + varianceM;
    covariance[5] = (covariance[5] as number) + varianceRad;
  }

  #search(points: ScanPoints, odomFromBase: PlanarPose): boolean {
    if (points.count < minPoints) return false;
    const near = this.#hint && matchScan(this.#field, points, this.#hint, diagonalCovariance(0.3, 0.3));
    const isNear = near !== undefined && near.inlierShare >= trustedShare;
    const match = isNear ? near : findPose(this.#field, points, this.#area);
    this.inlierShare = match.inlierShare;
    if (match.inlierShare < trustedShare) return false;
    this.#hint = undefined;
    this.#covariance = diagonalCovariance(0.02, 0.02);
    this.#accept(match.pose, odomFromBase);
    return true;
  }

  #accept(mapFromBase: PlanarPose, odomFromBase: PlanarPose): void {
    const baseFromOdom = invertPlanar(odomFromBase, { x: 0, y: 0, yaw: 0 });
    composePlanar(mapFromBase, baseFromOdom, this.mapFromOdom);
    this.mapFromOdom.yaw = wrapAngle(this.mapFromOdom.yaw);
  }
}
