import type { Transform, Vector3 } from '@efferent/core';
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

/** Projects a map point. Returns column, row and depth (m), or undefined outside of the picture. */
export function projectPoint(
  view: CameraView,
  cameraFromMap: Transform,
  point: Vector3,
): { readonly column: number; readonly row: number; readonly depthM: number } | undefined {
  const [x, y, z] = cameraFromMap.apply(point);
  if (z < 0.1) return undefined;
  const column = view.cx + (view.fx * x) / z;
  const row = view.cy + (view.fy * y) / z;
  if (column < edgePx || row < edgePx || column > view.widthPx - edgePx || row > view.heightPx - edgePx)
    return undefined;
  return { column, row, depthM: z };
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
