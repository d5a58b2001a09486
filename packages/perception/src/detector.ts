import type { QuaternionXyzw, Vector3 } from '@efferent/core';

/** Pinhole intrinsics, pixels; the centre of the first pixel is (0, 0), as in sensor_msgs/CameraInfo. */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** What one camera saw at one instant; all pictures have the same size and viewpoint (aligned depth). */
export interface CameraFrame {
  readonly stampNs: bigint;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly intrinsics: Intrinsics;
  /** [height, width, 3], row-major, RGB. */
  readonly color: Uint8Array | undefined;
  /** [height, width], row-major, mm along the optical axis; 0 where there is no measurement. */
  readonly depthMm: Uint16Array;
  /** [height, width], row-major, instance number, 0 = background; only where the camera is simulated. */
  readonly segmentation: Uint16Array | undefined;
  /** Unit vector that points up (against gravity), in the camera's optical frame. */
  readonly up: Vector3;
}

/** Class of people, whole or by part. */
export const personClass = 'person';

/** One thing that a detector found, in the camera's optical frame (REP-103: z forward, x right, y down). */
export interface Detection {
  readonly className: string;
  /** Of class `person` only: which part of the body this is, e.g. `head`; absent for all of a person at once. */
  readonly bodyPart?: string;
  /** Confidence in (0, 1]. */
  readonly score: number;
  /** Centre of the object's box, m. */
  readonly positionM: Vector3;
  /** Axes of the box: z up, x and y along its sides. */
  readonly orientation: QuaternionXyzw;
  /** Extent along the box's axes, m. */
  readonly sizeM: Vector3;
}

/**
 * Finds objects in camera pictures. This is where a user's own detector plugs in: the detector node loads a module
 * that exports `createDetector(): Promise<Detector>` (see README.md of this package).
 */
export interface Detector {
  /** Latency that a lockstep episode charges for one frame, ms. */
  readonly modelledLatencyMs: number;
  /** Returns what is in the frame; never an identity, two frames are not matched here. */
  detect(frame: CameraFrame): Promise<readonly Detection[]>;
  /** Class names by segmentation instance number arrived; detectors that look at pixels ignore it. */
  setLabels?(classNames: ReadonlyMap<number, string>): void;
}
