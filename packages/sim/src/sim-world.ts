import { Rng, Transform, type Vector3 } from '@efferent/core';
import { type RobotModel, standOf } from '@efferent/robot';
import { Body } from 'cannon-es';
import type { Articulation } from './articulation.ts';
import { CollisionLog } from './collision-log.ts';
import { HeadCamera, type HeadCameraFrame } from './head-camera.ts';
import { Lidar } from './lidar.ts';
import { PersonLog } from './person-log.ts';
import { PhysicsWorld } from './physics-world.ts';
import { drawSetup, type EpisodeSetup } from './placement.ts';
import { RobotPlant } from './robot-plant.ts';
import type { Scene } from './scene-file.ts';
import { StainLog } from './stain-log.ts';

/** The true state of one thing, for the judge's side. */
export interface EntityState {
  readonly id: string;
  readonly type: 'object' | 'articulation' | 'robot' | 'gripper' | 'stain';
  /** Kind of an object, e.g. `apple`. */
  readonly kind: string;
  readonly pose: Transform;
  /** m/s, of the centre of mass. */
  readonly linearMps: Vector3;
  /** rad/s. */
  readonly angularRadS: Vector3;
  /** Joint position of an articulation, m or rad. */
  readonly jointPosition?: number;
  /** Share of a stain that was wiped, [0, 1]. */
  readonly wipedShare?: number;
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
  readonly otherRobots?: readonly RobotModel[];
  readonly seed: number;
  /** Where things start; drawn from the seed when left out. */
  readonly setup?: EpisodeSetup;
}

/** Physics of objects may need this long to come to rest after they were placed, s. */
const settleS = 1.5;

/** One robot of a world, with its sensors. */
export interface SimRobot {
  readonly model: RobotModel;
  readonly plant: RobotPlant;
  readonly headCamera: HeadCamera;
  /** Only on robots that drive. */
  readonly lidar: Lidar | undefined;
}

/** A room with robots in it, without ROS. Equal options give bit-identical runs on one machine. */
export class SimWorld {
  readonly scene: Scene;
  readonly physics: PhysicsWorld;
  /** The robot that the scene starts, then the others. */
  readonly robots: readonly [SimRobot, ...SimRobot[]];
  readonly collisions = new CollisionLog();
  readonly people: PersonLog;
  readonly stains: StainLog;
  readonly dtS: number;
  /** Simulated time since the last reset, s. */
  timeS = 0;
  #rng: Rng;
  #setup: EpisodeSetup;

  constructor(options: SimWorldOptions) {
    this.scene = options.scene;
    this.#rng = new Rng(options.seed);
    this.physics = new PhysicsWorld(options.scene);
    this.people = new PersonLog(options.scene.file.people);
    this.stains = new StainLog(options.scene, this.physics);
    this.dtS = this.physics.dtS;
    const models = [options.robot, ...(options.otherRobots ?? [])];
    this.robots = models.map((model, i) => this.#addRobot(model, models, i)) as [SimRobot, ...SimRobot[]];
    for (const { plant } of this.robots)
      plant.stops.others = this.robots.map((each) => each.plant).filter((other) => other !== plant);
    this.#setup = options.setup ?? drawSetup(options.scene, { seed: options.seed }, this.#rng.fork('setup'));
    this.reset();
  }

  /** The first robot's side of the world. */
  get robot(): RobotModel {
    return this.robots[0].model;
  }

  get plant(): RobotPlant {
    return this.robots[0].plant;
  }

  get headCamera(): HeadCamera {
    return this.robots[0].headCamera;
  }

  get setup(): EpisodeSetup {
    return this.#setup;
  }

  /** Puts everything where `setup` says (default: where this episode began) and lets it come to rest. */
  reset(setup: EpisodeSetup = this.#setup): void {
    this.#setup = setup;
    this.timeS = 0;
    const { physics } = this;
    for (const { model, plant } of this.robots)
      plant.reset(...(model.isFixed ? standOf(this.scene.map, model.id) : setup.robotPose));
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
    this.people.clear();
    this.stains.clear();
    for (const { plant } of this.robots) plant.grip.events.length = 0;
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
    for (const { plant } of this.robots) {
      plant.step(this.dtS, this.timeS);
      this.people.measure(plant, this.dtS);
    }
    this.#stepArticulations();
    this.physics.step();
    for (const { plant } of this.robots) plant.afterPhysics(this.timeS);
    this.stains.measure();
    this.timeS += this.dtS;
  }

  /** Moves drawers and doors that are held or still swing; one that would press into a robot stays. */
  #stepArticulations(): void {
    for (const articulation of this.physics.articulations) {
      const holder = this.robots.find(
        ({ plant: { grip } }) => grip.held?.kind === 'handle' && grip.held.articulation === articulation,
      );
      if (this.#pressButton(articulation)) continue;
      if (holder === undefined && articulation.velocity === 0 && !articulation.isSprung) continue;
      const before = articulation.position;
      const pull = holder?.plant.grip.handleForceN;
      const spring = articulation.isSprung ? -(articulation.physics.springN ?? 0) : 0;
      const force =
        pull === undefined ? spring : articulation.generalisedForce([-pull[0], -pull[1], -pull[2]]);
      if (!articulation.step(force, this.dtS)) {
        if (before !== articulation.position || articulation.velocity === 0)
          this.physics.placeArticulation(articulation, 0);
        continue;
      }
      this.physics.placeArticulation(articulation, articulation.velocity);
      if (!this.robots.some(({ plant }) => plant.stops.meetsPart(articulation.id, plant.placement))) continue;
      articulation.position = before;
      articulation.velocity = 0;
      this.physics.placeArticulation(articulation, 0);
    }
  }

  /** Lets a button give way to what presses on it; returns whether something does. */
  #pressButton(articulation: Articulation): boolean {
    if (articulation.physics.springN === undefined) return false;
    const pushes = this.robots.flatMap(({ plant }) => plant.pushes);
    const onIt = pushes.filter((push) => push.with === articulation.id);
    const along = onIt.map(({ wayM, pressN }) => {
      const wayAlongM = articulation.generalisedForce(wayM);
      return { wayAlongM, forceN: (pressN * wayAlongM) / Math.max(1e-12, Math.hypot(...wayM)) };
    });
    const forceN = along.reduce((sum, each) => sum + each.forceN, 0);
    if (!articulation.press(forceN, Math.max(0, ...along.map(({ wayAlongM }) => wayAlongM)))) return false;
    this.physics.placeArticulation(articulation, 0);
    return true;
  }

  #addRobot(model: RobotModel, all: readonly RobotModel[], index: number): SimRobot {
    const rng = index === 0 ? this.#rng : this.#rng.fork(`robot:${model.id}`);
    return {
      model,
      plant: new RobotPlant(model, this.physics, this.collisions, rng.fork('plant')),
      headCamera: new HeadCamera(
        this.scene,
        model,
        this.physics.objects,
        rng.fork('head-camera'),
        all.filter((other) => other !== model),
      ),
      lidar: model.isFixed ? undefined : new Lidar(this.physics, model, rng.fork('lidar')),
    };
  }

  /** Moves an object, e.g. for a perturbation; it is let go first when the robot holds it. */
  moveObject(id: string, pose: Transform): void {
    const object = this.physics.object(id);
    for (const { plant } of this.robots) {
      const { held } = plant.grip;
      if (held?.kind === 'object' && held.object === object) plant.grip.release('opened');
    }
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
    const { physics } = this;
    const held = this.robots.flatMap(({ plant }) => (plant.grip.held === undefined ? [] : [plant.grip.held]));
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
        isHeld: held.some((each) => each.kind === 'object' && each.object === object),
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
        isHeld: held.some((each) => each.kind === 'handle' && each.articulation === a),
      }),
    );
    return [...objects, ...articulations, ...this.robots.flatMap(robotStates)];
  }

  /** What a robot's camera needs to know for a picture of now. */
  poseOfPicture(robot: SimRobot): Float64Array {
    const inOrder = [robot, ...this.robots.filter((each) => each !== robot)];
    return robot.headCamera.capturePoses(
      this.physics,
      inOrder.map(({ plant }) => plant.placement),
      this.stains,
    );
  }

  /** Renders the first robot's camera from where it is now. */
  renderHeadCamera(options: { readonly withColor?: boolean } = {}): HeadCameraFrame {
    const robot = this.robots[0];
    return robot.headCamera.render(this.poseOfPicture(robot), options.withColor ?? false);
  }
}

function robotStates({ model, plant }: SimRobot): EntityState[] {
  const { x, y, yaw, linear, angular } = plant.state;
  const still = { linearMps: [0, 0, 0], angularRadS: [0, 0, 0], isHeld: false } as const;
  return [
    {
      ...still,
      id: model.id,
      type: 'robot',
      kind: model.id,
      pose: Transform.fromPlanar(x, y, yaw),
      linearMps: [linear * Math.cos(yaw), linear * Math.sin(yaw), 0],
      angularRadS: [0, 0, angular],
    },
    {
      ...still,
      id: `${model.id}-gripper`,
      type: 'gripper',
      kind: model.id,
      pose: plant.grip.toolPose(plant.placement),
    },
  ];
}

/** Makes a world; see {@link SimWorld}. */
export function createSimWorld(options: SimWorldOptions): SimWorld {
  return new SimWorld(options);
}
