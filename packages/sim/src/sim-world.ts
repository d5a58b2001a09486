import { Rng, Transform, type Vector3 } from '@efferent/core';
import type { RobotModel } from '@efferent/robot';
import { Body } from 'cannon-es';
import { CollisionLog } from './collision-log.ts';
import { HeadCamera, type HeadCameraFrame } from './head-camera.ts';
import { Lidar } from './lidar.ts';
import { PhysicsWorld } from './physics-world.ts';
import { drawSetup, type EpisodeSetup } from './placement.ts';
import { RobotPlant } from './robot-plant.ts';
import type { Scene } from './scene-file.ts';

/** The true state of one thing, for the judge's side. */
export interface EntityState {
  readonly id: string;
  readonly type: 'object' | 'articulation' | 'robot' | 'gripper';
  /** Kind of an object, e.g. `apple`. */
  readonly kind: string;
  readonly pose: Transform;
  /** m/s, of the centre of mass. */
  readonly linearMps: Vector3;
  /** rad/s. */
  readonly angularRadS: Vector3;
  /** Joint position of an articulation, m or rad. */
  readonly jointPosition?: number;
  readonly isHeld: boolean;
}

/** What a robot is told to do; what is left out keeps its last command. */
export interface PlantCommands {
  /** m or rad, order of the model's actuators. */
  readonly actuatorTargets?: ArrayLike<number>;
  /** m/s and rad/s of the base. */
  readonly base?: { readonly linear: number; readonly angular: number };
}

export interface SimWorldOptions {
  readonly scene: Scene;
  readonly robot: RobotModel;
  readonly seed: number;
  /** Where things start; drawn from the seed when left out. */
  readonly setup?: EpisodeSetup;
}

/** Physics of objects may need this long to come to rest after they were placed, s. */
const settleS = 1.5;

/** A kitchen with a robot in it, without ROS. Equal options give bit-identical runs on one machine. */
export class SimWorld {
  readonly scene: Scene;
  readonly robot: RobotModel;
  readonly physics: PhysicsWorld;
  readonly plant: RobotPlant;
  readonly collisions = new CollisionLog();
  readonly headCamera: HeadCamera;
  readonly lidar: Lidar;
  readonly dtS: number;
  /** Simulated time since the last reset, s. */
  timeS = 0;
  #rng: Rng;
  #setup: EpisodeSetup;

  constructor(options: SimWorldOptions) {
    this.scene = options.scene;
    this.robot = options.robot;
    this.#rng = new Rng(options.seed);
    this.physics = new PhysicsWorld(options.scene);
    this.dtS = this.physics.dtS;
    this.plant = new RobotPlant(options.robot, this.physics, this.collisions, this.#rng.fork('plant'));
    this.headCamera = new HeadCamera(
      this.scene,
      this.robot,
      this.physics.objects,
      this.#rng.fork('head-camera'),
    );
    this.lidar = new Lidar(this.physics, this.robot, this.#rng.fork('lidar'));
    this.#setup = options.setup ?? drawSetup(options.scene, { seed: options.seed }, this.#rng.fork('setup'));
    this.reset();
  }

  get setup(): EpisodeSetup {
    return this.#setup;
  }

  /** Puts everything where `setup` says (default: where this episode began) and lets it come to rest. */
  reset(setup: EpisodeSetup = this.#setup): void {
    this.#setup = setup;
    this.timeS = 0;
    const { physics, plant } = this;
    plant.reset(...setup.robotPose);
    for (const articulation of physics.articulations) {
      articulation.position = setup.articulationPositions.get(articulation.id) ?? articulation.spec.range[0];
      articulation.velocity = 0;
      physics.placeArticulation(articulation, 0);
    }
    for (const object of physics.objects) {
      const pose = setup.objectPoses.get(object.id);
      if (pose !== undefined) object.setPose(pose);
      object.stop();
    }
    const steps = Math.round(settleS / this.dtS);
    for (let i = 0; i < steps && physics.objects.some((o) => !o.isAsleep); i++) physics.step();
    this.collisions.clear();
    plant.grip.events.length = 0;
  }

  /** Advances by `durationS`, in whole physics steps. */
  step(commands: PlantCommands, durationS = this.dtS): void {
    if (commands.actuatorTargets !== undefined) this.plant.targets.set(commands.actuatorTargets);
    if (commands.base !== undefined)
      this.plant.baseTarget = { linear: commands.base.linear, angular: commands.base.angular };
    const steps = Math.max(1, Math.round(durationS / this.dtS));
    for (let i = 0; i < steps; i++) this.tick();
  }

  /** Advances by one physics step with the commands as they are. */
  tick(): void {
    this.plant.step(this.dtS, this.timeS);
    this.physics.step();
    this.plant.afterPhysics(this.timeS);
    this.timeS += this.dtS;
  }

  /** Moves an object, e.g. for a perturbation; it is let go first when the robot holds it. */
  moveObject(id: string, pose: Transform): void {
    const object = this.physics.object(id);
    const { held } = this.plant.grip;
    if (held?.kind === 'object' && held.object === object) this.plant.grip.release('opened');
    this.physics.wakeNear(object.body.aabb, 0.02);
    object.setPose(pose);
    object.stop();
  }

  /** Sets a drawer or door, e.g. for a perturbation. Returns false when there is none of that id. */
  setArticulation(id: string, position: number): boolean {
    const articulation = this.physics.findArticulation(id);
    if (articulation === undefined) return false;
    const [low, high] = articulation.spec.range;
    articulation.position = Math.min(high, Math.max(low, position));
    articulation.velocity = 0;
    this.physics.placeArticulation(articulation, 0);
    return true;
  }

  /** Lists the true state of everything. For the judge's side only. */
  entityStates(): EntityState[] {
    const { plant, physics } = this;
    const held = plant.grip.held;
    const objects = physics.objects.map((object): EntityState => {
      const v = object.body.velocity;
      const w = object.body.angularVelocity;
      const isAsleep = object.isAsleep && object.body.type === Body.DYNAMIC;
      return {
        id: object.id,
        type: 'object',
        kind: object.kind.id,
        pose: object.pose(),
        linearMps: isAsleep ? [0, 0, 0] : [v.x, v.y, v.z],
        angularRadS: isAsleep ? [0, 0, 0] : [w.x, w.y, w.z],
        isHeld: held?.kind === 'object' && held.object === object,
      };
    });
    const articulations = physics.articulations.map(
      (a): EntityState => ({
        id: a.id,
        type: 'articulation',
        kind: a.spec.joint,
        pose: a.mapFromPart(),
        linearMps: [0, 0, 0],
        angularRadS: [0, 0, 0],
        jointPosition: a.position,
        isHeld: held?.kind === 'handle' && held.articulation === a,
      }),
    );
    const { x, y, yaw, linear, angular } = plant.state;
    const robot: EntityState = {
      id: this.robot.id,
      type: 'robot',
      kind: this.robot.id,
      pose: Transform.fromPlanar(x, y, yaw),
      linearMps: [linear * Math.cos(yaw), linear * Math.sin(yaw), 0],
      angularRadS: [0, 0, angular],
      isHeld: false,
    };
    const gripper: EntityState = {
      id: `${this.robot.id}-gripper`,
      type: 'gripper',
      kind: this.robot.id,
      pose: plant.grip.toolPose(plant.placement),
      linearMps: [0, 0, 0],
      angularRadS: [0, 0, 0],
      isHeld: false,
    };
    return [...objects, ...articulations, robot, gripper];
  }

  /** Renders the head camera from where it is now. */
  renderHeadCamera(options: { readonly withColor?: boolean } = {}): HeadCameraFrame {
    return this.headCamera.render(
      this.headCamera.capturePoses(this.physics, this.plant.placement),
      options.withColor ?? false,
    );
  }
}

/** Makes a world; see {@link SimWorld}. */
export function createSimWorld(options: SimWorldOptions): SimWorld {
  return new SimWorld(options);
}
