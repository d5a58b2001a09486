import { PointMapper, type Transform, type Vector3 } from '@efferent/core';
import type { PlacedBox } from '@efferent/robot';

/** A pinhole camera at one instant; optical frame of REP-103 (z forward, x right, y down). */
export interface CameraView {
  readonly mapFromCamera: Transform;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** Pixels at the picture's edge that do not count as seen. */
const edgePx = 8;
/** Nothing nearer is projected, m. */
const nearestM = 0.1;

/** Projects a map point. Returns column, row and depth (m), or undefined outside of the picture. */
export function projectPoint(
  view: CameraView,
  cameraFromMap: Transform,
  point: Vector3,
): { readonly column: number; readonly row: number; readonly depthM: number } | undefined {
  const [x, y, z] = cameraFromMap.apply(point);
  if (z < nearestM) return undefined;
  const column = view.cx + (view.fx * x) / z;
  const row = view.cy + (view.fy * y) / z;
  if (column < edgePx || row < edgePx || column > view.widthPx - edgePx || row > view.heightPx - edgePx)
    return undefined;
  return { column, row, depthM: z };
}

/** Projects many map points like {@link projectPoint}, without allocating; the result is in the fields. */
export class PointProjector {
  column = 0;
  row = 0;
  depthM = 0;
  readonly #view: CameraView;
  readonly #cameraFromMap: PointMapper;

  constructor(view: CameraView) {
    this.#view = view;
    this.#cameraFromMap = new PointMapper(view.mapFromCamera.inverse());
  }

  /** Tells whether the point is in the picture. */
  project(x: number, y: number, z: number): boolean {
    const camera = this.#cameraFromMap;
    const view = this.#view;
    camera.apply(x, y, z);
    if (camera.z < nearestM) return false;
    this.depthM = camera.z;
    this.column = view.cx + (view.fx * camera.x) / camera.z;
    this.row = view.cy + (view.fy * camera.y) / camera.z;
    return (
      this.column >= edgePx &&
      this.row >= edgePx &&
      this.column <= view.widthPx - edgePx &&
      this.row <= view.heightPx - edgePx
    );
  }

  /** Tells whether a part of a sphere may be in the picture; when not, no point of it is. */
  maySee(centerM: Vector3, radiusM: number): boolean {
    const camera = this.#cameraFromMap;
    const view = this.#view;
    camera.apply(...centerM);
    if (camera.z + radiusM < nearestM) return false;
    const beyond = (across: number, tan: number) => across - camera.z * tan > radiusM * Math.hypot(1, tan);
    return !(
      beyond(camera.x, (view.widthPx - view.cx) / view.fx) ||
      beyond(-camera.x, view.cx / view.fx) ||
      beyond(camera.y, (view.heightPx - view.cy) / view.fy) ||
      beyond(-camera.y, view.cy / view.fy)
    );
  }
}

/** Pixels that a thing of this extent covers at this depth, roughly. */
export const expectedPixels = (view: CameraView, sizeM: Vector3, depthM: number): number =>
  (view.fx *
    Math.max(sizeM[0], sizeM[1]) *
    view.fy *
    Math.max(sizeM[2], 0.5 * Math.min(sizeM[0], sizeM[1]))) /
  (depthM * depthM);

/** A solid that hides what is behind it. */
export interface Occluder {
  readonly ownerId: string;
  readonly boxFromMap: Transform;
  readonly halfM: Vector3;
}

/** Prepares placed boxes for {@link isOccluded}. */
export function occludersOf(boxes: readonly PlacedBox[]): readonly Occluder[] {
  return boxes.map((box) => ({
    ownerId: box.ownerId,
    boxFromMap: box.mapFromBox.inverse(),
    halfM: [box.sizeM[0] / 2, box.sizeM[1] / 2, box.sizeM[2] / 2],
  }));
}

/** Tells whether a solid stands between the eye and the point; the last `marginM` before the point do not count. */
export function isOccluded(
  eye: Vector3,
  point: Vector3,
  occluders: readonly Occluder[],
  marginM: number,
): boolean {
  const length = Math.hypot(point[0] - eye[0], point[1] - eye[1], point[2] - eye[2]);
  const far = 1 - marginM / Math.max(length, 1e-6);
  return far > 0 && occluders.some((occluder) => segmentHitsBox(occluder, eye, point, far));
}

/** Slab test of the segment eye + t (point - eye), t in [0.02, far]. */
function segmentHitsBox(occluder: Occluder, eye: Vector3, point: Vector3, far: number): boolean {
  const a = occluder.boxFromMap.apply(eye);
  const b = occluder.boxFromMap.apply(point);
  let low = 0.02;
  let high = far;
  for (let axis = 0; axis < 3; axis++) {
    const start = a[axis]!;
    const delta = b[axis]! - start;
    const half = occluder.halfM[axis]!;
    if (Math.abs(delta) < 1e-9) {
      if (Math.abs(start) > half) return false;
      continue;
    }
    const t0 = (-half - start) / delta;
    const t1 = (half - start) / delta;
    low = Math.max(low, Math.min(t0, t1));
    high = Math.min(high, Math.max(t0, t1));
    if (low > high) return false;
  }
  return true;
}
