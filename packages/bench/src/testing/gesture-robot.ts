import { Transform } from '@efferent/core';
import { type ControlOutput, GestureController, type GestureMapping, gestureNames } from '@efferent/emg';
import type { MessageTypes } from '@efferent/interfaces';
import { poseAt, type RobotModel } from '@efferent/robot';
import { DrawnThings } from '../emg/user/drawn-things.ts';
import type { MuscleAction } from '../emg/user/motor-response.ts';
import type { Screen } from '../emg/user/seen-state.ts';

const periodNs = 50_000_000n;

/**
 * A robot that is exactly where gestures lead it: the product's gesture control with a decoder that is always right, and joints
 * that follow at once. Nothing is in its way.
 */
export class GestureRobot {
  readonly screen: Screen;
  readonly drawn = new DrawnThings();
  readonly joints = new Map<string, number>();
  base = { x: 0, y: 0, yaw: 0 };
  /** Joints that do not move, whatever they are told. */
  readonly stuck = new Set<string>();
  nowS = 0;
  readonly #model: RobotModel;
  readonly #controller: GestureController;
  readonly #poses: Float64Array;
  #velocities = new Map<string, number>();
  #twist = { linearMps: 0, angularRadps: 0 };

  constructor(model: RobotModel, mapping: GestureMapping) {
    this.#model = model;
    this.#controller = new GestureController(mapping, Number(periodNs) / 1e9);
    this.#controller.observeClasses(gestureNames);
    this.#poses = model.createKinematicsBuffer();
    const stow = model.namedPose('stow');
    for (const [i, { name }] of model.actuators.entries()) this.joints.set(name, stow[i] as number);
    const robot = this;
    this.screen = {
      joints: this.joints,
      drawn: this.drawn,
      get status() {
        return robot.#status();
      },
      frame: (name) => this.#frame(name),
    };
  }

  /** One look at the screen later: the muscles have done this, and everything has followed. */
  step({ gesture, effort }: MuscleAction): void {
    this.nowS += Number(periodNs) / 1e9;
    const nowNs = BigInt(Math.round(this.nowS * 1e9));
    const decision = { gesture, effort, rejected: false, confidence: 1 };
    this.#velocities = new Map();
    this.#twist = { linearMps: 0, angularRadps: 0 };
    for (const output of [...this.#controller.decide(decision, 0n, nowNs), ...this.#controller.tick(nowNs)])
      this.#take(output);
    this.#move(Number(periodNs) / 1e9);
  }

  #take(output: ControlOutput): void {
    if (output.kind === 'base') this.#twist = output;
    if (output.kind === 'joint') this.#velocities.set(output.joint, output.velocity);
  }

  #move(dtS: number): void {
    const { linearMps, angularRadps } = this.#twist;
    const { x, y, yaw } = this.base;
    const way = linearMps * dtS;
    this.base = { x: x + way * Math.cos(yaw), y: y + way * Math.sin(yaw), yaw: yaw + angularRadps * dtS };
    for (const [joint, velocity] of this.#velocities) {
      const actuator = this.#model.actuators[this.#model.actuatorIndex(joint)];
      if (actuator === undefined || this.stuck.has(joint)) continue;
      const next = (this.joints.get(joint) ?? 0) + velocity * dtS;
      this.joints.set(joint, Math.min(actuator.upper, Math.max(actuator.lower, next)));
    }
  }

  #status(): MessageTypes['efferent_interfaces/msg/GestureControlStatus'] {
    const { isActive, stopState, stopReason, litIndex, litProgress, beginsTwice, ...status } =
      this.#controller.status;
    return {
      header: { stamp: { sec: 0, nanosec: 0 }, frame_id: '' },
      ...status,
      choices: [...status.choices],
      active: isActive,
      latency_ms: 0,
      stop_state: stopState,
      stop_reason: stopReason,
      lit: litIndex,
      lit_progress: litProgress,
      begins_twice: beginsTwice,
    };
  }

  #frame(name: string): Transform | undefined {
    const mapFromBase = Transform.fromPlanar(this.base.x, this.base.y, this.base.yaw);
    if (name === this.#model.manifest.frames.base) return mapFromBase;
    const positions = Float64Array.from(
      this.#model.actuators,
      ({ name: joint }) => this.joints.get(joint) ?? 0,
    );
    const q = this.#model.jointPositionsFromActuators(positions, this.#model.zeroJointPositions());
    this.#model.forwardKinematics(q, this.#poses);
    return mapFromBase.multiply(poseAt(this.#poses, this.#model.linkIndex(name)));
  }
}
