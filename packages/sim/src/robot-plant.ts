import { type Rng, wrapAngle } from '@efferent/core';
import type { Actuator, RobotModel } from '@efferent/robot';
import { approachSpeed, bounded, moveBase } from './base-motion.ts';
import { centreWay } from './box-distance.ts';
import type { CollisionLog } from './collision-log.ts';
import { Grip } from './grip.ts';
import { MotionStops } from './motion-stops.ts';
import type { PhysicsWorld } from './physics-world.ts';
import { type Push, pushOf } from './push-force.ts';
import { RobotBodies } from './robot-bodies.ts';
import { RobotSolids, type SolidPlacement } from './robot-solids.ts';
import { blockedEffort, servoVelocity } from './servo.ts';
import { WheelOdometry } from './wheel-odometry.ts';

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
  /** What this robot's motions would run into. */
  readonly stops: MotionStops;
  /** Commanded base twist, m/s and rad/s. */
  baseTarget = { linear: 0, angular: 0 };
  /** World bounds of all solids: min x, y, z, max x, y, z. */
  readonly bounds: Float64Array;
  readonly #bodies: RobotBodies;
  readonly #candidate: Candidate;
  readonly #trial: Candidate;
  #placement: SolidPlacement;
  readonly #gripper: number;
  /** rad, left and right; kept out of the collision configuration, where a turning box would touch the floor. */
  readonly wheelPositions = new Float64Array(2);
  constructor(model: RobotModel, physics: PhysicsWorld, log: CollisionLog, rng: Rng) {
    this.model = model;
    this.physics = physics;
    this.solids = new RobotSolids(model);
    this.#bodies = new RobotBodies(this.solids);
    this.bounds = this.#bodies.bounds;
    physics.robots.push(this.#bodies);
    this.grip = new Grip(physics, this.solids, model);
    this.stops = new MotionStops(physics, this.solids, this.grip, log, this.bounds);
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
    this.stops.reset();
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
      if (this.stops.isBlocked(this.#placement, next.placement)) this.#resolve(next, dtS, timeS);
    }
    this.#commit(next, dtS, moves);
    this.grip.carry(this.#placement, dtS);
    this.#updateEfforts();
  }

  /** Takes in the physics step of the objects: new grasps, and what is pushed too hard. */
  afterPhysics(timeS: number): void {
    this.grip.updateGrasp(this.#placement, this.targets[this.#gripper] as number, this.apertureM);
    this.stops.readContacts(timeS);
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

  /** Finds the motions that lead into the obstacle, one degree of freedom at a time, and takes only them back. */
  #resolve(next: Candidate, dtS: number, timeS: number): void {
    this.stops.record(timeS);
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
      if (!this.stops.isBlocked(this.#placement, trial.placement)) continue;
      this.#notePush(trial, dof, dtS);
      this.#revert(next, dof);
      anyReverted = true;
    }
    this.#placeTrial(next);
    if (anyReverted && !this.stops.isBlocked(this.#placement, next.placement)) return;
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

  /** Notes how hard and how fast one degree of freedom ran into what was just found. */
  #notePush(trial: Candidate, dof: number, dtS: number): void {
    const { solid, obstacle } = this.stops.blockage;
    if (solid < 0) return;
    const position = this.state.actuatorPositions[dof] as number;
    const wayM = centreWay(this.#placement.boxes, trial.placement.boxes, solid);
    const stepped = (trial.actuators[dof] as number) - position;
    const error = (this.targets[dof] as number) - position;
    this.pushes.push(pushOf(this.model, dof, { with: obstacle, wayM, stepped, error, dtS }));
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
