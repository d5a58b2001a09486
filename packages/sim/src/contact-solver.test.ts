import { Rng } from '@efferent/core';
import { Body, Box, Quaternion, Sphere, Vec3, World } from 'cannon-es';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContactSolver, setFriction } from './contact-solver.ts';

const dtS = 1 / 240;
const gravity = 9.81;

function makeWorld(tiltRad = 0): { world: World; floor: Body } {
  const world = new World({
    gravity: new Vec3(gravity * Math.sin(tiltRad), 0, -gravity * Math.cos(tiltRad)),
  });
  world.solver = new ContactSolver(20);
  world.defaultContactMaterial.friction = 0;
  const floor = new Body({ mass: 0, shape: new Box(new Vec3(50, 50, 0.5)), position: new Vec3(0, 0, -0.5) });
  world.addBody(floor);
  return { world, floor };
}

function addBox(world: World, halfM: number, z: number, massKg = 0.3, mu = 0.5): Body {
  const body = new Body({
    mass: massKg,
    shape: new Box(new Vec3(halfM, halfM, halfM)),
    position: new Vec3(0, 0, z),
  });
  body.linearDamping = 0;
  body.angularDamping = 0;
  setFriction(body, mu);
  world.addBody(body);
  return body;
}

function energyJ(bodies: readonly Body[]): number {
  return bodies.reduce((sum, { mass, velocity: v, angularVelocity: w, inertia: i, position }) => {
    const turning = 0.5 * Math.max(i.x, i.y, i.z) * w.lengthSquared();
    return sum + 0.5 * mass * v.lengthSquared() + turning + mass * gravity * position.z;
  }, 0);
}

describe('ContactSolver', () => {
  it('lets a box slide down a slope with g (sin a - mu cos a), and holds it below the friction angle', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.15, max: 0.8, noNaN: true }),
        fc.double({ min: 0.05, max: 0.6, noNaN: true }),
        fc.double({ min: 0.05, max: 3, noNaN: true }),
        (mu, tiltRad, massKg) => {
          fc.pre(Math.abs(Math.tan(tiltRad) - mu) > 0.03);
          const { world, floor } = makeWorld(tiltRad);
          setFriction(floor, mu);
          const box = addBox(world, 0.1, 0.0999, massKg, mu);
          for (let i = 0; i < 240; i++) world.step(dtS);
          const expected = Math.max(0, gravity * (Math.sin(tiltRad) - mu * Math.cos(tiltRad)));
          expect(Math.abs(box.velocity.x - expected)).toBeLessThan(0.03 + 0.03 * expected);
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });

  it('never lets the energy of tumbling boxes and balls grow', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (seed) => {
        const rng = new Rng(seed);
        const { world, floor } = makeWorld();
        setFriction(floor, 0.5);
        const bodies = Array.from({ length: 4 }, (_, i) => {
          const shape = i % 2 === 0 ? new Box(new Vec3(0.05, 0.04, 0.03)) : new Sphere(0.04);
          const body = new Body({
            mass: rng.range(0.1, 0.6),
            shape,
            position: new Vec3(rng.range(-0.08, 0.08), rng.range(-0.08, 0.08), 0.15 + 0.12 * i),
          });
          body.quaternion.copy(
            new Quaternion(rng.normal(), rng.normal(), rng.normal(), rng.normal()).normalize(),
          );
          body.linearDamping = 0;
          body.angularDamping = 0;
          body.velocity.set(rng.normal(0, 0.5), rng.normal(0, 0.5), 0);
          setFriction(body, 0.5);
          world.addBody(body);
          return body;
        });
        let last = energyJ(bodies);
        const first = last;
        for (let step = 0; step < 480; step++) {
          world.step(dtS);
          if (step % 48 !== 47) continue;
          const now = energyJ(bodies);
          expect(now).toBeLessThan(last + 0.01 * Math.abs(first) + 1e-4);
          last = now;
        }
        expect(last).toBeLessThan(first);
      }),
      { numRuns: 6, seed: 3 },
    );
  });

  it('carries the weight of what stands on a floor, whatever the step', () => {
    for (const rateHz of [120, 240, 480]) {
      const { world } = makeWorld();
      addBox(world, 0.05, 0.0499, 0.8);
      for (let i = 0; i < rateHz; i++) world.step(1 / rateHz);
      let forceN = 0;
      (world.solver as ContactSolver).forEachContact((contact) => {
        forceN += contact.normalForceN;
      });
      expect(forceN).toBeCloseTo(0.8 * gravity, 1);
    }
  });

  it('keeps a stack of three boxes standing', () => {
    const { world, floor } = makeWorld();
    setFriction(floor, 0.5);
    world.allowSleep = true;
    const boxes = Array.from({ length: 3 }, (_, i) => {
      const box = addBox(world, 0.03, 0.03 + 0.0602 * i);
      box.allowSleep = true;
      box.sleepSpeedLimit = 0.04;
      box.sleepTimeLimit = 0.35;
      return box;
    });
    for (let i = 0; i < 240 * 10; i++) world.step(dtS);
    for (const [i, box] of boxes.entries()) {
      expect(Math.hypot(box.position.x, box.position.y)).toBeLessThan(0.01);
      expect(box.position.z).toBeGreaterThan(0.03 + 0.06 * i - 0.004);
    }
    expect(boxes.every((box) => box.sleepState === Body.SLEEPING)).toBe(true);
  });
});
