import type { SupportArea } from './geometry.ts';
import type { DepthPoints, MapSighting } from './skill-body.ts';

const gridM = 0.03;
/** Depth points this far above the surface belong to something on it, m. */
const aboveM = 0.018;
const topM = 0.4;
/** Fewer points than this are noise. */
const minPoints = 2;

export interface SpotRequest {
  readonly area: SupportArea;
  /** Half of the free square that is needed, m. */
  readonly halfWidthM: number;
  /** Spots nearest to this come first, `map`, m. */
  readonly preferredM: readonly [number, number];
  /** Tells whether a point, `map`, m, is where things are reached well: those spots come before all others. */
  readonly isInReach?: (pointM: readonly [number, number]) => boolean;
  readonly depth: DepthPoints;
  readonly sightings: readonly MapSighting[];
}

/** Free spots on a surface, best first, `map`, m. Free is what neither a depth point nor a detected box stands on. */
export function freeSpots(request: SpotRequest): readonly (readonly [number, number])[] {
  const { area, halfWidthM } = request;
  const areaFromMap = area.mapFromArea.inverse();
  const [width, depth] = area.sizeM;
  const columns = Math.max(1, Math.floor(width / gridM));
  const rows = Math.max(1, Math.floor(depth / gridM));
  const counts = new Uint16Array(columns * rows);
  const mark = (x: number, y: number, amount: number) => {
    const column = Math.floor((x / width + 0.5) * columns);
    const row = Math.floor((y / depth + 0.5) * rows);
    if (column >= 0 && column < columns && row >= 0 && row < rows) counts[row * columns + column]! += amount;
  };
  const { pointsM } = request.depth;
  for (let i = 0; i + 2 < pointsM.length; i += 3) {
    const local = areaFromMap.apply([pointsM[i]!, pointsM[i + 1]!, pointsM[i + 2]!]);
    if (local[2] > aboveM && local[2] < Math.min(topM, area.clearanceM - 0.02)) mark(local[0], local[1], 1);
  }
  for (const { mapFromThing, sizeM } of request.sightings) {
    const local = areaFromMap.apply(mapFromThing.translation);
    if (local[2] < -0.05 || local[2] > topM) continue;
    const radius = Math.hypot(sizeM[0], sizeM[1]) / 2 / Math.SQRT2;
    for (let dx = -radius; dx <= radius; dx += gridM)
      for (let dy = -radius; dy <= radius; dy += gridM) mark(local[0] + dx, local[1] + dy, minPoints);
  }
  const preferred = areaFromMap.apply([
    request.preferredM[0],
    request.preferredM[1],
    area.mapFromArea.translation[2],
  ]);
  const reach = Math.ceil(halfWidthM / gridM);
  const spots: { readonly x: number; readonly y: number; readonly cost: number }[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = ((column + 0.5) / columns - 0.5) * width;
      const y = ((row + 0.5) / rows - 0.5) * depth;
      if (Math.abs(x) > width / 2 - halfWidthM - 0.01 || Math.abs(y) > depth / 2 - halfWidthM - 0.01)
        continue;
      if (isTaken(counts, columns, rows, column, row, reach)) continue;
      spots.push({ x, y, cost: Math.hypot(x - preferred[0], y - preferred[1]) });
    }
  }
  const points = spots
    .sort((a, b) => a.cost - b.cost)
    .map(({ x, y }) => {
      const point = area.mapFromArea.apply([x, y, 0]);
      return [point[0], point[1]] as const;
    });
  const { isInReach } = request;
  if (isInReach === undefined) return points;
  return [...points.filter(isInReach), ...points.filter((point) => !isInReach(point))];
}

function isTaken(
  counts: Uint16Array,
  columns: number,
  rows: number,
  column: number,
  row: number,
  reach: number,
): boolean {
  for (let r = Math.max(0, row - reach); r <= Math.min(rows - 1, row + reach); r++) {
    for (let c = Math.max(0, column - reach); c <= Math.min(columns - 1, column + reach); c++) {
      if (counts[r * columns + c]! >= minPoints) return true;
    }
  }
  return false;
}
