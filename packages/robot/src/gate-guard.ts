import { CollisionChecker } from './collision-checker.ts';
import { MotionAhead } from './motion-ahead.ts';
import type { Neighbour } from './neighbour.ts';
import { placedBoxes } from './placed-boxes.ts';
import { PlanningScene } from './planning-scene.ts';
import { standOf } from './prior-map.ts';
import type { PriorMap } from './prior-map-schema.ts';
import { poseStride, type RobotModel } from './robot-model.ts';

/** The motion that the gate is about to command. */
export interface GuardedMotion {
  /** Set-points, order of `model.actuators`, m or rad. */
  readonly positions: Float64Array;
  /** m/s or rad/s. */
  readonly velocities: Float64Array;
  readonly linearMps: number;
  readonly angularRadS: number;
}

/**
 * Looks one stopping distance ahead and refuses motion into the robot itself, into what the prior map shows as fixed, or
 * out of the workspace. A robot that already touches something may move as long as it touches nothing more.
 */
export class GateGuard {
  readonly #model: RobotModel;
  readonly #checker: CollisionChecker;
  readonly #neighbours: readonly Neighbour[];
  readonly #q: Float64Array;
  readonly #ahead: MotionAhead;
  readonly #poses: Float64Array;
  readonly #tool: number;
  #x = 0;
  #y = 0;
  #yaw = 0;
  #located = false;

  /**
   * @param map - the prior map, when there is one; its doors, drawers and handles are made to be touched and left out
   * @param neighbours - other robots, wherever they are at the time of a check
   */
  constructor(model: RobotModel, map: PriorMap | undefined, neighbours: readonly Neighbour[] = []) {
    this.#model = model;
    this.#neighbours = neighbours;
    if (model.isFixed && map !== undefined) this.setBasePose(...standOf(map, model.id));
    this.#checker = new CollisionChecker(model, fixedScene(model, map), 0);
    this.#q = model.zeroJointPositions();
    this.#ahead = new MotionAhead(model);
    this.#poses = model.createKinematicsBuffer();
    this.#tool = model.linkIndex(model.manifest.frames.tool) * poseStride;
  }

  /** Tells where the base is in the map; until the first call only self-collision and the workspace are guarded. */
  setBasePose(x: number, y: number, yaw: number): void {
    this.#x = x;
    this.#y = y;
    this.#yaw = yaw;
    this.#located = true;
  }

  /** Says why the motion must stop, or undefined. Runs in the control loop and does not allocate while all is well. */
  check(motion: GuardedMotion): string | undefined {
    const arm = this.#ahead.predictStop(motion, this.#x, this.#y, this.#yaw);
    const base = motion.linearMps !== 0 || motion.angularRadS !== 0;
    if (!arm && !base) return undefined;
    if (arm && this.#leavesWorkspace(motion)) return 'the hand would leave its workspace';
    const after = this.#contactsAhead();
    // Nearly always nothing touches anything, and then it does not matter what touches now.
    if (after === 0 || after <= this.#contacts(motion.positions, this.#x, this.#y, this.#yaw))
      return undefined;
    this.#contactsAhead();
    const hit = this.#checker.findCollision(this.#q);
    if (hit === undefined) return this.#neighbourAhead() ?? 'contact ahead';
    return `${hit.first} would touch ${hit.second}`;
  }

  /** Says which other robot the configuration checked last touches. */
  #neighbourAhead(): string | undefined {
    const met = this.#neighbours.find((neighbour) => this.#checker.countContactsWith(neighbour) > 0);
    return met === undefined ? undefined : `${this.#model.id} would touch ${met.model.id}`;
  }

  #leavesWorkspace(motion: GuardedMotion): boolean {
    const after = this.#outsideBy(this.#ahead.positions);
    return after > 1e-6 && after > this.#outsideBy(motion.positions);
  }

  /** How far the tool is outside of its box, m; 0 inside. */
  #outsideBy(positions: Float64Array): number {
    this.#model.forwardKinematics(this.#model.jointPositionsFromActuators(positions, this.#q), this.#poses);
    const { min_m: min, max_m: max } = this.#model.manifest.workspace;
    let outside = 0;
    for (let axis = 0; axis < 3; axis++) {
      const value = this.#poses[this.#tool + 4 * axis + 3] as number;
      outside += Math.max(0, (min[axis] as number) - value, value - (max[axis] as number));
    }
    return outside;
  }

  #contactsAhead(): number {
    return this.#contacts(this.#ahead.positions, this.#ahead.x, this.#ahead.y, this.#ahead.yaw);
  }

  #contacts(positions: Float64Array, x: number, y: number, yaw: number): number {
    this.#model.jointPositionsFromActuators(positions, this.#q);
    // Far outside of any map only the robot itself can be touched.
    if (this.#located) this.#checker.setPlanarBasePose(x, y, yaw);
    else this.#checker.setPlanarBasePose(1e6, 1e6, 0);
    let count = this.#checker.countContacts(this.#q);
    for (let i = 0; i < this.#neighbours.length; i++)
      count += this.#checker.countContactsWith(this.#neighbours[i] as Neighbour);
    return count;
  }
}

/** Walls and furniture without what moves; fingers may touch all of it, because grasping on a surface does. */
function fixedScene(model: RobotModel, map: PriorMap | undefined): PlanningScene {
  const scene = new PlanningScene();
  if (map === undefined) return scene;
  const fingers = model.links
    .filter((link) => descendsFromGripper(model, link.index))
    .map((link) => link.name);
  for (const box of placedBoxes(map)) {
    if (box.part !== 'wall' && box.part !== 'furniture') continue;
    scene.addBox({ id: box.ownerId, mapFromBox: box.mapFromBox, sizeM: box.sizeM });
    scene.allowContact(box.ownerId, fingers);
  }
  return scene;
}

/** Tells whether a link is moved by the gripper's own joints. */
function descendsFromGripper(model: RobotModel, link: number): boolean {
  const joints = model.actuators[model.actuatorIndex(model.manifest.gripper.actuator)]?.jointIndices ?? [];
  const names = joints.map((joint) => model.jointNames[joint]);
  for (let at = link; at >= 0; at = model.links[at]?.parentIndex ?? -1) {
    if (names.includes(model.links[at]?.joint?.name)) return true;
  }
  return false;
}
