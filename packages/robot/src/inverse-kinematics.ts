import { Rng, type Transform, wrapAngle } from '@efferent/core';
import type { Actuator } from './actuator.ts';
import { poseAt, type RobotModel } from './robot-model.ts';

/** Damping of least squares falls with the squared error (Levenberg-Marquardt) to this floor. */
const minDamping = 1e-6;
const dampingPerError = 0.02;
/** Longest move of a joint in one iteration, m or rad. */
const maxStep = 0.3;
/** Other starts to try when the seed leads nowhere. */
const restarts = 5;
/** Weighs a radian against a metre, m. */
const metresPerRadian = 0.3;

export interface IkRequest {
  /** Wanted tool pose in the frame in which the base now stands at the origin. */
  readonly baseFromTool: Transform;
  /** Positions to start from, order of `model.actuators`, m or rad. */
  readonly seed: Float64Array;
  /** Actuators that may move; the rest keep `seed`. */
  readonly actuators: readonly string[];
  /** Leave the rotation about the vertical free. */
  readonly freeHeading?: boolean;
  /** Let the base drive straight, and turn. */
  readonly moveBase?: boolean;
  readonly turnBase?: boolean;
  /** Preferred positions where there is freedom left; default the seed. */
  readonly rest?: Float64Array;
  readonly toleranceM?: number;
  readonly toleranceRad?: number;
  /** Of one descent; default 60. */
  readonly maxIterations?: number;
  /** Try other starts when the seed leads nowhere; default true. Off for small steps along a line. */
  readonly mayRestart?: boolean;
}

export interface IkResult {
  readonly converged: boolean;
  readonly actuatorPositions: Float64Array;
  /** Where the base goes: turn by `yawRad`, then drive `forwardM`. */
  readonly base: { readonly yawRad: number; readonly forwardM: number };
  readonly positionErrorM: number;
  readonly orientationErrorRad: number;
  readonly iterations: number;
}

/**
 * Finds actuator positions for a tool pose by damped least squares, within limits, drawing the freedom that is left
 * towards `rest`. Works for any robot; deterministic, other starts included.
 *
 * @see Buss, Introduction to Inverse Kinematics with Jacobian Transpose, Pseudoinverse and Damped Least Squares (2004)
 */
export function solveInverseKinematics(model: RobotModel, request: IkRequest): IkResult {
  let best = descend(model, request, request.seed);
  const rng = new Rng(1);
  for (let i = 0; i < restarts && !best.converged && request.mayRestart !== false; i++) {
    const seed = request.seed.slice();
    for (const name of request.actuators) {
      const index = model.actuatorIndex(name);
      const { lower, upper } = model.actuators[index] as Actuator;
      seed[index] = rng.range(lower, upper);
    }
    const other = descend(model, request, seed);
    if (other.converged || other.positionErrorM < best.positionErrorM) best = other;
  }
  return best;
}

function descend(model: RobotModel, request: IkRequest, seed: Float64Array): IkResult {
  const solver = new LeastSquares(model, request, seed);
  const { toleranceM = 1e-3, toleranceRad = 0.01, maxIterations = 60 } = request;
  let iterations = 0;
  while (iterations < maxIterations && !solver.isWithin(toleranceM, toleranceRad)) {
    iterations++;
    solver.step(Math.max(0, 1 - iterations / 20));
  }
  return {
    converged: solver.isWithin(toleranceM, toleranceRad),
    actuatorPositions: solver.positions,
    base: { yawRad: solver.base[0] as number, forwardM: solver.base[1] as number },
    positionErrorM: solver.positionErrorM,
    orientationErrorRad: solver.orientationErrorRad,
    iterations,
  };
}

class LeastSquares {
  readonly positions: Float64Array;
  /** Turn (rad) and forward drive (m) of the base. */
  readonly base = new Float64Array(2);
  positionErrorM = 0;
  orientationErrorRad = 0;
  readonly #model: RobotModel;
  readonly #request: IkRequest;
  readonly #rest: Float64Array;
  /** Actuator index, or -1 for the turn and -2 for the drive of the base. */
  readonly #variables: readonly number[];
  readonly #q: Float64Array;
  readonly #poses: Float64Array;
  readonly #tool: number;
  readonly #error = new Float64Array(6);
  readonly #jacobian: Float64Array;

  constructor(model: RobotModel, request: IkRequest, seed: Float64Array) {
    this.#model = model;
    this.#request = request;
    this.positions = seed.slice();
    this.#rest = request.rest ?? request.seed;
    this.#variables = [
      ...request.actuators.map((name) => model.actuatorIndex(name)),
      ...(request.turnBase === true ? [-1] : []),
      ...(request.moveBase === true ? [-2] : []),
    ];
    this.#q = model.zeroJointPositions();
    this.#poses = model.createKinematicsBuffer();
    this.#tool = model.linkIndex(model.manifest.frames.tool);
    this.#jacobian = new Float64Array(6 * this.#variables.length);
    this.#measure(this.#error);
  }

  isWithin(toleranceM: number, toleranceRad: number): boolean {
    return this.positionErrorM <= toleranceM && this.orientationErrorRad <= toleranceRad;
  }

  /** @param pullShare - how much of the pull to the rest pose to apply, [0, 1] */
  step(pullShare: number): void {
    const count = this.#variables.length;
    this.#fillJacobian();
    const damping = minDamping + dampingPerError * this.#error.reduce((sum, value) => sum + value * value, 0);
    const gram = new Float64Array(36);
    for (let r = 0; r < 6; r++) {
      for (let c = 0; c < 6; c++) {
        let sum = r === c ? damping : 0;
        for (let v = 0; v < count; v++)
          sum += this.#jacobian[r * count + v]! * this.#jacobian[c * count + v]!;
        gram[r * 6 + c] = sum;
      }
    }
    const towards = solveSymmetric(gram, this.#error);
    const pull = new Float64Array(count);
    for (let v = 0; v < count; v++) pull[v] = 0.1 * pullShare * (this.#restOf(v) - this.#valueOf(v));
    const pulled = new Float64Array(6);
    for (let r = 0; r < 6; r++)
      for (let v = 0; v < count; v++) pulled[r]! += this.#jacobian[r * count + v]! * pull[v]!;
    const undo = solveSymmetric(gram, pulled);
    for (let v = 0; v < count; v++) {
      let change = pull[v]!;
      for (let r = 0; r < 6; r++) change += this.#jacobian[r * count + v]! * (towards[r]! - undo[r]!);
      this.#move(v, Math.max(-maxStep, Math.min(maxStep, change)));
    }
    this.#measure(this.#error);
  }

  #fillJacobian(): void {
    const count = this.#variables.length;
    const shifted = new Float64Array(6);
    const stepSize = 1e-5;
    const { positionErrorM, orientationErrorRad } = this;
    for (let v = 0; v < count; v++) {
      const value = this.#valueOf(v);
      this.#set(v, value + stepSize);
      this.#measure(shifted);
      this.#set(v, value);
      for (let r = 0; r < 6; r++) this.#jacobian[r * count + v] = (this.#error[r]! - shifted[r]!) / stepSize;
    }
    this.positionErrorM = positionErrorM;
    this.orientationErrorRad = orientationErrorRad;
  }

  #valueOf(variable: number): number {
    const index = this.#variables[variable] as number;
    return index < 0 ? (this.base[-1 - index] as number) : (this.positions[index] as number);
  }

  #restOf(variable: number): number {
    const index = this.#variables[variable] as number;
    return index < 0 ? 0 : (this.#rest[index] as number);
  }

  #set(variable: number, value: number): void {
    const index = this.#variables[variable] as number;
    if (index < 0) this.base[-1 - index] = value;
    else this.positions[index] = value;
  }

  #move(variable: number, change: number): void {
    const index = this.#variables[variable] as number;
    const value = this.#valueOf(variable) + change;
    const actuator = this.#model.actuators[index];
    this.#set(
      variable,
      actuator === undefined ? wrapAngle(value) : Math.max(actuator.lower, Math.min(actuator.upper, value)),
    );
  }

  /** Writes the weighted difference of goal and tool: position, then rotation vector, base axes. */
  #measure(error: Float64Array): void {
    const model = this.#model;
    model.forwardKinematics(model.jointPositionsFromActuators(this.positions, this.#q), this.#poses);
    const tool = poseAt(this.#poses, this.#tool);
    const [yaw, forward] = this.base as unknown as readonly [number, number];
    const c = Math.cos(yaw);
    const s = Math.sin(yaw);
    const [x, y, z] = tool.translation;
    const goal = this.#request.baseFromTool;
    error[0] = goal.translation[0] - (c * (x + forward) - s * y);
    error[1] = goal.translation[1] - (s * (x + forward) + c * y);
    error[2] = goal.translation[2] - z;
    this.positionErrorM = Math.hypot(error[0], error[1], error[2]);
    rotationError(goal, tool, yaw, error);
    if (this.#request.freeHeading === true) error[5] = 0;
    this.orientationErrorRad = Math.hypot(error[3]!, error[4]!, error[5]!);
    for (let r = 3; r < 6; r++) error[r]! *= metresPerRadian;
  }
}

/** Writes the rotation vector that turns the tool (on a base turned by `yawRad`) to the goal into `out[3..5]`. */
function rotationError(goal: Transform, tool: Transform, yawRad: number, out: Float64Array): void {
  const [gx, gy, gz, gw] = goal.rotation;
  const [tx, ty, tz, tw] = tool.rotation;
  const sy = Math.sin(yawRad / 2);
  const cy = Math.cos(yawRad / 2);
  // (0, 0, sy, cy) * tool, conjugated.
  const bx = -(cy * tx - sy * ty);
  const by = -(cy * ty + sy * tx);
  const bz = -(cy * tz + sy * tw);
  const bw = cy * tw - sy * tz;
  let x = gw * bx + gx * bw + gy * bz - gz * by;
  let y = gw * by - gx * bz + gy * bw + gz * bx;
  let z = gw * bz + gx * by - gy * bx + gz * bw;
  let w = gw * bw - gx * bx - gy * by - gz * bz;
  if (w < 0) {
    x = -x;
    y = -y;
    z = -z;
    w = -w;
  }
  const sine = Math.hypot(x, y, z);
  const scale = sine < 1e-9 ? 2 : (2 * Math.atan2(sine, w)) / sine;
  out[3] = x * scale;
  out[4] = y * scale;
  out[5] = z * scale;
}

/** Solves `A x = b` for a symmetric positive definite 6x6 matrix by Cholesky factorisation. */
function solveSymmetric(a: Float64Array, b: Float64Array): Float64Array {
  const n = 6;
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / l[j * n + j]!;
    }
  }
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= l[i * n + k]! * x[k]!;
    x[i]! /= l[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= l[k * n + i]! * x[k]!;
    x[i]! /= l[i * n + i]!;
  }
  return x;
}
