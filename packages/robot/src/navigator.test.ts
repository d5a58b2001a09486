import { fileURLToPath } from 'node:url';
import { Rng, wrapAngle } from '@efferent/core';
import { describe, expect, test } from 'vitest';
import { DriveSpace } from './drive-space.ts';
import { loadPriorMap } from './load-prior-map.ts';
import { loadRobotModel } from './load-robot-model.ts';
import { type NavigationOutcome, Navigator, navigationErrorCode } from './navigator.ts';
import type { PlanarPose } from './planar-pose.ts';
import { ScanObstacles } from './scan-obstacles.ts';
import { VelocityLimiter } from './set-point-limiter.ts';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const model = loadRobotModel([repository], 'stretch');
const map = loadPriorMap([repository], 'kitchen');
const { base } = model.mobile;
const place = (id: string): PlanarPose => {
  const [x, y, yaw] = map.places.find((entry) => entry.id === id)!.poseXyYaw;
  return { x, y, yaw };
};

interface Disc {
  x: number;
  y: number;
  readonly radius: number;
}

/** A base with the gate's limits, a noisy pose, and a laser that sees discs. */
class Drive {
  readonly pose: PlanarPose;
  readonly navigator: Navigator;
  readonly discs: Disc[];
  readonly space = new DriveSpace(model, map);
  readonly #obstacles = new ScanObstacles(map, 0.172, { x: 0, y: 0, yaw: 0 }, 360);
  readonly #linear = new VelocityLimiter(
    base.max_linear_speed_mps,
    base.max_linear_acceleration_mps2,
    base.max_linear_deceleration_mps2,
  );
  readonly #angular = new VelocityLimiter(
    base.max_angular_speed_rad_s,
    base.max_angular_acceleration_rad_s2,
    base.max_angular_deceleration_rad_s2,
  );
  readonly #rng = new Rng(1);
  nowS = 0;
  heldReason = '';
  closest = Number.POSITIVE_INFINITY;

  constructor(from: PlanarPose, goal: PlanarPose, discs: Disc[] = []) {
    this.pose = { ...from };
    this.discs = discs;
    this.navigator = new Navigator(goal, this.space, this.#obstacles, base);
  }

  run(limitS: number, each: (drive: Drive) => void = () => undefined): NavigationOutcome | undefined {
    for (let tick = 0; this.nowS < limitS; tick++) {
      if (tick % 2 === 0) this.#scan();
      each(this);
      const measured = {
        x: this.pose.x + this.#rng.normal(0, 0.002),
        y: this.pose.y + this.#rng.normal(0, 0.002),
        yaw: this.pose.yaw + this.#rng.normal(0, 0.002),
      };
      const outcome = this.navigator.tick({ nowS: this.nowS, pose: measured, heldReason: this.heldReason });
      if (outcome !== undefined) return outcome;
      const { linearMps, angularRadS } = this.navigator.velocity;
      for (let i = 0; i < 5; i++) {
        const wished = this.heldReason === '' ? [linearMps, angularRadS] : [0, 0];
        this.#linear.follow(wished[0]!, 0.01);
        this.#angular.follow(wished[1]!, 0.01);
        this.pose.x += Math.cos(this.pose.yaw) * this.#linear.velocity * 0.01;
        this.pose.y += Math.sin(this.pose.yaw) * this.#linear.velocity * 0.01;
        this.pose.yaw = wrapAngle(this.pose.yaw + this.#angular.velocity * 0.01);
      }
      this.nowS += 0.05;
      for (const disc of this.discs) this.closest = Math.min(this.closest, this.#gap(disc));
    }
    return undefined;
  }

  #gap(disc: Disc): number {
    const dx = disc.x - this.pose.x;
    const dy = disc.y - this.pose.y;
    const x = Math.cos(this.pose.yaw) * dx + Math.sin(this.pose.yaw) * dy;
    const y = Math.cos(this.pose.yaw) * dy - Math.sin(this.pose.yaw) * dx;
    return Math.hypot(Math.max(-0.25 - x, 0, x - 0.08), Math.max(-0.2 - y, 0, y - 0.17)) - disc.radius;
  }

  #scan(): void {
    const ranges = new Float32Array(360).fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < 360; i++) {
      const angle = this.pose.yaw - Math.PI + (i * Math.PI) / 180;
      for (const { x, y, radius } of this.discs) {
        const along = (x - this.pose.x) * Math.cos(angle) + (y - this.pose.y) * Math.sin(angle);
        const across = (y - this.pose.y) * Math.cos(angle) - (x - this.pose.x) * Math.sin(angle);
        if (along <= 0 || Math.abs(across) >= radius) continue;
        ranges[i] = Math.min(
          ranges[i]!,
          along - Math.sqrt(radius ** 2 - across ** 2) + this.#rng.normal(0, 0.01),
        );
      }
    }
    this.#obstacles.addScan(
      { angle_min: -Math.PI, angle_increment: Math.PI / 180, range_min: 0.1, range_max: 12, ranges },
      this.pose,
      this.nowS,
    );
  }
}
const success = { errorCode: navigationErrorCode.none, message: '' };
const missBy = (pose: PlanarPose, goal: PlanarPose) => ({
  distance: Math.hypot(pose.x - goal.x, pose.y - goal.y),
  angle: Math.abs(wrapAngle(pose.yaw - goal.yaw)),
});

describe('the navigator', () => {
  test.each([
    ['home', 'table'],
    ['table', 'fridge'],
    ['fridge', 'bin'],
    ['bin', 'counter'],
    ['counter', 'shelf'],
    ['shelf', 'person'],
  ])('drives from %s to %s and stands within 2 cm and 2 deg', (from, to) => {
    const drive = new Drive(place(from), place(to));
    expect(drive.run(90)).toEqual(success);
    const { distance, angle } = missBy(drive.pose, place(to));
    expect(distance).toBeLessThan(0.022);
    expect(angle).toBeLessThan(0.037);
    expect(drive.navigator.recoveries).toBe(0);
  });

  test('makes small corrections in seconds, backwards too', () => {
    const drive = new Drive(place('table'), { ...place('table'), x: place('table').x - 0.1 });
    expect(drive.run(30)).toEqual(success);
    expect(drive.nowS).toBeLessThan(5);
  });

  test('drives around a person who stands in the way, without touching', () => {
    const drive = new Drive(place('home'), place('person'), [{ x: -0.1, y: 0.12, radius: 0.15 }]);
    expect(drive.run(90)).toEqual(success);
    expect(drive.closest).toBeGreaterThan(0.01);
  });

  test('stops for someone who steps in front of it, and goes on when they leave', () => {
    const person = { x: 9, y: 9, radius: 0.15 };
    const drive = new Drive(place('home'), { x: 0.2, y: 0.1, yaw: 0 }, [person]);
    const outcome = drive.run(120, ({ pose, nowS }) => {
      if (nowS > 1.2 && nowS < 12)
        Object.assign(person, person.x === 9 ? { x: pose.x + 0.55, y: pose.y } : {});
      if (nowS >= 12) Object.assign(person, { x: 9, y: 9 });
    });
    expect(outcome).toEqual(success);
    expect(drive.closest).toBeGreaterThan(0.015);
  });

  test('gives up by name after bounded recoveries when the way is walled off', () => {
    const wall = Array.from({ length: 22 }, (_unused, i) => ({ x: -0.4, y: -2.1 + 0.2 * i, radius: 0.12 }));
    const drive = new Drive(place('home'), place('person'), wall);
    const outcome = drive.run(300);
    expect(outcome?.errorCode).toBe(navigationErrorCode.noValidPath);
    expect(drive.navigator.recoveries).toBe(4);
    expect(drive.closest).toBeGreaterThan(0);
  });

  test.each([
    ['beside', Math.PI],
    ['before', Math.PI / 2],
    ['with its back to', -Math.PI / 2],
  ])('gets away from a counter that it is believed to stand %s, a little inside of it', (_, yaw) => {
    const from = { x: -0.7, y: 0, yaw };
    const drive = new Drive(from, place('home'));
    while (drive.space.roomAt(from.x, from.y, from.yaw) > -0.03) from.y += 0.005;
    drive.pose.y = from.y;
    expect(drive.run(60)).toEqual(success);
    expect(drive.navigator.recoveries).toBe(1);
  });

  test('refuses a goal inside of furniture', () => {
    const outcome = new Drive(place('home'), { x: 0.6, y: -0.75, yaw: 0 }).run(60);
    expect(outcome?.errorCode).toBe(navigationErrorCode.goalOccupied);
  });

  test('stands while the gate holds the robot, plans anew afterwards, and gives up at once when it is stopped', () => {
    const drive = new Drive(place('home'), place('table'));
    expect(
      drive.run(90, (d) => {
        d.heldReason = d.nowS > 2 && d.nowS < 8 ? 'paused by a human gesture' : '';
      }),
    ).toEqual(success);
    expect(drive.nowS).toBeGreaterThan(8);
    const stopped = new Drive(place('home'), place('table'));
    const outcome = stopped.run(90, (d) => {
      d.heldReason = d.nowS > 2 ? 'stopped: by the Stop button' : '';
    });
    expect(outcome?.message).toMatch(/the robot is held: stopped: by the Stop button/);
    expect(stopped.nowS).toBeLessThan(2.2);
  });

  test('reports a base that does not move', () => {
    const drive = new Drive(place('home'), place('table'));
    const outcome = drive.run(200, (d) => {
      Object.assign(d.pose, place('home'));
    });
    expect(outcome?.errorCode).toBe(navigationErrorCode.failedToMakeProgress);
    expect(outcome?.message).toMatch(/does not move/);
  });
});
