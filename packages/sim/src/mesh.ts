import type { Transform, Vector3 } from '@efferent/core';

/** A convex solid as polygons, in the frame of the rigid group that it moves with. */
export interface Mesh {
  /** Index of the pose that moves it. */
  readonly group: number;
  /** Number shown in the segmentation picture; 0 is background. */
  readonly instance: number;
  readonly colorRgb: Vector3;
  /** `[vertices, 3]`, m. */
  readonly vertices: Float64Array;
  /** Vertex indices of each face, counter-clockwise seen from outside. */
  readonly faces: readonly Uint16Array[];
  readonly center: Vector3;
  readonly radiusM: number;
}

/** The shapes a mesh is made from. */
export type MeshShape =
  | { readonly kind: 'box'; readonly sizeM: Vector3 }
  | { readonly kind: 'cylinder'; readonly radiusM: number; readonly heightM: number }
  | { readonly kind: 'sphere'; readonly radiusM: number };

const cylinderSides = 12;
const sphereRings = 6;
const sphereSides = 10;

/** Makes the polygons of a solid placed in its group's frame. */
export function makeMesh(
  shape: MeshShape,
  groupFromSolid: Transform,
  group: number,
  instance: number,
  colorRgb: Vector3,
): Mesh {
  const { points, faces } =
    shape.kind === 'box'
      ? boxOf(shape.sizeM)
      : shape.kind === 'cylinder'
        ? cylinderOf(shape)
        : sphereOf(shape.radiusM);
  const vertices = new Float64Array(points.length * 3);
  points.forEach((point, i) => {
    vertices.set(groupFromSolid.apply(point), i * 3);
  });
  const radiusM = Math.max(...points.map((p) => Math.hypot(...p)));
  return {
    group,
    instance,
    colorRgb,
    vertices,
    faces: faces.map((f) => Uint16Array.from(f)),
    center: groupFromSolid.translation,
    radiusM,
  };
}

interface Polyhedron {
  readonly points: readonly Vector3[];
  readonly faces: readonly (readonly number[])[];
}

function boxOf(sizeM: Vector3): Polyhedron {
  const [x, y, z] = [sizeM[0] / 2, sizeM[1] / 2, sizeM[2] / 2];
  const points: Vector3[] = [];
  for (const sz of [-z, z]) for (const sy of [-y, y]) for (const sx of [-x, x]) points.push([sx, sy, sz]);
  const faces = [
    [0, 2, 3, 1],
    [4, 5, 7, 6],
    [0, 1, 5, 4],
    [2, 6, 7, 3],
    [0, 4, 6, 2],
    [1, 3, 7, 5],
  ];
  return { points, faces };
}

function cylinderOf({
  radiusM,
  heightM,
}: {
  readonly radiusM: number;
  readonly heightM: number;
}): Polyhedron {
  const n = cylinderSides;
  const ring = (z: number): Vector3[] =>
    Array.from({ length: n }, (_, i) => [
      radiusM * Math.cos((2 * Math.PI * i) / n),
      radiusM * Math.sin((2 * Math.PI * i) / n),
      z,
    ]);
  const sides = Array.from({ length: n }, (_, i) => [i, (i + 1) % n, n + ((i + 1) % n), n + i]);
  const bottom = Array.from({ length: n }, (_, i) => n - 1 - i);
  const top = Array.from({ length: n }, (_, i) => n + i);
  return { points: [...ring(-heightM / 2), ...ring(heightM / 2)], faces: [bottom, top, ...sides] };
}

function sphereOf(radiusM: number): Polyhedron {
  const points: Vector3[] = [[0, 0, -radiusM]];
  for (let ring = 1; ring < sphereRings; ring++) {
    const polar = (Math.PI * ring) / sphereRings;
    for (let i = 0; i < sphereSides; i++) {
      const around = (2 * Math.PI * i) / sphereSides;
      points.push([
        radiusM * Math.sin(polar) * Math.cos(around),
        radiusM * Math.sin(polar) * Math.sin(around),
        -radiusM * Math.cos(polar),
      ]);
    }
  }
  points.push([0, 0, radiusM]);
  const at = (ring: number, i: number) => 1 + (ring - 1) * sphereSides + (i % sphereSides);
  const faces: number[][] = [];
  for (let i = 0; i < sphereSides; i++) {
    faces.push([0, at(1, i + 1), at(1, i)]);
    for (let ring = 1; ring < sphereRings - 1; ring++)
      faces.push([at(ring, i), at(ring, i + 1), at(ring + 1, i + 1), at(ring + 1, i)]);
    faces.push([at(sphereRings - 1, i), at(sphereRings - 1, i + 1), points.length - 1]);
  }
  return { points, faces };
}
