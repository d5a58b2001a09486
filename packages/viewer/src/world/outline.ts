import { BoxGeometry, EdgesGeometry, LineBasicMaterial, LineDashedMaterial, LineSegments } from 'three';

const edges = new EdgesGeometry(new BoxGeometry(1, 1, 1));

/** Creates the outline of a unit box; scale it to the size of the thing. */
export function boxOutline(color: string, isDashed: boolean): LineSegments {
  const material = isDashed
    ? new LineDashedMaterial({ color, dashSize: 0.06, gapSize: 0.05, transparent: true, depthWrite: false })
    : new LineBasicMaterial({ color, transparent: true, depthWrite: false });
  const outline = new LineSegments(edges, material);
  if (isDashed) outline.computeLineDistances();
  return outline;
}
