import { describeError, secondsToNs } from '@efferent/core';
import { loadRobotModel, mainCameraOf, type RobotModel } from '@efferent/robot';
import { type NodeModule, type NodeServices, type RosNode, stampFromNs } from '@efferent/ros';
import { CameraPipeline } from './camera-pipeline.ts';
import type { CameraReply } from './camera-worker.ts';
import type { PerturbationName } from './card-perturbations.ts';
import { serveDriver } from './driver-services-node.ts';
import { type EpisodeReport, EpisodeReporter, episodeReport } from './episode-report.ts';
import { serveJudge } from './judge-services-node.ts';
import { Pacer, Rate } from './pacer.ts';
import { Perturber } from './perturber.ts';
import { loadScene } from './scene-file.ts';
import { SceneMarkers } from './scene-markers.ts';
import {
  cameraInfoMessage,
  imageMessage,
  JointStateWriter,
  labelsMessage,
  odometryMessage,
  odometryTransform,
  scanMessage,
} from './sensor-messages.ts';
import { SimDiagnostics } from './sim-diagnostics-node.ts';
import { declareParameters, type SimParameters } from './sim-parameters-node.ts';
import { createPublishers } from './sim-publishers-node.ts';
import { Battery } from './sim-status.ts';
import { createSimWorld, type SimWorld } from './sim-world.ts';
import { StretchDriver } from './stretch-driver.ts';
import { buildEpisodeSetup, loadTaskCard } from './task-card.ts';

/** /clock begins here in real time: a stamp of 0 means "newest" to tf. */
const firstStampNs = 1_000_000_000n;
/** /clock rate, Hz. */
const clockRateHz = 100;
/** The simulated kitchen and robot: driver, sensors, `/clock`, the judge's services; see `docs/ros-graph.md`. */
export const simNode: NodeModule = {
  name: 'sim',
  async start(node, services) {
    const parameters = declareParameters(node);
    const scene = loadScene(services.workspaceFolders, parameters.scene);
    const model = loadRobotModel(services.workspaceFolders, parameters.robot);
    const episode =
      parameters.task === ''
        ? undefined
        : buildEpisodeSetup(scene, loadTaskCard(scene, parameters.task), parameters.seed);
    const perturber =
      parameters.perturb === '' || episode === undefined
        ? undefined
        : new Perturber(scene, episode, parameters.perturb as PerturbationName);
    const world = createSimWorld({
      scene,
      robot: model,
      seed: parameters.seed,
      ...(episode === undefined ? {} : { setup: episode.setup }),
    });
    const simulation = new Simulation(node, services, world, model, { ...parameters, perturber });
    return { stop: () => simulation.stop() };
  },
};

/** The running simulation: steps the world from a timer and carries it to and from the graph. */
class Simulation {
  readonly #node: RosNode;
  readonly #world: SimWorld;
  readonly #model: RobotModel;
  readonly #driver: StretchDriver;
  readonly #camera: CameraPipeline;
  readonly #markers: SceneMarkers;
  readonly #pacer: Pacer;
  readonly #jointStates: JointStateWriter;
  readonly #parameters: SimParameters & { readonly perturber: Perturber | undefined };
  readonly #startNs: bigint;
  readonly #dtS: number;
  readonly #publishers;
  readonly #rates;
  readonly #timer;
  /** Steps since the start, over all resets: simulated time never goes back. */
  #ticks = 0;
  #isPaused = false;
  #perturbation: EpisodeReport['perturbation'] = null;
  readonly #reporter = new EpisodeReporter();
  readonly #battery = new Battery();
  readonly #diagnostics: SimDiagnostics;
  #stepsRequested = 0;

  constructor(
    node: RosNode,
    services: NodeServices,
    world: SimWorld,
    model: RobotModel,
    parameters: SimParameters & { readonly perturber: Perturber | undefined },
  ) {
    this.#node = node;
    this.#world = world;
    this.#model = model;
    this.#parameters = parameters;
    this.#dtS = world.dtS;
    const isLockstep = node.clock === node.steadyClock;
    const nowNs = node.steadyClock.nowNs();
    this.#startNs = isLockstep ? nowNs : firstStampNs;
    this.#driver = new StretchDriver(model, world.plant, parameters.faults);
    const worker = isLockstep
      ? undefined
      : { workspaceFolders: services.workspaceFolders, scene: parameters.scene, robot: parameters.robot };
    this.#camera = new CameraPipeline(world.headCamera, worker, (error) =>
      node.logger.error('camera-failed', { error: describeError(error) }),
    );
    this.#markers = new SceneMarkers(world.physics);
    this.#jointStates = new JointStateWriter(model);
    this.#publishers = createPublishers(node, model);
    const { joint_states_rate_hz, odom_rate_hz, mode_rate_hz } = model.manifest.driver;
    this.#rates = {
      clock: new Rate(clockRateHz),
      jointStates: new Rate(joint_states_rate_hz),
      odometry: new Rate(odom_rate_hz),
      mode: new Rate(mode_rate_hz),
      scan: new Rate(model.manifest.lidar.rate_hz),
      camera: new Rate(mainCameraOf(model).rate_hz),
      judge: new Rate(10),
      battery: new Rate(1),
    };
    serveDriver(node, model, this.#driver, () => this.#timeS);
    serveJudge(node, world, {
      header: () => this.#header('map'),
      reset: () => this.#reset(),
      isPaused: () => this.#isPaused,
      pause: (isPaused) => this.#pause(isPaused),
      step: (steps) => {
        this.#stepsRequested += steps;
      },
    });
    this.#serveViewer();
    this.#publishers.labels.publish(
      labelsMessage(world.scene, world.headCamera.renderer.instanceOfObject, this.#header('')),
    );
    this.#pacer = new Pacer(world.scene.file.physics.rateHz, parameters.realTimeFactor);
    this.#diagnostics = new SimDiagnostics(node, {
      stepRateHz: () =>
        this.#isPaused ? undefined : world.scene.file.physics.rateHz * parameters.realTimeFactor(),
      timeS: () => this.#timeS,
      collisions: () => world.collisions.collisions.length,
      picturePeriodMs: 1000 / mainCameraOf(model).rate_hz,
      camera: this.#camera,
      droppedSteps: () => this.#pacer.dropped,
    });
    this.#timer = node.createTimer(secondsToNs(this.#dtS), () => this.#advance(), node.steadyClock);
  }

  async stop(): Promise<void> {
    this.#timer.cancel();
    this.#world.plant.hold();
    await this.#camera.stop();
  }

  get #timeS(): number {
    return this.#ticks * this.#dtS;
  }

  #stampNs(): bigint {
    return this.#startNs + BigInt(Math.floor(this.#timeS * 1e9));
  }

  #header(frame: string) {
    const frame_id = frame === 'map' || frame === '' ? frame : `${this.#parameters.framePrefix}${frame}`;
    return { stamp: stampFromNs(this.#stampNs()), frame_id };
  }

  #advance(): void {
    let due = this.#pacer.due(this.#node.steadyClock.nowNs());
    if (this.#isPaused) {
      due = this.#stepsRequested;
      this.#stepsRequested = 0;
    }
    this.#diagnostics.advance(due, this.#step);
    if (due === 0 && this.#isPaused) this.#publishMarkers();
  }

  readonly #step = (): void => {
    this.#driver.tick(this.#timeS);
    this.#world.tick();
    this.#ticks++;
    const timeS = this.#timeS;
    const rates = this.#rates;
    const out = this.#publishers;
    if (rates.clock.isDue(timeS)) out.clock.publish({ clock: stampFromNs(this.#stampNs()) });
    if (rates.jointStates.isDue(timeS))
      out.jointStates.publish(this.#jointStates.write(this.#world.plant, this.#header('')));
    if (rates.odometry.isDue(timeS)) this.#publishOdometry();
    if (rates.scan.isDue(timeS)) this.#publishScan();
    if (rates.camera.isDue(timeS)) this.#takePicture();
    this.#camera.deliverDue(this.#stampNs());
    if (rates.mode.isDue(timeS)) {
      out.mode.publish({ data: this.#driver.mode });
      out.runstopped.publish({ data: this.#driver.isRunstopped });
      out.homed.publish({ data: this.#driver.isHomed });
    }
    if (rates.judge.isDue(timeS)) this.#runJudgeSide();
    if (rates.battery.isDue(timeS)) this.#publishBattery();
  };

  #publishOdometry(): void {
    const base = `${this.#parameters.framePrefix}${this.#model.manifest.frames.base}`;
    const header = this.#header('odom');
    const { odometry } = this.#world.plant;
    this.#publishers.odometry.publish(odometryMessage(odometry, header, base));
    this.#publishers.tf.publish({ transforms: [odometryTransform(odometry, header, base)] });
  }

  #publishScan(): void {
    if (this.#publishers.scan.subscriptionCount === 0) return;
    const ranges = this.#world.lidar.scan(this.#world.plant.placement);
    this.#publishers.scan.publish(
      scanMessage(this.#model, ranges, this.#header(this.#model.manifest.frames.laser)),
    );
  }

  #takePicture(): void {
    const { color, depth, segmentation, cameraInfo } = this.#publishers;
    const withColor = color.subscriptionCount > 0;
    if (
      !withColor &&
      depth.subscriptionCount === 0 &&
      segmentation.subscriptionCount === 0 &&
      cameraInfo.subscriptionCount === 0
    )
      return;
    const poses = this.#world.headCamera.capturePoses(this.#world.physics, this.#world.plant.placement);
    this.#camera.take(poses, withColor, this.#stampNs(), this.#publishPicture);
  }

  readonly #publishPicture = (picture: CameraReply, stampNs: bigint): void => {
    const { camera } = this.#world.headCamera.renderer;
    const frame_id = `${this.#parameters.framePrefix}${mainCameraOf(this.#model).frame}`;
    const header = { stamp: stampFromNs(stampNs), frame_id };
    const out = this.#publishers;
    this.#diagnostics.countPicture();
    out.cameraInfo.publish(cameraInfoMessage(camera, header));
    if (picture.color !== undefined) out.color.publish(imageMessage(camera, 'rgb8', picture.color, header));
    out.depth.publish(imageMessage(camera, '16UC1', picture.depthMm, header));
    out.segmentation.publish(imageMessage(camera, '16UC1', picture.instances, header));
  };

  #publishBattery(): void {
    const { linear, angular } = this.#world.plant.state;
    this.#publishers.battery.publish(this.#battery.next(linear !== 0 || angular !== 0, this.#header('')));
  }

  #runJudgeSide(): void {
    const { perturber } = this.#parameters;
    if (perturber !== undefined && !perturber.isDone) {
      const action = perturber.update(this.#world.entityStates());
      if (action !== undefined) {
        this.#world.moveObject(action.objectId, action.pose);
        this.#perturbation = {
          name: action.name,
          object: action.objectId,
          outOfView: action.isOutOfView,
          atS: this.#world.timeS,
        };
        this.#node.logger.info('perturbed', { ...this.#perturbation });
      }
    }
    if (this.#publishers.episode.subscriptionCount > 0) this.#publishEpisode();
    this.#publishMarkers();
  }

  #publishEpisode(): void {
    const { task, seed } = this.#parameters;
    const text = this.#reporter.next(episodeReport(this.#world, task, seed, this.#perturbation));
    if (text !== undefined) this.#publishers.episode.publish({ data: text });
  }

  #publishMarkers(): void {
    const { markers } = this.#publishers;
    const changed = this.#markers.update(markers.subscriptionCount, this.#timeS, this.#header('map'));
    if (changed.length > 0) markers.publish({ markers: changed });
  }

  #reset(): void {
    this.#world.reset();
    this.#driver.reset();
    this.#markers.forget();
  }

  #serveViewer(): void {
    this.#node.createService('std_srvs/srv/Trigger', '/scene/reset', () => {
      this.#reset();
      return { success: true, message: 'everything is back where it began' };
    });
    this.#node.createService('std_srvs/srv/SetBool', '/scene/pause', ({ data }) => {
      this.#pause(data);
      return { success: true, message: data ? 'paused' : 'running' };
    });
  }

  #pause(isPaused: boolean): void {
    if (this.#isPaused && !isPaused) this.#pacer.restart(this.#node.steadyClock.nowNs());
    this.#isPaused = isPaused;
  }
}
