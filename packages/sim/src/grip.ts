import { rotateVector, Transform, type Vector3 } from '@efferent/core';
import { poseAt, poseStride, type RobotModel } from '@efferent/robot';
import { Body } from 'cannon-es';
import type { Articulation } from './articulation.ts';
import { BoxSet, writeTransform } from './obb.ts';
import type { ObjectSolid, SimObject } from './object-body.ts';
import { type PhysicsWorld, padFriction } from './physics-world.ts';
import type { RobotSolids, SolidPlacement } from './robot-solids.ts';

/** What the gripper holds. */
export type Held =
  | {
      readonly kind: 'object';
      readonly object: SimObject;
      readonly apertureM: number;
      readonly toolFromObject: Transform;
    }
  | {
      readonly kind: 'handle';
      readonly articulation: Articulation;
      readonly apertureM: number;
      readonly toolPointM: Vector3;
    };

/** Why a grasp ended. */
export type ReleaseReason = 'opened' | 'slipped';

export interface GripEvent {
  readonly event: 'grasped' | 'released';
  readonly target: string;
  readonly reason?: ReleaseReason;
}

/** Squeezing this much past the contact gives full grip force, m; stands for the spring steel of the fingers. */
const squeezeForFullForceM = 0.012;
/** The fingers have let go when the aperture command is this far beyond where they touched, m. */
const releaseM = 0.002;
/** Pads count as touching within this, m. */
const touchM = 0.0015;
/** Spring between a held handle and the pads, N/m and N s/m: the compliance of fingers and wrist. */
const handleStiffness = 800;
const handleDamping = 40;
/** Time constant of the carried load's estimate, s: shorter shocks are taken up by the fingers. */
const loadFilterS = 0.03;
/** An object is grasped when both pads' contact normals lie within this of the closing direction. */
const opposingCosine = 0.7;

/**
 * Holds objects and handles between the pads. A grasp begins only by contact of both pads with opposing normals while closing;
 * it ends when the fingers open or when the load exceeds what friction at the present grip force can hold.
 */
export class Grip {
  held: Held | undefined;
  /** N between the pads. */
  gripForceN = 0;
  /** N, low-passed, what the held thing pulls with. */
  loadN = 0;
  /** Force of a held handle on the robot, map frame, N. */
  readonly handleForceN: [number, number, number] = [0, 0, 0];
  readonly events: GripEvent[] = [];
  readonly #physics: PhysicsWorld;
  readonly #solids: RobotSolids;
  readonly #toolLink: number;
  readonly #maxForceN: number;
  readonly #pads: readonly [number, number];
  readonly #handleBox = new BoxSet(1);
  readonly #pose = new Float64Array(poseStride);
  readonly #load: [number, number, number] = [0, 0, 0];
  readonly #lastVelocity: [number, number, number] = [0, 0, 0];
  #lastPosition: Vector3 | undefined;

  constructor(physics: PhysicsWorld, solids: RobotSolids, model: RobotModel) {
    this.#physics = physics;
    this.#solids = solids;
    this.#toolLink = model.linkIndex(model.manifest.frames.tool);
    this.#maxForceN = model.manifest.gripper.max_grip_force_n;
    const pad = (name: string) => solids.solids.findIndex((s) => s.linkName === name);
    this.#pads = [pad(model.manifest.gripper.pads[0]), pad(model.manifest.gripper.pads[1])];
  }

  toolPose(placement: SolidPlacement): Transform {
    return poseAt(placement.worldFromLink, this.#toolLink);
  }

  /** Grip force for an aperture command, N. */
  squeeze(targetApertureM: number, apertureM: number): number {
    return Math.min(
      this.#maxForceN,
      Math.max(0, ((apertureM - targetApertureM) / squeezeForFullForceM) * this.#maxForceN),
    );
  }

  /** Lets go when the command opens. Call before the fingers move. */
  updateRelease(targetApertureM: number): void {
    if (this.held === undefined) return;
    this.gripForceN = this.squeeze(targetApertureM, this.held.apertureM);
    if (targetApertureM > this.held.apertureM + releaseM) this.release('opened');
  }

  /** Looks for a new grasp from this step's contacts. Call after the physics step. */
  updateGrasp(placement: SolidPlacement, targetApertureM: number, apertureM: number): void {
    if (this.held !== undefined || targetApertureM >= apertureM - 1e-4) return;
    const tool = this.toolPose(placement);
    const closing = rotateVector(tool.rotation, [0, 1, 0]);
    const object = this.#objectBetweenPads(closing);
    if (object !== undefined) {
      this.#holdObject(object, tool, apertureM);
      return;
    }
    for (const articulation of this.#physics.articulations) {
      if (this.#padsTouchHandle(articulation, placement, closing)) {
        const toolPointM = tool.inverse().apply(articulation.handlePoint());
        this.held = { kind: 'handle', articulation, apertureM, toolPointM };
        this.events.push({ event: 'grasped', target: articulation.id });
        return;
      }
    }
  }

  /** Moves what is held with the tool and checks whether it slips. Call after the robot moved. */
  carry(placement: SolidPlacement, dtS: number): void {
    this.handleForceN.fill(0);
    if (this.held === undefined) return;
    if (this.held.kind === 'object')
      this.#carryObject(this.held.object, this.held.toolFromObject, placement, dtS);
    else this.#pullHandle(this.held.articulation, this.held.toolPointM, placement, dtS);
  }

  release(reason: ReleaseReason): void {
    const { held } = this;
    if (held === undefined) return;
    this.held = undefined;
    this.gripForceN = 0;
    this.loadN = 0;
    this.#lastPosition = undefined;
    if (held.kind === 'object') {
      const { body } = held.object;
      body.type = Body.DYNAMIC;
      body.wakeUp();
      this.#solids.drop();
      this.events.push({ event: 'released', target: held.object.id, reason });
    } else this.events.push({ event: 'released', target: held.articulation.id, reason });
  }

  #objectBetweenPads(closing: Vector3): SimObject | undefined {
    const sides = new Map<Body, number>();
    this.#physics.solver.forEachContact(({ bodyA, bodyB, normal }) => {
      const solidA = this.#padOf(bodyA);
      const solidB = this.#padOf(bodyB);
      const pad = solidA ?? solidB;
      if (pad === undefined) return;
      const other = solidA === undefined ? bodyA : bodyB;
      const towardsObject = solidA === undefined ? -1 : 1;
      const cosine =
        (normal[0] * closing[0] + normal[1] * closing[1] + normal[2] * closing[2]) * towardsObject;
      // The left pad lies on +y of the tool and pushes towards -y.
      const inwards = pad === 0 ? -cosine : cosine;
      if (inwards > opposingCosine) sides.set(other, (sides.get(other) ?? 0) | (1 << pad));
    });
    return this.#physics.objects.find(
      (object) => object.body.type === Body.DYNAMIC && sides.get(object.body) === 3,
    );
  }

  #padOf(body: Body): 0 | 1 | undefined {
    if (body === this.#solids.bodies[this.#pads[0]]?.body) return 0;
    return body === this.#solids.bodies[this.#pads[1]]?.body ? 1 : undefined;
  }

  #padsTouchHandle(articulation: Articulation, placement: SolidPlacement, closing: Vector3): boolean {
    const { sizeM, positionM } = articulation.spec.handle;
    const mapFromPart = articulation.mapFromPart();
    this.#handleBox.setHalfSize(0, sizeM[0] / 2 + touchM, sizeM[1] / 2 + touchM, sizeM[2] / 2 + touchM);
    writeTransform(new Transform(mapFromPart.apply(positionM), mapFromPart.rotation), this.#pose, 0);
    this.#handleBox.place(0, this.#pose, 0);
    let touching = 0;
    const center = mapFromPart.apply(positionM);
    for (const [side, pad] of this.#pads.entries()) {
      if (!placement.boxes.boundsOverlap(pad, this.#handleBox, 0, 0)) return false;
      if (placement.boxes.depth(pad, this.#handleBox, 0) <= 0) return false;
      const o = pad * 21;
      const d = placement.boxes.data;
      const offset =
        ((d[o] as number) - center[0]) * closing[0] +
        ((d[o + 1] as number) - center[1]) * closing[1] +
        ((d[o + 2] as number) - center[2]) * closing[2];
      if (side === 0 ? offset > 0 : offset < 0) touching++;
    }
    return touching === 2;
  }

  #holdObject(object: SimObject, tool: Transform, apertureM: number): void {
    const toolFromObject = tool.inverse().multiply(object.pose());
    this.held = { kind: 'object', object, apertureM, toolFromObject };
    const { body } = object;
    body.type = Body.KINEMATIC;
    body.sleepState = Body.AWAKE;
    body.velocity.setZero();
    body.angularVelocity.setZero();
    this.#physics.wakeNear(body.aabb, 0.01);
    const poses = new Float64Array(object.solids.length * poseStride);
    object.solids.forEach((solid, i) => {
      writeTransform(toolFromObject.multiply(solid.objectFromSolid), poses, i * poseStride);
    });
    this.#solids.carry(poses, object.solids.map(carriedHalfSize));
    this.#lastPosition = undefined;
    this.#load.fill(0);
    this.events.push({ event: 'grasped', target: object.id });
  }

  #carryObject(object: SimObject, toolFromObject: Transform, placement: SolidPlacement, dtS: number): void {
    const { body } = object;
    const before: Vector3 = [body.position.x, body.position.y, body.position.z];
    const mapFromObject = this.toolPose(placement).multiply(toolFromObject);
    object.setPose(mapFromObject);
    const v = this.#lastVelocity;
    const velocity: Vector3 = [
      (body.position.x - before[0]) / dtS,
      (body.position.y - before[1]) / dtS,
      (body.position.z - before[2]) / dtS,
    ];
    const known = this.#lastPosition !== undefined;
    const mass = object.kind.massKg;
    const gravity = this.#physics.scene.file.physics.gravityMps2;
    const blend = Math.min(1, dtS / loadFilterS);
    for (let axis = 0; axis < 3; axis++) {
      const acceleration = known ? ((velocity[axis] as number) - (v[axis] as number)) / dtS : 0;
      const pull = mass * (acceleration + (axis === 2 ? gravity : 0));
      this.#load[axis] = (this.#load[axis] as number) + blend * (pull - (this.#load[axis] as number));
      v[axis] = velocity[axis] as number;
    }
    this.#lastPosition = before;
    body.velocity.set(...velocity);
    this.loadN = Math.hypot(...this.#load);
    const mu = Math.sqrt(padFriction * object.kind.friction);
    if (this.loadN > 2 * mu * this.gripForceN) this.release('slipped');
  }

  #pullHandle(articulation: Articulation, toolPointM: Vector3, placement: SolidPlacement, dtS: number): void {
    const point = this.toolPose(placement).apply(toolPointM);
    const handle = articulation.handlePoint();
    const last = this.#lastPosition ?? [point[0] - handle[0], point[1] - handle[1], point[2] - handle[2]];
    const force: [number, number, number] = [0, 0, 0];
    const stretch: [number, number, number] = [0, 0, 0];
    for (let axis = 0; axis < 3; axis++) {
      stretch[axis] = (point[axis] as number) - (handle[axis] as number);
      const rate = ((stretch[axis] as number) - (last[axis] as number)) / dtS;
      force[axis] = handleStiffness * (stretch[axis] as number) + handleDamping * rate;
    }
    this.#lastPosition = stretch;
    const blend = Math.min(1, dtS / loadFilterS);
    this.loadN += blend * (Math.hypot(...force) - this.loadN);
    const limitN = Math.min(articulation.physics.handleBreakawayN, 2 * padFriction * this.gripForceN);
    if (this.loadN > limitN) {
      this.release('slipped');
      return;
    }
    for (let axis = 0; axis < 3; axis++) this.handleForceN[axis] = -(force[axis] as number);
  }
}

function carriedHalfSize({ shape }: ObjectSolid): Vector3 {
  switch (shape.kind) {
    case 'box':
      return [shape.sizeM[0] / 2, shape.sizeM[1] / 2, shape.sizeM[2] / 2];
    case 'cylinder':
      return [shape.radiusM, shape.radiusM, shape.heightM / 2];
    case 'sphere':
      return [shape.radiusM, shape.radiusM, shape.radiusM];
  }
}
