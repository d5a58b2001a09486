/** A pose on the floor: m, m, rad. Mutable, so that control loops need not allocate. */
export interface PlanarPose {
  x: number;
  y: number;
  yaw: number;
}

interface TransformInput {
  readonly header: {
    readonly frame_id: string;
    readonly stamp: { readonly sec: number; readonly nanosec: number };
  };
  readonly child_frame_id: string;
  readonly transform: {
    readonly translation: { readonly x: number; readonly y: number };
    readonly rotation: { readonly x: number; readonly y: number; readonly z: number; readonly w: number };
  };
}

/** Names of the frames of REP-105 for one robot. */
export interface PlanarFrames {
  readonly map: string;
  readonly odom: string;
  readonly base: string;
}

/** Builds frame names; `map` is shared by all robots and never prefixed. @see REP-105 */
export const planarFrames = (prefix: string, base: string): PlanarFrames => ({
  map: 'map',
  odom: `${prefix}odom`,
  base: `${prefix}${base}`,
});

/** Follows where the base is in the map from `/tf`: `map -> odom` and `odom -> base_link`. */
export class PlanarPoseTracker {
  readonly mapFromBase: PlanarPose = { x: 0, y: 0, yaw: 0 };
  readonly odomFromBase: PlanarPose = { x: 0, y: 0, yaw: 0 };
  readonly mapFromOdom: PlanarPose = { x: 0, y: 0, yaw: 0 };
  /** ROS seconds of the newest `odom -> base_link`. */
  stampS = Number.NEGATIVE_INFINITY;
  hasOdometry = false;
  hasMap = false;
  readonly #frames: PlanarFrames;

  constructor(frames: PlanarFrames) {
    this.#frames = frames;
  }

  /** True once both transforms are known. */
  get isLocated(): boolean {
    return this.hasOdometry && this.hasMap;
  }

  /** Takes a `tf2_msgs/msg/TFMessage`. Does not allocate. */
  read(message: { readonly transforms: readonly TransformInput[] }): void {
    for (let i = 0; i < message.transforms.length; i++) {
      const transform = message.transforms[i] as TransformInput;
      const { map, odom, base } = this.#frames;
      if (transform.child_frame_id === base && transform.header.frame_id === odom) {
        readPose(transform, this.odomFromBase);
        this.stampS = transform.header.stamp.sec + transform.header.stamp.nanosec * 1e-9;
        this.hasOdometry = true;
      } else if (transform.child_frame_id === odom && transform.header.frame_id === map) {
        readPose(transform, this.mapFromOdom);
        this.hasMap = true;
      } else continue;
      composePlanar(this.mapFromOdom, this.odomFromBase, this.mapFromBase);
    }
  }
}

function readPose(message: TransformInput, pose: PlanarPose): void {
  const { x, y, z, w } = message.transform.rotation;
  pose.x = message.transform.translation.x;
  pose.y = message.transform.translation.y;
  pose.yaw = Math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z));
}

/** Writes `a * b` into `out`, which may be neither. */
export function composePlanar(a: PlanarPose, b: PlanarPose, out: PlanarPose): PlanarPose {
  const c = Math.cos(a.yaw);
  const s = Math.sin(a.yaw);
  out.x = a.x + c * b.x - s * b.y;
  out.y = a.y + s * b.x + c * b.y;
  out.yaw = a.yaw + b.yaw;
  return out;
}

/** Writes the inverse of `a` into `out`, which may not be `a`. */
export function invertPlanar(a: PlanarPose, out: PlanarPose): PlanarPose {
  const c = Math.cos(a.yaw);
  const s = Math.sin(a.yaw);
  out.x = -c * a.x - s * a.y;
  out.y = s * a.x - c * a.y;
  out.yaw = -a.yaw;
  return out;
}
