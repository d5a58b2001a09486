import { secondsToNs } from '@efferent/core';
import { listedRobots, loadRobotModel, mainCameraOf, type RobotModel } from '@efferent/robot';
import { type NodeModule, type NodeServices, type RosNode, stampFromNs } from '@efferent/ros';
import type { PerturbationName } from './card-perturbations.ts';
import { type EpisodeReport, EpisodeReporter, episodeReport } from './episode-report.ts';
import { serveJudge } from './judge-services-node.ts';
import { Pacer, Rate } from './pacer.ts';
import { Perturber } from './perturber.ts';
import { loadScene } from './scene-file.ts';
import { SceneMarkers } from './scene-markers.ts';
import { SimDiagnostics } from './sim-diagnostics-node.ts';
import { declareParameters, type SimParameters } from './sim-parameters-node.ts';
import { createScenePublishers } from './sim-publishers-node.ts';
import { type SimClock, SimRobotSide } from './sim-robot-node.ts';
import { createSimWorld, type SimWorld } from './sim-world.ts';
import { buildEpisodeSetup, loadTaskCard } from './task-card.ts';

/** /clock begins here in real time: a stamp of 0 means "newest" to tf. */
const firstStampNs = 1_000_000_000n;
/** /clock rate, Hz. */
const clockRateHz = 100;
/** The simulated room and robots: drivers, sensors, `/clock`, the judge's services; see `docs/ros-graph.md`. */
export const simNode: NodeModule = {
  name: 'sim',
  async start(node, services) {
    const parameters = declareParameters(node);
    const scene = loadScene(services.workspaceFolders, parameters.scene);
    const [robot, ...otherRobots] = [parameters.robot, ...listedRobots(parameters.otherRobots)].map((id) =>
      loadRobotModel(services.workspaceFolders, id),
    ) as [RobotModel, ...RobotModel[]];
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
      robot,
      otherRobots,
      seed: parameters.seed,
      ...(episode === undefined ? {} : { setup: episode.setup }),
    });
    const simulation = new Simulation(node, services, world, { ...parameters, perturber });
    return { stop: () => simulation.stop() };
  },
};

/** The running simulation: steps the world from a timer and carries it to and from the graph. */
class Simulation {
  readonly #node: RosNode;
  readonly #world: SimWorld;
  readonly #robots: readonly SimRobotSide[];
  readonly #markers: SceneMarkers;
  readonly #pacer: Pacer;
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
  readonly #diagnostics: SimDiagnostics;
  #stepsRequested = 0;

  constructor(
    node: RosNode,
    services: NodeServices,
    world: SimWorld,
    parameters: SimParameters & { readonly perturber: Perturber | undefined },
  ) {
    this.#node = node;
    this.#world = world;
    this.#parameters = parameters;
    this.#dtS = world.dtS;
    const isLockstep = node.clock === node.steadyClock;
    const nowNs = node.steadyClock.nowNs();
    this.#startNs = isLockstep ? nowNs : firstStampNs;
    const clock: SimClock = {
      timeS: () => this.#timeS,
      stampNs: () => this.#stampNs(),
      header: (frame) => this.#header(frame),
    };
    this.#robots = world.robots.map(
      (robot, i) =>
        new SimRobotSide(node, services, world, robot, parameters, clock, () => {
          if (i === 0) this.#diagnostics.countPicture();
        }),
    );
    this.#markers = new SceneMarkers(world.physics, world.stains);
    this.#publishers = createScenePublishers(node);
    this.#rates = { clock: new Rate(clockRateHz), judge: new Rate(10) };
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
    this.#pacer = new Pacer(world.scene.file.physics.rateHz, parameters.realTimeFactor);
    this.#diagnostics = new SimDiagnostics(node, {
      stepRateHz: () =>
        this.#isPaused ? undefined : world.scene.file.physics.rateHz * parameters.realTimeFactor(),
      timeS: () => this.#timeS,
      collisions: () => world.collisions.collisions.length,
      picturePeriodMs: 1000 / mainCameraOf(world.robot).rate_hz,
      camera: (this.#robots[0] as SimRobotSide).camera,
      droppedSteps: () => this.#pacer.dropped,
    });
    this.#timer = node.createTimer(secondsToNs(this.#dtS), () => this.#advance(), node.steadyClock);
  }

  async stop(): Promise<void> {
    this.#timer.cancel();
    for (const robot of this.#robots) await robot.stop();
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
    for (const robot of this.#robots) robot.beforeStep(this.#timeS);
    this.#world.tick();
    this.#ticks++;
    const timeS = this.#timeS;
    const rates = this.#rates;
    if (rates.clock.isDue(timeS)) this.#publishers.clock.publish({ clock: stampFromNs(this.#stampNs()) });
    for (const robot of this.#robots) robot.afterStep(timeS);
    if (rates.judge.isDue(timeS)) this.#runJudgeSide();
  };

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
    for (const robot of this.#robots) robot.reset();
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
