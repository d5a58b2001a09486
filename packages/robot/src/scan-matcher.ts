import { wrapAngle } from '@efferent/core';
import type { DistanceField } from './distance-field.ts';
import type { PlanarPose } from './planar-pose.ts';

/** Uncertainty of a planar pose: the symmetric 3x3 matrix [xx, xy, xt, yy, yt, tt], m and rad. */
export type PlanarCovariance = Float64Array;

export interface ScanMatch {
  readonly pose: PlanarPose;
  readonly covariance: PlanarCovariance;
  /** Share of the rays that end near to a surface of the map, [0, 1]. */
  readonly inlierShare: number;
}

/** A ray that ends this near to a mapped surface agrees with the map, m. */
const inlierM = 0.08;
/** Residuals beyond this hardly count (Geman-McClure), m: things that the map does not know. */
const robustScaleM = 0.06;
/** Deviation of one ray, m. Larger than the lidar's own noise, because errors of neighbouring rays are alike. */
const raySigmaM = 0.04;
const maxIterations = 8;

/** Points of a scan in the base frame. */
export class ScanPoints {
  /** [x0, y0, x1, y1, …], m; the first `count` pairs are valid. */
  readonly xyM: Float64Array;
  count = 0;

  constructor(capacity: number) {
    this.xyM = new Float64Array(2 * capacity);
  }

  /**
   * Converts ranges; rays without a return are left out.
   *
   * @param rangesM - one a ray, m
   * @param angleMinRad - direction of ray 0 in the laser frame
   * @param angleStepRad - from one ray to the next
   * @param baseFromLaser - where the laser is
   */
  read(
    rangesM: ArrayLike<number>,
    angleMinRad: number,
    angleStepRad: number,
    minRangeM: number,
    maxRangeM: number,
    baseFromLaser: PlanarPose,
  ): void {
    let count = 0;
    for (let i = 0; i < rangesM.length && count < this.xyM.length / 2; i++) {
      const range = rangesM[i] as number;
      if (!(range >= minRangeM && range <= maxRangeM * 0.999)) continue;
      const angle = angleMinRad + i * angleStepRad + baseFromLaser.yaw;
      this.xyM[2 * count] = baseFromLaser.x + range * Math.cos(angle);
      this.xyM[2 * count + 1] = baseFromLaser.y + range * Math.sin(angle);
      count++;
    }
    this.count = count;
  }
}

/**
 * Fits a scan to the map by Gauss-Newton on the distance field, starting from a predicted pose and holding on to it as
 * much as its covariance says (maximum a posteriori).
 *
 * @see S. Thrun, W. Burgard, D. Fox, Probabilistic Robotics, 2005, sections 6.4 (likelihood fields) and 3.3 (Kalman)
 */
export function matchScan(
  field: DistanceField,
  points: ScanPoints,
  predicted: PlanarPose,
  predictedCovariance: PlanarCovariance,
): ScanMatch {
  const pose = { ...predicted };
  const prior = invertSymmetric(predictedCovariance);
  const hessian = new Float64Array(6);
  const gradient = new Float64Array(3);
  let inliers = 0;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    inliers = accumulate(field, points, pose, hessian, gradient);
    for (let i = 0; i < 6; i++) hessian[i] = (hessian[i] as number) + (prior[i] as number);
    addPriorGradient(prior, pose, predicted, gradient);
    const step = multiplySymmetric(invertSymmetric(hessian), gradient);
    pose.x -= step[0];
    pose.y -= step[1];
    pose.yaw = wrapAngle(pose.yaw - step[2]);
    if (Math.hypot(step[0], step[1]) < 1e-4 && Math.abs(step[2]) < 1e-4) break;
  }
  return { pose, covariance: invertSymmetric(hessian), inlierShare: inliers / Math.max(1, points.count) };
}

/** Adds up the normal equations of all rays; returns how many agree with the map. */
function accumulate(
  field: DistanceField,
  points: ScanPoints,
  pose: PlanarPose,
  hessian: Float64Array,
  gradient: Float64Array,
): number {
  const c = Math.cos(pose.yaw);
  const s = Math.sin(pose.yaw);
  let inliers = 0;
  let [hxx, hxy, hxt, hyy, hyt, htt, gradX, gradY, gradT] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < points.count; i++) {
    const px = points.xyM[2 * i] as number;
    const py = points.xyM[2 * i + 1] as number;
    const rx = c * px - s * py;
    const ry = s * px + c * py;
    if (!field.sample(pose.x + rx, pose.y + ry)) continue;
    const { distanceM: residual, gradientX: gx, gradientY: gy } = field;
    if (Math.abs(residual) < inlierM) inliers++;
    const ratio = 1 + (residual / robustScaleM) ** 2;
    const weight = 1 / (ratio * ratio * raySigmaM * raySigmaM);
    const gt = -gx * ry + gy * rx;
    hxx += weight * gx * gx;
    hxy += weight * gx * gy;
    hxt += weight * gx * gt;
    hyy += weight * gy * gy;
    hyt += weight * gy * gt;
    htt += weight * gt * gt;
    gradX += weight * gx * residual;
    gradY += weight * gy * residual;
    gradT += weight * gt * residual;
  }
  hessian.set([hxx, hxy, hxt, hyy, hyt, htt]);
  gradient.set([gradX, gradY, gradT]);
  return inliers;
}

function addPriorGradient(
  prior: Float64Array,
  pose: PlanarPose,
  predicted: PlanarPose,
  gradient: Float64Array,
): void {
  const difference = Float64Array.of(
    pose.x - predicted.x,
    pose.y - predicted.y,
    wrapAngle(pose.yaw - predicted.yaw),
  );
  const pull = multiplySymmetric(prior, difference);
  for (let i = 0; i < 3; i++) gradient[i] = (gradient[i] as number) + (pull[i] as number);
}

/** Tells how well every `stride`-th ray ends on the map when the robot stands at `pose`, [0, 1]. */
function scoreScan(field: DistanceField, points: ScanPoints, pose: PlanarPose, stride: number): number {
  const c = Math.cos(pose.yaw);
  const s = Math.sin(pose.yaw);
  let score = 0;
  let rays = 0;
  for (let i = 0; i < points.count; i += stride) {
    const px = points.xyM[2 * i] as number;
    const py = points.xyM[2 * i + 1] as number;
    rays++;
    if (!field.sample(pose.x + c * px - s * py, pose.y + s * px + c * py)) continue;
    score += 1 / (1 + (field.distanceM / inlierM) ** 2);
  }
  return rays === 0 ? 0 : score / rays;
}

export interface SearchArea {
  readonly minM: readonly [number, number];
  readonly maxM: readonly [number, number];
}

const searchStepM = 0.1;
const searchHeadings = 72;
const searchRays = 40;
/** Candidates of the coarse search that are fitted. */
const searchCandidates = 12;

/**
 * Finds the robot anywhere in an area: coarse search, then the best candidates are fitted.
 *
 * @returns the best fit; its `inlierShare` says how far to trust it
 */
export function findPose(field: DistanceField, points: ScanPoints, area: SearchArea): ScanMatch {
  const wide = diagonalCovariance(searchStepM, (2 * Math.PI) / searchHeadings);
  let winner: ScanMatch = {
    pose: { x: (area.minM[0] + area.maxM[0]) / 2, y: (area.minM[1] + area.maxM[1]) / 2, yaw: 0 },
    covariance: diagonalCovariance(10, Math.PI),
    inlierShare: 0,
  };
  for (const candidate of coarseCandidates(field, points, area)) {
    const rough = matchScan(field, points, candidate, wide);
    const fine = matchScan(field, points, rough.pose, wide);
    if (fine.inlierShare > winner.inlierShare) winner = fine;
  }
  return winner;
}

function coarseCandidates(field: DistanceField, points: ScanPoints, area: SearchArea): PlanarPose[] {
  const stride = Math.max(1, Math.floor(points.count / searchRays));
  const best: { pose: PlanarPose; score: number }[] = [];
  for (let x = area.minM[0]; x <= area.maxM[0]; x += searchStepM) {
    for (let y = area.minM[1]; y <= area.maxM[1]; y += searchStepM) {
      if (!field.sample(x, y) || field.distanceM < searchStepM) continue;
      for (let heading = 0; heading < searchHeadings; heading++) {
        const pose = { x, y, yaw: wrapAngle((2 * Math.PI * heading) / searchHeadings) };
        const score = scoreScan(field, points, pose, stride);
        if (best.length === searchCandidates && score <= (best.at(-1)?.score ?? 0)) continue;
        best.push({ pose, score });
        best.sort((a, b) => b.score - a.score);
        best.length = Math.min(best.length, searchCandidates);
      }
    }
  }
  return best.map(({ pose }) => pose);
}

/** Returns the covariance of independent errors with these deviations, m and rad. */
export function diagonalCovariance(sigmaM: number, sigmaRad: number): PlanarCovariance {
  return Float64Array.of(sigmaM * sigmaM, 0, 0, sigmaM * sigmaM, 0, sigmaRad * sigmaRad);
}

type Symmetric3 = readonly [number, number, number, number, number, number];

function multiplySymmetric(matrix: Float64Array, vector: Float64Array): [number, number, number] {
  const [a, b, c, d, e, f] = matrix as unknown as Symmetric3;
  const [x, y, z] = vector as unknown as readonly [number, number, number];
  return [a * x + b * y + c * z, b * x + d * y + e * z, c * x + e * y + f * z];
}

function invertSymmetric(matrix: Float64Array): Float64Array {
  const [a, b, c, d, e, f] = matrix as unknown as Symmetric3;
  const co00 = d * f - e * e;
  const co01 = c * e - b * f;
  const co02 = b * e - c * d;
  const determinant = a * co00 + b * co01 + c * co02;
  return Float64Array.of(
    co00 / determinant,
    co01 / determinant,
    co02 / determinant,
    (a * f - c * c) / determinant,
    (b * c - a * e) / determinant,
    (a * d - b * b) / determinant,
  );
}
