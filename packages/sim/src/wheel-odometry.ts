import { type Rng, wrapAngle } from '@efferent/core';

/** Spread of the systematic errors: wheel radius and separation known to about half a percent and one percent. */
const linearScaleSigma = 0.005;
const angularScaleSigma = 0.01;
/** Random walk from slip: per square root of metre and of radian. */
const linearNoise = 0.003;
const angularNoise = 0.006;

/** What the wheels report: the true motion with scale errors and slip, integrated from the start pose. */
export class WheelOdometry {
  x = 0;
  y = 0;
  yaw = 0;
  linear = 0;
  angular = 0;
  readonly #rng: Rng;
  #linearScale = 1;
  #angularScale = 1;

  constructor(rng: Rng) {
    this.#rng = rng;
    this.reset();
  }

  /** Starts at the origin with new wheel errors. */
  reset(): void {
    this.x = 0;
    this.y = 0;
    this.yaw = 0;
    this.linear = 0;
    this.angular = 0;
    this.#linearScale = this.#rng.normal(1, linearScaleSigma);
    this.#angularScale = this.#rng.normal(1, angularScaleSigma);
  }

  /** Integrates one step of the true twist. Runs in the control loop; does not allocate. */
  step(linear: number, angular: number, dtS: number): void {
    if (linear === 0 && angular === 0) {
      this.linear = 0;
      this.angular = 0;
      return;
    }
    const distance = Math.abs(linear) * dtS;
    const turn = Math.abs(angular) * dtS;
    this.linear = linear * this.#linearScale + (this.#rng.normal() * linearNoise * Math.sqrt(distance)) / dtS;
    this.angular =
      angular * this.#angularScale +
      (this.#rng.normal() * (angularNoise * Math.sqrt(turn) + 0.5 * linearNoise * Math.sqrt(distance))) / dtS;
    const middle = this.yaw + (this.angular * dtS) / 2;
    this.x += this.linear * dtS * Math.cos(middle);
    this.y += this.linear * dtS * Math.sin(middle);
    this.yaw = wrapAngle(this.yaw + this.angular * dtS);
  }
}
