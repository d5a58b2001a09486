import { type Rng, wrapAngle } from '@efferent/core';
import type { Actuator, RobotModel } from '@efferent/robot';
import { approachSpeed, bounded, moveBase } from './base-motion.ts';
import { centreDistance } from './box-distance.ts';
import type { CollisionLog } from './collision-log.ts';
import { Grip } from './grip.ts';
import type { PhysicsWorld } from './physics-world.ts';
import { type Push, pushOf } from './push-force.ts';
import { RobotBodies } from './robot-bodies.ts';
import { RobotSolids, type SolidPlacement } from './robot-solids.ts';
import { blockedEffort, servoVelocity } from './servo.ts';
import { WheelOdometry } from './wheel-odometry.ts';

/** A link may overlap what it touches by this much before it is stopped, m. */
const stopDepthM = 0.0015;
/** Fingers are spring steel: against a handle they bend this far, m. */
const fingerBendM = 0.008;
/** Objects pushed harder than this stop the motion that pushes them, N. */
const pushLimitN = 30;
/** Overlap of a link and an object that counts as a collision, m. */
const penetrationM = 0.005;

/** The state of one robot: pose, joints, efforts. All arrays in the order of the model's actuators or joints. */
export interface PlantState {
  x: number;
  y: number;
  yaw: number;
  /** m/s and rad/s of the base, as it truly moves. */
  linear: number;
  angular: number;
  readonly actuatorPositions: Float64Array;
  readonly actuatorVelocities: Float64Array;
  /** N or N m against the outside. */
  readonly actuatorEfforts: Float64Array;
  /** Joint positions `q` of the model. */
  readonly q: Float64Array;
}

interface Candidate {
  x: number;
  y: number;
  yaw: number;
  readonly actuators: Float64Array;
  readonly q: Float64Array;
  placement: SolidPlacement;
}

/**
 * Moves a robot's links kinematically within the limits of its actuators, and stops each motion that would enter something solid.
 *
 * A chain of constraints would sag (docs/decisions/2026-11-23-contact-physics.md); real position loops hold their joints to a fraction of a
 * millimetre, so links follow forward kinematics exactly. Contact acts back as stops and efforts.
 */
export class RobotPlant {
  readonly model: RobotModel;
  readonly physics: PhysicsWorld;
  readonly solids: RobotSolids;
  readonly grip: Grip;
  readonly state: PlantState;
  readonly odometry: WheelOdometry;
  /** Commanded positions, order of `model.actuators`. */
  readonly targets: Float64Array;
  /** What stopped the last step's motion, one entry for each degree of freedom that it stopped. */
  readonly pushes: Push[] = [];
  /** Robots that this one must not run into. */
  others: readonly RobotPlant[] = [];
  /** Commanded base twist, m/s and rad/s. */
  baseTarget = { linear: 0, angular: 0 };
  /** World bounds of all solids: min x, y, z, max x, y, z. */
  readonly bounds: Float64Array;
  readonly #bodies: RobotBodies;
  readonly #log: CollisionLog;
  readonly #candidate: Candidate;
  readonly #trial: Candidate;
  #placement: SolidPlacement;
  readonly #gripper: number;
  readonly #near: number[] = [];
  readonly #normal = new Float64Array(3);
  /** Solids that push too hard, with the direction they push in: from the last physics step. */
  readonly #overloads: {
    readonly solid: number;
    readonly x: number;
    readonly y: number;
    readonly z: number;
    readonly with: string;
  }[] = [];
  /** rad, left and right; kept out of the collision configuration, where a turning box would touch the floor. */
  readonly wheelPositions = new Float64Array(2);
  #blockedBy = -1;
  #blockedObstacle = '';
  #blockedAtHandle = false;

  constructor(model: RobotModel, physics: PhysicsWorld, log: CollisionLog, rng: Rng) {
    this.model = model;
    this.physics = physics;
    this.#log = log;
    this.solids = new RobotSolids(model);
    this.#bodies = new RobotBodies(this.solids);
    this.bounds = this.#bodies.bounds;
    physics.robots.push(this.#bodies);
    this.grip = new Grip(physics, this.solids, model);
    this.odometry = new WheelOdometry(rng.fork('odometry'));
    const count = model.actuators.length;
    this.state = {
      x: 0,
      y: 0,
      yaw: 0,
      linear: 0,
      angular: 0,
      actuatorPositions: model.namedPose('stow'),
      actuatorVelocities: new Float64Array(count),
      actuatorEfforts: new Float64Array(count),
      q: model.zeroJointPositions(),
    };
    this.targets = Float64Array.from(this.state.actuatorPositions);
    this.#gripper = model.actuatorIndex(model.manifest.gripper.actuator);
    this.#placement = this.solids.createPlacement();
    this.#candidate = this.#newCandidate();
    this.#trial = this.#newCandidate();
    this.reset(0, 0, 0);
  }

  /** Where the robot's solids are now. */
  get placement(): SolidPlacement {
    return this.#placement;
  }

  get apertureM(): number {
    return this.state.actuatorPositions[this.#gripper] as number;
  }

  /** Puts the robot at a base pose, in its stow pose, at rest, holding nothing. */
  reset(x: number, y: number, yaw: number): void {
    this.grip.release('opened');
    const { state } = this;
    state.x = x;
    state.y = y;
    state.yaw = yaw;
    state.linear = 0;
    state.angular = 0;
    state.actuatorPositions.set(this.model.namedPose('stow'));
    state.actuatorVelocities.fill(0);
    state.actuatorEfforts.fill(0);
    this.hold();
    this.model.jointPositionsFromActuators(state.actuatorPositions, state.q);
    this.odometry.reset();
    this.#overloads.length = 0;
    this.solids.place(state.q, x, y, yaw, this.#placement);
    this.#bodies.moved(this.#placement, this.#placement, 1);
    this.#bodies.refreshBodies();
  }

  /** Commands the robot to stay as it is. */
  hold(): void {
    this.targets.set(this.state.actuatorPositions);
    this.baseTarget = { linear: 0, angular: 0 };
  }

  /** Advances the robot by one step, before the physics of the objects. Does not allocate while nothing blocks. */
  step(dtS: number, timeS: number): void {
    this.grip.updateRelease(this.targets[this.#gripper] as number);
    this.pushes.length = 0;
    const next = this.#candidate;
    const moves = this.#propose(next, dtS);
    if (moves) {
      this.solids.place(next.q, next.x, next.y, next.yaw, next.placement);
      if (this.#violates(next)) this.#resolve(next, dtS, timeS);
    }
    this.#commit(next, dtS, moves);
    this.grip.carry(this.#placement, dtS);
    this.#updateEfforts();
  }

  /** Reads the contacts of the physics step: new grasps, pushes above the limit, penetrations. */
  afterPhysics(timeS: number): void {
    this.grip.updateGrasp(this.#placement, this.targets[this.#gripper] as number, this.apertureM);
    this.#overloads.length = 0;
    if (this.physics.solver.contactCount === 0) return;
    const { bodies } = this.solids;
    this.physics.solver.forEachContact((contact) => {
      let solid = -1;
      for (let i = 0; i < bodies.length && solid < 0; i++) {
        const { body } = bodies[i] as (typeof bodies)[number];
        if (contact.bodyA === body || contact.bodyB === body) solid = i;
      }
      const held = this.grip.held;
      const carried =
        held?.kind === 'object' && (contact.bodyA === held.object.body || contact.bodyB === held.object.body);
      if (solid < 0 && !carried) return;
      const robotBody = carried && held?.kind === 'object' ? held.object.body : bodies[solid]?.body;
      const sign = contact.bodyA === robotBody ? 1 : -1;
      const other = contact.bodyA === robotBody ? contact.bodyB : contact.bodyA;
      const object = this.physics.objects.find((o) => o.body === other);
      if (object === undefined) return;
      const isHand = solid >= 0 && this.solids.roleOf(solid) !== 'link';
      const link = carried ? 'carried' : this.solids.nameOf(solid);
      if (contact.penetrationM > penetrationM && !isHand) {
        this.#log.record({ atS: timeS, link, with: object.id, kind: 'penetration' });
      }
      if (contact.normalForceN > pushLimitN) {
        const [x, y, z] = contact.normal;
        this.#overloads.push({
          solid: solid < 0 ? this.solids.count : solid,
          x: x * sign,
          y: y * sign,
          z: z * sign,
          with: object.id,
        });
        if (!isHand && !carried) this.#log.record({ atS: timeS, link, with: object.id, kind: 'force' });
      }
    });
  }

  /** Writes the next state into `next`; returns whether anything moves. */
  #propose(next: Candidate, dtS: number): boolean {
    const { state, model } = this;
    let moves = false;
    const held = this.grip.held;
    for (let i = 0; i < model.actuators.length; i++) {
      const actuator = model.actuators[i] as Actuator;
      const position = state.actuatorPositions[i] as number;
      let target = Math.min(actuator.upper, Math.max(actuator.lower, this.targets[i] as number));
      if (i === this.#gripper && held !== undefined) target = Math.max(target, held.apertureM);
      const velocity = servoVelocity(actuator, target - position, state.actuatorVelocities[i] as number, dtS);
      state.actuatorVelocities[i] =
        Math.abs(velocity) < 1e-6 && Math.abs(target - position) < 1e-6 ? 0 : velocity;
      const moved = Math.min(
        actuator.upper,
        Math.max(actuator.lower, position + (state.actuatorVelocities[i] as number) * dtS),
      );
      next.actuators[i] = moved;
      if (moved !== position) moves = true;
    }
    this.#accelerateBase(dtS);
    moveBase(next, state, state.linear, state.angular, dtS);
    next.q.set(state.q);
    model.jointPositionsFromActuators(next.actuators, next.q);
    return moves || state.linear !== 0 || state.angular !== 0;
  }

  #accelerateBase(dtS: number): void {
    const { base } = this.model.manifest;
    if (base.kind === 'fixed') return;
    const { state } = this;
    state.linear = approachSpeed(
      state.linear,
      bounded(this.baseTarget.linear, base.max_linear_speed_mps),
      base.max_linear_acceleration_mps2 * dtS,
      base.max_linear_deceleration_mps2 * dtS,
    );
    state.angular = approachSpeed(
      state.angular,
      bounded(this.baseTarget.angular, base.max_angular_speed_rad_s),
      base.max_angular_acceleration_rad_s2 * dtS,
      base.max_angular_deceleration_rad_s2 * dtS,
    );
  }

  /** Tells whether a configuration enters something deeper than the present one does; remembers what. */
  #violates(next: Candidate): boolean {
    const { boxes } = next.placement;
    const total = this.solids.count + this.solids.carriedCount;
    boxes.unionBounds(0, total, this.bounds);
    const { obstacleBoxes, obstacles } = this.physics;
    const near = this.#near;
    near.length = 0;
    for (let i = 0; i < obstacles.length; i++) if (obstacleBoxes.boundsTouch(i, this.bounds, 0)) near.push(i);
    for (let s = 0; s < total; s++) {
      const role = this.solids.roleOf(s);
      for (let n = 0; n < near.length; n++) {
        const o = near[n] as number;
        if (!boxes.boundsOverlap(s, obstacleBoxes, o, -stopDepthM)) continue;
        const allowed = this.#allowedDepth(role, o);
        if (allowed === Number.POSITIVE_INFINITY) continue;
        const depth = boxes.depth(s, obstacleBoxes, o, this.#normal);
        if (depth <= allowed) continue;
        if (depth <= this.#placement.boxes.depth(s, obstacleBoxes, o) + 1e-6) continue;
        this.#blockedBy = s;
        this.#blockedObstacle = obstacles[o]?.ownerId ?? '';
        // Fingers are made to touch handles: that stops them, but is no collision.
        this.#blockedAtHandle = role !== 'link' && role !== 'carried' && obstacles[o]?.part === 'handle';
        return true;
      }
    }
    return this.#violatesSelf(next) || this.#violatesOther(next) || this.#violatesOverload(next);
  }

  #violatesOther(next: Candidate): boolean {
    const { boxes } = next.placement;
    const total = this.solids.count + this.solids.carriedCount;
    for (const other of this.others) {
      const theirs = other.placement.boxes;
      for (let o = 0; o < other.solids.count; o++) {
        if (!theirs.boundsTouch(o, this.bounds, 0)) continue;
        for (let s = 0; s < total; s++) {
          if (!boxes.boundsOverlap(s, theirs, o, -stopDepthM)) continue;
          const depth = boxes.depth(s, theirs, o, this.#normal);
          if (depth <= stopDepthM || depth <= this.#placement.boxes.depth(s, theirs, o) + 1e-6) continue;
          this.#blockedBy = s;
          this.#blockedObstacle = other.model.id;
          this.#blockedAtHandle = false;
          return true;
        }
      }
    }
    return false;
  }

  #allowedDepth(role: ReturnType<RobotSolids['roleOf']>, obstacle: number): number {
    const { ownerId, part } = this.physics.obstacles[obstacle] as (typeof this.physics.obstacles)[number];
    if (role === 'link' || role === 'carried') return stopDepthM;
    const held = this.grip.held;
    if (held?.kind === 'handle' && held.articulation.id === ownerId) return Number.POSITIVE_INFINITY;
    return part === 'handle' ? fingerBendM : stopDepthM;
  }

  #violatesSelf(next: Candidate): boolean {
    const { boxes } = next.placement;
    for (let p = 0; p < this.solids.selfPairs.length; p++) {
      const [a, b] = this.solids.selfPairs[p] as readonly [number, number];
      if (!boxes.boundsOverlap(a, boxes, b, 0)) continue;
      const depth = boxes.depth(a, boxes, b);
      if (depth <= stopDepthM || depth <= this.#placement.boxes.depth(a, this.#placement.boxes, b) + 1e-6)
        continue;
      this.#blockedBy = b;
      this.#blockedObstacle = this.solids.nameOf(a);
      return true;
    }
    return false;
  }

  #violatesOverload(next: Candidate): boolean {
    for (const overload of this.#overloads) {
      const o = overload.solid * 21;
      const now = this.#placement.boxes.data;
      const then = next.placement.boxes.data;
      const along =
        ((then[o] as number) - (now[o] as number)) * overload.x +
        ((then[o + 1] as number) - (now[o + 1] as number)) * overload.y +
        ((then[o + 2] as number) - (now[o + 2] as number)) * overload.z;
      if (along <= 1e-7) continue;
      this.#blockedBy = -1;
      this.#blockedObstacle = overload.with;
      this.#blockedAtHandle = false;
      return true;
    }
    return false;
  }

  /** Finds the motions that lead into the obstacle, one degree of freedom at a time, and takes only them back. */
  #resolve(next: Candidate, dtS: number, timeS: number): void {
    this.#recordStop(timeS);
    const { state, model } = this;
    const trial = this.#trial;
    const isBase = model.actuators.length;
    let anyReverted = false;
    for (let dof = 0; dof <= isBase; dof++) {
      trial.actuators.set(state.actuatorPositions);
      trial.x = state.x;
      trial.y = state.y;
      trial.yaw = state.yaw;
      if (dof === isBase) {
        if (state.linear === 0 && state.angular === 0) continue;
        moveBase(trial, state, state.linear, state.angular, dtS);
      } else {
        if (next.actuators[dof] === state.actuatorPositions[dof]) continue;
        trial.actuators[dof] = next.actuators[dof] as number;
      }
      this.#placeTrial(trial);
      if (!this.#violates(trial)) continue;
      this.#notePush(trial, dof, dtS);
      this.#revert(next, dof);
      anyReverted = true;
    }
    this.#placeTrial(next);
    if (anyReverted && !this.#violates(next)) return;
    for (let dof = 0; dof <= isBase; dof++) this.#revert(next, dof);
    this.#placeTrial(next);
  }

  #placeTrial(candidate: Candidate): void {
    candidate.q.set(this.state.q);
    this.model.jointPositionsFromActuators(candidate.actuators, candidate.q);
    this.solids.place(candidate.q, candidate.x, candidate.y, candidate.yaw, candidate.placement);
  }

  #revert(next: Candidate, dof: number): void {
    const { state } = this;
    if (dof < this.model.actuators.length) {
      next.actuators[dof] = state.actuatorPositions[dof] as number;
      state.actuatorVelocities[dof] = 0;
      return;
    }
    next.x = state.x;
    next.y = state.y;
    next.yaw = state.yaw;
    state.linear = 0;
    state.angular = 0;
  }

  /** Notes how hard and how fast one degree of freedom ran into what `#violates` has just found. */
  #notePush(trial: Candidate, dof: number, dtS: number): void {
    if (this.#blockedBy < 0) return;
    const position = this.state.actuatorPositions[dof] as number;
    const movedM = centreDistance(this.#placement.boxes, trial.placement.boxes, this.#blockedBy);
    const stepped = (trial.actuators[dof] as number) - position;
    const error = (this.targets[dof] as number) - position;
    this.pushes.push(pushOf(this.model, dof, { with: this.#blockedObstacle, movedM, stepped, error, dtS }));
  }

  #recordStop(timeS: number): void {
    if (this.#blockedBy < 0 || this.#blockedAtHandle) return;
    // What is carried must touch what it is put on: only a push from the side is a collision.
    const isPlacing = this.#blockedBy >= this.solids.count && Math.abs(this.#normal[2] as number) > 0.7;
    if (isPlacing) return;
    this.#log.record({
      atS: timeS,
      link: this.solids.nameOf(this.#blockedBy),
      with: this.#blockedObstacle,
      kind: 'stop',
    });
  }

  #commit(next: Candidate, dtS: number, moves: boolean): void {
    const { state } = this;
    this.odometry.step(state.linear, state.angular, dtS);
    if (!moves) {
      if (this.#bodies.isMoving) this.#bodies.moved(this.#placement, this.#placement, dtS);
      return;
    }
    state.x = next.x;
    state.y = next.y;
    state.yaw = wrapAngle(next.yaw);
    state.actuatorPositions.set(next.actuators);
    state.q.set(next.q);
    this.#turnWheels(dtS);
    const previous = this.#placement;
    this.#placement = next.placement;
    this.#bodies.moved(previous, this.#placement, dtS);
    next.placement = previous;
  }

  #turnWheels(dtS: number): void {
    const { base } = this.model.manifest;
    if (base.kind === 'fixed') return;
    const { wheel_radius_m, wheel_separation_m } = base;
    const { linear, angular } = this.state;
    const turn = (angular * wheel_separation_m) / 2;
    this.wheelPositions[0] =
      ((this.wheelPositions[0] as number) + ((linear - turn) / wheel_radius_m) * dtS) % (2 * Math.PI);
    this.wheelPositions[1] =
      ((this.wheelPositions[1] as number) + ((linear + turn) / wheel_radius_m) * dtS) % (2 * Math.PI);
  }

  /** Tells whether a moving part now presses into a link other than the fingers. */
  meetsPart(articulationId: string): boolean {
    const { obstacles, obstacleBoxes } = this.physics;
    for (let o = 0; o < obstacles.length; o++) {
      if (obstacles[o]?.ownerId !== articulationId || !obstacleBoxes.boundsTouch(o, this.bounds, 0)) continue;
      for (let s = 0; s < this.solids.count; s++) {
        if (this.solids.roleOf(s) !== 'link' || !this.#placement.boxes.boundsOverlap(s, obstacleBoxes, o, 0))
          continue;
        if (this.#placement.boxes.depth(s, obstacleBoxes, o) > stopDepthM) return true;
      }
    }
    return false;
  }

  #updateEfforts(): void {
    const { state, model, grip } = this;
    for (let i = 0; i < model.actuators.length; i++) {
      const actuator = model.actuators[i] as Actuator;
      const error = (this.targets[i] as number) - (state.actuatorPositions[i] as number);
      const stalled = state.actuatorVelocities[i] === 0 && Math.abs(error) > 1e-4;
      state.actuatorEfforts[i] = stalled ? blockedEffort(actuator, error) : 0;
    }
    // Closing is the negative direction of the aperture.
    if (grip.held !== undefined) state.actuatorEfforts[this.#gripper] = -grip.gripForceN;
  }

  #newCandidate(): Candidate {
    return {
      x: 0,
      y: 0,
      yaw: 0,
      actuators: new Float64Array(this.model.actuators.length),
      q: this.model.zeroJointPositions(),
      placement: this.solids.createPlacement(),
    };
  }
}
