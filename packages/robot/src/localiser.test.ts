import { Rng, wrapAngle } from '@efferent/core';
import { describe, expect, it } from 'vitest';
import { DistanceField } from './distance-field.ts';
import { loadPriorMap } from './load-prior-map.ts';
import { Localiser } from './localiser.ts';
import { type Footprint, footprintsInBand, signedDistance } from './occupancy-grid.ts';
import { placedBoxes } from './placed-boxes.ts';
import { composePlanar, invertPlanar, type PlanarPose } from './planar-pose.ts';
import { ScanPoints } from './scan-matcher.ts';

const workspace = new URL('../../..', import.meta.url).pathname;
const map = loadPriorMap([workspace], 'kitchen');
const band = { minZM: 0.165, maxZM: 0.175 };
const field = new DistanceField(map, band);
const furniture = footprintsInBand(placedBoxes(map), band);
const rays = 360;
const step = (2 * Math.PI) / rays;

/** Marches a ray to the first surface; independent of the distance field under test. */
function castRay(solids: readonly Footprint[], x: number, y: number, angle: number): number {
  let range = 0;
  for (let i = 0; i < 400 && range < 12; i++) {
    const px = x + range * Math.cos(angle);
    const py = y + range * Math.sin(angle);
    const free = Math.min(...solids.map((solid) => signedDistance(solid, px, py)));
    if (free < 1e-4) return range;
    range += free;
  }
  return 12;
}

function scanAt(pose: PlanarPose, rng: Rng, solids: readonly Footprint[] = furniture): ScanPoints {
  const ranges = Array.from(
    { length: rays },
    (_, i) => castRay(solids, pose.x, pose.y, pose.yaw - Math.PI + i * step) + rng.normal(0, 0.01),
  );
  const points = new ScanPoints(rays);
  points.read(ranges, -Math.PI, step, 0.15, 12, { x: 0, y: 0, yaw: 0 });
  return points;
}

function errorOf(localiser: Localiser, odomFromBase: PlanarPose, truth: PlanarPose) {
  const estimate = composePlanar(localiser.mapFromOdom, odomFromBase, { x: 0, y: 0, yaw: 0 });
  return {
    metres: Math.hypot(estimate.x - truth.x, estimate.y - truth.y),
    radians: Math.abs(wrapAngle(estimate.yaw - truth.yaw)),
  };
}

const at = (x: number, y: number, yaw: number): PlanarPose => ({ x, y, yaw });

describe('Localiser', () => {
  it('follows the robot through the room although the odometry drifts', () => {
    const rng = new Rng(1);
    const localiser = new Localiser(field, map.bounds, at(-1.05, 0.15, 0.05));
    const truth = at(-1, 0.1, 0);
    const odom = at(0, 0, 0);
    let worstM = 0;
    let worstRad = 0;
    for (let i = 0; i < 150; i++) {
      const forward = 0.015;
      const turn = 0.02 * Math.sin(i / 20);
      composePlanar({ ...truth }, at(forward, 0, turn), truth);
      composePlanar({ ...odom }, at(forward * 1.03, 0, turn * 0.95 + 0.0005), odom);
      localiser.update(scanAt(truth, rng), odom);
      const error = errorOf(localiser, odom, truth);
      if (i > 5) {
        worstM = Math.max(worstM, error.metres);
        worstRad = Math.max(worstRad, error.radians);
      }
    }
    expect(worstM).toBeLessThan(0.02);
    expect(worstRad).toBeLessThan(0.02);
    expect(errorOf(new Localiser(field, map.bounds), odom, truth).metres).toBeGreaterThan(0.1);
  });

  it('ignores a person that the map does not know', () => {
    const rng = new Rng(2);
    const person = { x: -0.4, y: 0.5, cosYaw: 1, sinYaw: 0, halfX: 0.15, halfY: 0.15 };
    const truth = at(-1, 0.1, 0.3);
    const localiser = new Localiser(field, map.bounds, truth);
    const odom = at(0, 0, 0);
    for (let i = 0; i < 10; i++) localiser.update(scanAt(truth, rng, [...furniture, person]), odom);
    expect(errorOf(localiser, odom, truth).metres).toBeLessThan(0.02);
  });

  it.each([at(-1, 0.1, 0), at(1.65, 0.75, Math.PI), at(-1.6, -1.5, -1.5), at(0.4, 0.3, 2)])(
    'finds itself anywhere in the map without a hint: $x $y $yaw',
    (truth) => {
      const localiser = new Localiser(field, map.bounds);
      const odom = at(0.3, -0.2, 1);
      expect(localiser.update(scanAt(truth, new Rng(3)), odom)).toBe(true);
      const error = errorOf(localiser, odom, truth);
      expect(error.metres).toBeLessThan(0.03);
      expect(error.radians).toBeLessThan(0.03);
    },
  );

  it('says that it is lost when scans stop to fit, and recovers', () => {
    const rng = new Rng(4);
    const truth = at(-1, 0.1, 0);
    const localiser = new Localiser(field, map.bounds, truth);
    const odom = at(0, 0, 0);
    localiser.update(scanAt(truth, rng), odom);
    expect(localiser.state).toBe('tracking');
    const kidnapped = at(1.6, 0.7, 2.5);
    const states = Array.from({ length: 25 }, () => {
      localiser.update(scanAt(kidnapped, rng), odom);
      return localiser.state;
    });
    expect(states).toContain('lost');
    expect(localiser.state).toBe('tracking');
    expect(errorOf(localiser, odom, kidnapped).metres).toBeLessThan(0.03);
  });

  it('does not trust an empty scan', () => {
    const localiser = new Localiser(field, map.bounds, at(-1, 0.1, 0));
    expect(localiser.update(new ScanPoints(rays), at(0, 0, 0))).toBe(false);
    expect(localiser.state).toBe('lost');
  });
});

describe('planar poses', () => {
  it('invert', () => {
    const pose = at(1, 2, 0.7);
    const identity = composePlanar(pose, invertPlanar(pose, at(0, 0, 0)), at(0, 0, 0));
    expect(Math.hypot(identity.x, identity.y, identity.yaw)).toBeLessThan(1e-12);
  });
});
