import { type QuaternionXyzw, rotateVector, Transform, type Vector3 } from '@efferent/core';
import { Body, Box, Cylinder, Quaternion, type Shape, Sphere, Vec3 } from 'cannon-es';
import { setFriction } from './contact-solver.ts';
import type { ObjectKind, ObjectPart } from './scene-file.ts';

/** A solid of an object in its object frame, as drawn and as collided with. */
export interface ObjectSolid {
  readonly shape:
    | { readonly kind: 'sphere'; readonly radiusM: number }
    | { readonly kind: 'box'; readonly sizeM: Vector3 }
    | { readonly kind: 'cylinder'; readonly radiusM: number; readonly heightM: number };
  readonly objectFromSolid: Transform;
  readonly colorRgb: Vector3;
}

const sleepSpeed = 0.04;
const sleepAfterS = 0.35;
const cylinderSegments = 12;

/** Resolves a kind's parts into boxes, cylinders (axis z) and spheres; a ring becomes boxes. */
export function objectSolids(kind: ObjectKind): ObjectSolid[] {
  return kind.shapes.flatMap((part) => solidsOfPart(part));
}

function solidsOfPart(part: ObjectPart): ObjectSolid[] {
  const at = Transform.fromXyzRpy(part.centerM, [0, 0, part.yawRad]);
  if ('sphere' in part)
    return [
      {
        shape: { kind: 'sphere', radiusM: part.sphere.radius },
        objectFromSolid: at,
        colorRgb: part.colorRgb,
      },
    ];
  if ('box' in part)
    return [{ shape: { kind: 'box', sizeM: part.box.size }, objectFromSolid: at, colorRgb: part.colorRgb }];
  if ('cylinder' in part) {
    const { radius, height } = part.cylinder;
    return [
      {
        shape: { kind: 'cylinder', radiusM: radius, heightM: height },
        objectFromSolid: at,
        colorRgb: part.colorRgb,
      },
    ];
  }
  const { radius, height, thickness, segments } = part.ring;
  const middle = radius - thickness / 2;
  const length = 2 * radius * Math.tan(Math.PI / segments);
  return Array.from({ length: segments }, (_, i) => {
    const angle = (2 * Math.PI * i) / segments;
    const offset = Transform.fromXyzRpy(
      [middle * Math.cos(angle), middle * Math.sin(angle), 0],
      [0, 0, angle],
    );
    return {
      shape: { kind: 'box', sizeM: [thickness, length, height] },
      objectFromSolid: at.multiply(offset),
      colorRgb: part.colorRgb,
    };
  });
}

/** A movable thing: a cannon body whose pose is told in the object frame (z up, origin at the middle of the lowest face). */
export class SimObject {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly solids: readonly ObjectSolid[];
  readonly body: Body;
  /** Centre of mass in the object frame, m. */
  readonly centerOfMassM: Vector3;
  /** Smallest sphere about the centre of mass that holds it, m. */
  readonly radiusM: number;

  constructor(id: string, kind: ObjectKind) {
    this.id = id;
    this.kind = kind;
    this.solids = objectSolids(kind);
    this.centerOfMassM = centerOfMass(this.solids);
    this.body = new Body({
      mass: kind.massKg,
      allowSleep: true,
      sleepSpeedLimit: sleepSpeed,
      sleepTimeLimit: sleepAfterS,
    });
    this.body.linearDamping = 0.02;
    this.body.angularDamping = kind.rolling;
    for (const solid of this.solids) addShape(this.body, solid, this.centerOfMassM);
    setFriction(this.body, kind.friction);
    this.radiusM = this.body.boundingRadius;
  }

  /** `mapFromObject`. */
  pose(): Transform {
    const { position, quaternion } = this.body;
    const rotation: QuaternionXyzw = [quaternion.x, quaternion.y, quaternion.z, quaternion.w];
    const offset = rotateVector(rotation, this.centerOfMassM);
    return new Transform([position.x - offset[0], position.y - offset[1], position.z - offset[2]], rotation);
  }

  setPose(mapFromObject: Transform): void {
    const center = mapFromObject.apply(this.centerOfMassM);
    this.body.position.set(...center);
    this.body.quaternion.set(...mapFromObject.rotation);
    this.body.previousPosition.copy(this.body.position);
    this.body.aabbNeedsUpdate = true;
    this.body.updateInertiaWorld(true);
  }

  /** Puts it at rest and lets the physics look at it again. */
  stop(): void {
    this.body.velocity.setZero();
    this.body.angularVelocity.setZero();
    this.body.force.setZero();
    this.body.torque.setZero();
    this.body.wakeUp();
  }

  get isAsleep(): boolean {
    return this.body.sleepState === Body.SLEEPING;
  }
}

function volume(solid: ObjectSolid): number {
  switch (solid.shape.kind) {
    case 'sphere':
      return (4 / 3) * Math.PI * solid.shape.radiusM ** 3;
    case 'box':
      return solid.shape.sizeM[0] * solid.shape.sizeM[1] * solid.shape.sizeM[2];
    case 'cylinder':
      return Math.PI * solid.shape.radiusM ** 2 * solid.shape.heightM;
  }
}

/** Centre of mass of solids of one density, in their object frame, m. */
export function centerOfMass(solids: readonly ObjectSolid[]): Vector3 {
  let total = 0;
  const sum = [0, 0, 0];
  for (const solid of solids) {
    const v = volume(solid);
    total += v;
    for (let axis = 0; axis < 3; axis++)
      sum[axis] = (sum[axis] as number) + v * (solid.objectFromSolid.translation[axis] as number);
  }
  return [(sum[0] as number) / total, (sum[1] as number) / total, (sum[2] as number) / total];
}

/** cannon's cylinder lies along y; ours stands on z. */
const uprightCylinder = new Quaternion(Math.SQRT1_2, 0, 0, Math.SQRT1_2);

function addShape(body: Body, solid: ObjectSolid, centerM: Vector3): void {
  const t = solid.objectFromSolid.translation;
  const offset = new Vec3(t[0] - centerM[0], t[1] - centerM[1], t[2] - centerM[2]);
  const rotation = new Quaternion(...solid.objectFromSolid.rotation);
  const { shape } = solid;
  let cannonShape: Shape;
  if (shape.kind === 'sphere') cannonShape = new Sphere(shape.radiusM);
  else if (shape.kind === 'box')
    cannonShape = new Box(new Vec3(shape.sizeM[0] / 2, shape.sizeM[1] / 2, shape.sizeM[2] / 2));
  else {
    // The polygon has the circle's area, so that it is neither all inside nor all outside of it.
    const r =
      shape.radiusM *
      Math.sqrt((2 * Math.PI) / cylinderSegments / Math.sin((2 * Math.PI) / cylinderSegments));
    cannonShape = new Cylinder(r, r, shape.heightM, cylinderSegments);
    rotation.mult(uprightCylinder, rotation);
  }
  body.addShape(cannonShape, offset, rotation);
}
