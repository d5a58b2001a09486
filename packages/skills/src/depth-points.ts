import { PointMapper, type Transform } from '@efferent/core';

/** Every this many pixels, in rows and columns, one is used. */
const stridePx = 3;
/** Farther points are too coarse to plan with, m. */
const farthestM = 3;

/** What {@link pointsFromDepth} needs to know of a depth picture. */
export interface DepthImage {
  readonly widthPx: number;
  readonly heightPx: number;
  /** [height, width], row-major, mm; 0 where there is no measurement. */
  readonly depthMm: Uint16Array;
  /** Row-major 3x3 camera matrix, pixels. */
  readonly k: ArrayLike<number>;
}

/** Surface points of a depth picture in another frame: `[n, 3]`, row-major, m; thinned out. */
export function pointsFromDepth(image: DepthImage, targetFromCamera: Transform): Float64Array {
  const [fx, fy, cx, cy] = [image.k[0]!, image.k[4]!, image.k[2]!, image.k[5]!];
  const points = new Float64Array(
    3 * Math.ceil(image.widthPx / stridePx) * Math.ceil(image.heightPx / stridePx),
  );
  const mapper = new PointMapper(targetFromCamera);
  let length = 0;
  for (let row = 0; row < image.heightPx; row += stridePx) {
    for (let column = 0; column < image.widthPx; column += stridePx) {
      const depth = image.depthMm[row * image.widthPx + column]! / 1000;
      if (depth <= 0 || depth > farthestM) continue;
      mapper.apply(((column - cx) / fx) * depth, ((row - cy) / fy) * depth, depth);
      points[length] = mapper.x;
      points[length + 1] = mapper.y;
      points[length + 2] = mapper.z;
      length += 3;
    }
  }
  return points.subarray(0, length);
}
