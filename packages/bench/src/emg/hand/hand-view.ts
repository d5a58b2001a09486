import { rotateVector, type Transform, type Vector3, wrapAngle } from '@efferent/core';
import type { DrawnThings } from '../user/drawn-things.ts';
import type { Screen } from '../user/seen-state.ts';

/** What a person who drives by hand makes of the screen: where robot, hand and things are, and how fast they move. */
export interface HandView {
  readonly nowS: number;
  readonly base: { readonly x: number; readonly y: number; readonly yaw: number };
  /** m/s along the base's heading, and rad/s. */
  readonly baseSpeed: { readonly linear: number; readonly angular: number };
  /** The frame between the fingers, in `map`. */
  readonly tool: Transform;
  /** Where the fingers point, and the direction in which they close: unit vectors in `map`. */
  readonly approach: Vector3;
  readonly closing: Vector3;
  /** m or rad, and per second, by the joint's name. */
  readonly joints: ReadonlyMap<string, number>;
  readonly jointSpeeds: ReadonlyMap<string, number>;
  readonly drawn: DrawnThings;
}

/** Motion is seen over so long a time, s: the eye does not follow a picture's jitter. */
const smoothingS = 0.15;

interface Glance {
  readonly atS: number;
  readonly base: HandView['base'];
  readonly joints: ReadonlyMap<string, number>;
}

/** Watches the screen and tells how fast what it shows moves. */
export class HandEye {
  #before: Glance | undefined;
  #linear = 0;
  #angular = 0;
  readonly #speeds = new Map<string, number>();
  readonly #toolFrame: string;
  readonly #baseFrame: string;

  constructor(toolFrame: string, baseFrame: string) {
    this.#toolFrame = toolFrame;
    this.#baseFrame = baseFrame;
  }

  /** Looks at the screen; undefined until it shows the robot. */
  look(seen: Screen, nowS: number): HandView | undefined {
    const mapFromBase = seen.frame(this.#baseFrame);
    const tool = seen.frame(this.#toolFrame);
    if (mapFromBase === undefined || tool === undefined || seen.joints.size === 0) return undefined;
    const [x, y] = mapFromBase.translation;
    const base = { x, y, yaw: mapFromBase.yaw };
    this.#measure({ atS: nowS, base, joints: new Map(seen.joints) });
    return {
      nowS,
      base,
      baseSpeed: { linear: this.#linear, angular: this.#angular },
      tool,
      approach: rotateVector(tool.rotation, [1, 0, 0]),
      closing: rotateVector(tool.rotation, [0, 1, 0]),
      joints: seen.joints,
      jointSpeeds: this.#speeds,
      drawn: seen.drawn,
    };
  }

  #measure(now: Glance): void {
    const before = this.#before;
    this.#before = now;
    if (before === undefined || now.atS <= before.atS) return;
    const dtS = now.atS - before.atS;
    const blend = Math.min(1, dtS / smoothingS);
    const { x, y, yaw } = before.base;
    const along = (now.base.x - x) * Math.cos(yaw) + (now.base.y - y) * Math.sin(yaw);
    this.#linear += blend * (along / dtS - this.#linear);
    this.#angular += blend * (wrapAngle(now.base.yaw - yaw) / dtS - this.#angular);
    for (const [joint, position] of now.joints) {
      const speed = this.#speeds.get(joint) ?? 0;
      const rate = (position - (before.joints.get(joint) ?? position)) / dtS;
      this.#speeds.set(joint, speed + blend * (rate - speed));
    }
  }
}
