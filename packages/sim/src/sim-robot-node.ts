import { describeError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { mainCameraOf } from '@efferent/robot';
import { type NodeServices, type RosNode, stampFromNs } from '@efferent/ros';
import { CameraPipeline } from './camera-pipeline.ts';
import type { CameraReply } from './camera-worker.ts';
import { servePositionDriver } from './driver-services-node.ts';
import { Rate } from './pacer.ts';
import { PositionDriver } from './position-driver.ts';
import { cameraInfoMessage, imageMessage, JointStateWriter, labelsMessage } from './sensor-messages.ts';
import { SimBase } from './sim-base-node.ts';
import type { SimParameters } from './sim-parameters-node.ts';
import { createRobotPublishers } from './sim-publishers-node.ts';
import type { SimRobot, SimWorld } from './sim-world.ts';

/** What a simulated robot needs of the running simulation. */
export interface SimClock {
  readonly timeS: () => number;
  readonly stampNs: () => bigint;
  /** @param frame - without the prefix */
  readonly header: (frame: string) => MessageTypes['std_msgs/msg/Header'];
}

/** One robot of the simulation on the graph: its driver, its joints, its camera and, where it drives, its base. */
export class SimRobotSide {
  readonly camera: CameraPipeline;
  readonly #world: SimWorld;
  readonly #robot: SimRobot;
  readonly #clock: SimClock;
  readonly #framePrefix: string;
  readonly #onPictureTaken: () => void;
  readonly #base: SimBase | undefined;
  readonly #arm: PositionDriver | undefined;
  readonly #jointStates: JointStateWriter;
  readonly #publishers;
  readonly #rates;

  /** @param onPictureTaken - called for every picture that is published */
  constructor(
    node: RosNode,
    services: NodeServices,
    world: SimWorld,
    robot: SimRobot,
    parameters: SimParameters,
    clock: SimClock,
    onPictureTaken: () => void,
  ) {
    this.#world = world;
    this.#robot = robot;
    this.#clock = clock;
    this.#framePrefix = parameters.framePrefix;
    this.#onPictureTaken = onPictureTaken;
    const { model, plant, headCamera } = robot;
    const others = world.robots.filter((each) => each !== robot).map((each) => each.model.id);
    const worker =
      node.clock === node.steadyClock
        ? undefined
        : {
            workspaceFolders: services.workspaceFolders,
            scene: parameters.scene,
            robot: model.id,
            otherRobots: others,
          };
    this.camera = new CameraPipeline(headCamera, worker, (error) =>
      node.logger.error('camera-failed', { error: describeError(error) }),
    );
    this.#jointStates = new JointStateWriter(model);
    this.#publishers = createRobotPublishers(node, model);
    this.#rates = {
      jointStates: new Rate(model.manifest.driver.joint_states_rate_hz),
      camera: new Rate(mainCameraOf(model).rate_hz),
    };
    if (model.isFixed) {
      this.#arm = new PositionDriver(model, plant);
      servePositionDriver(node, model, this.#arm);
    } else this.#base = new SimBase(node, world, robot, parameters, clock);
    this.#publishers.labels.publish(
      labelsMessage(world.scene, headCamera.renderer.instanceOfObject, clock.header('')),
    );
  }

  /** Runs before each physics step. */
  beforeStep(timeS: number): void {
    this.#base?.driver.tick(timeS);
  }

  /** Publishes what is due after a physics step. */
  afterStep(timeS: number): void {
    const { plant } = this.#robot;
    if (this.#rates.jointStates.isDue(timeS))
      this.#publishers.jointStates.publish(this.#jointStates.write(plant, this.#clock.header('')));
    this.#base?.afterStep(timeS);
    if (this.#rates.camera.isDue(timeS)) this.#takePicture();
    this.camera.deliverDue(this.#clock.stampNs());
    this.#base?.reportState(timeS);
  }

  reset(): void {
    this.#base?.driver.reset();
    this.#arm?.reset();
  }

  async stop(): Promise<void> {
    this.#robot.plant.hold();
    await this.camera.stop();
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
    this.camera.take(this.#world.poseOfPicture(this.#robot), withColor, this.#clock.stampNs(), this.#publish);
  }

  readonly #publish = (picture: CameraReply, stampNs: bigint): void => {
    const { headCamera, model } = this.#robot;
    const { camera } = headCamera.renderer;
    const frame_id = `${this.#framePrefix}${mainCameraOf(model).frame}`;
    const header = { stamp: stampFromNs(stampNs), frame_id };
    const out = this.#publishers;
    this.#onPictureTaken();
    out.cameraInfo.publish(cameraInfoMessage(camera, header));
    if (picture.color !== undefined) out.color.publish(imageMessage(camera, 'rgb8', picture.color, header));
    out.depth.publish(imageMessage(camera, '16UC1', picture.depthMm, header));
    out.segmentation.publish(imageMessage(camera, '16UC1', picture.instances, header));
  };
}
