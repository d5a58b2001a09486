import { wrapAngle } from '@efferent/core';
import type { PlanarPose } from './planar-pose.ts';

/** Remembers the last moments of odometry, to know where the base was when a scan was taken. */
export class OdometryHistory {
  readonly #entries: { stampS: number; pose: PlanarPose }[];
  #count = 0;

  /** @param capacity - entries kept; at 50 Hz, 50 entries are one second */
  constructor(capacity = 50) {
    this.#entries = Array.from({ length: capacity }, () => ({ stampS: 0, pose: { x: 0, y: 0, yaw: 0 } }));
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** Adds the newest pose; an older stamp than the last one starts over (time went back). */
  add(stampS: number, x: number, y: number, yaw: number): void {
    if (this.#count > 0 && stampS < this.#entry(0).stampS) this.#count = 0;
    const entry = this.#entries[this.#count % this.#entries.length] as { stampS: number; pose: PlanarPose };
    entry.stampS = stampS;
    entry.pose.x = x;
    entry.pose.y = y;
    entry.pose.yaw = yaw;
    this.#count++;
  }

  /** Writes the pose at a time into `out`; before the first and after the last entry the nearest one counts. */
  at(stampS: number, out: PlanarPose): boolean {
    if (this.#count === 0) return false;
    let later = this.#entry(0);
    for (let back = 1; back < Math.min(this.#count, this.#entries.length); back++) {
      if (later.stampS <= stampS) break;
      const earlier = this.#entry(back);
      if (earlier.stampS <= stampS) {
        const t = (stampS - earlier.stampS) / Math.max(1e-9, later.stampS - earlier.stampS);
        out.x = earlier.pose.x + t * (later.pose.x - earlier.pose.x);
        out.y = earlier.pose.y + t * (later.pose.y - earlier.pose.y);
        out.yaw = earlier.pose.yaw + t * wrapAngle(later.pose.yaw - earlier.pose.yaw);
        return true;
      }
      later = earlier;
    }
    Object.assign(out, later.pose);
    return true;
  }

  /** @param back - 0 is the newest entry */
  #entry(back: number): { stampS: number; pose: PlanarPose } {
    const index = (this.#count - 1 - back) % this.#entries.length;
    return this.#entries[index] as { stampS: number; pose: PlanarPose };
  }
}
