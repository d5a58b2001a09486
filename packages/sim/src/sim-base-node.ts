import type { RosNode } from '@efferent/ros';
import { serveModeDriver } from './driver-services-node.ts';
import { Rate } from './pacer.ts';
import { odometryMessage, odometryTransform, scanMessage } from './sensor-messages.ts';
import type { SimParameters } from './sim-parameters-node.ts';
import { createBasePublishers } from './sim-publishers-node.ts';
import type { SimClock } from './sim-robot-node.ts';
import { Battery } from './sim-status.ts';
import type { SimRobot, SimWorld } from './sim-world.ts';
import { StretchDriver } from './stretch-driver.ts';

/** What a simulated robot that drives has beside its joints and its camera: a driver with modes, odometry, a lidar. */
export class SimBase {
  readonly driver: StretchDriver;
  readonly #world: SimWorld;
  readonly #robot: SimRobot;
  readonly #clock: SimClock;
  readonly #framePrefix: string;
  readonly #battery = new Battery();
  readonly #publishers;
  readonly #rates;

  constructor(node: RosNode, world: SimWorld, robot: SimRobot, parameters: SimParameters, clock: SimClock) {
    this.#world = world;
    this.#robot = robot;
    this.#clock = clock;
    this.#framePrefix = parameters.framePrefix;
    const { model, plant } = robot;
    this.driver = new StretchDriver(model, plant, parameters.faults);
    this.#publishers = createBasePublishers(node, model);
    const { driver, lidar } = model.mobile;
    this.#rates = {
      odometry: new Rate(driver.odom_rate_hz),
      mode: new Rate(driver.mode_rate_hz),
      scan: new Rate(lidar.rate_hz),
      battery: new Rate(1),
    };
    serveModeDriver(node, model, this.driver, clock.timeS);
  }

  /** Publishes what the base measures. */
  afterStep(timeS: number): void {
    if (this.#rates.odometry.isDue(timeS)) this.#publishOdometry();
    if (this.#rates.scan.isDue(timeS)) this.#publishScan();
  }

  /** Publishes how driver and battery are. */
  reportState(timeS: number): void {
    const out = this.#publishers;
    if (this.#rates.mode.isDue(timeS)) {
      out.mode.publish({ data: this.driver.mode });
      out.runstopped.publish({ data: this.driver.isRunstopped });
      out.homed.publish({ data: this.driver.isHomed });
    }
    if (!this.#rates.battery.isDue(timeS)) return;
    const { linear, angular } = this.#robot.plant.state;
    out.battery.publish(this.#battery.next(linear !== 0 || angular !== 0, this.#clock.header('')));
  }

  #publishOdometry(): void {
    const base = `${this.#framePrefix}${this.#robot.model.manifest.frames.base}`;
    const header = this.#clock.header('odom');
    const { odometry } = this.#robot.plant;
    this.#publishers.odometry.publish(odometryMessage(odometry, header, base));
    this.#publishers.tf.publish({ transforms: [odometryTransform(odometry, header, base)] });
  }

  #publishScan(): void {
    const { lidar, model, plant } = this.#robot;
    if (lidar === undefined || this.#publishers.scan.subscriptionCount === 0) return;
    const others = this.#world.robots.filter((each) => each !== this.#robot);
    const ranges = lidar.scan(
      plant.placement,
      others.map((each) => each.plant.placement),
    );
    const header = this.#clock.header(model.mobile.frames.laser);
    this.#publishers.scan.publish(scanMessage(model, ranges, header));
  }
}
