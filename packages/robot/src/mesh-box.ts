import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Vector3 } from '@efferent/core';

/** Bytes before the first triangle of a binary STL, and of each triangle. */
const stlHeaderBytes = 84;
const stlTriangleBytes = 50;

/**
 * Measures the box around a mesh.
 *
 * @param path - STL (binary or text) or OBJ file
 * @returns the box in the mesh's own frame and units
 * @throws {@link RangeError} saying what is wrong with the file
 */
export function measureMesh(path: string): { readonly centerM: Vector3; readonly sizeM: Vector3 } {
  const extension = extname(path).toLowerCase();
  if (extension !== '.stl' && extension !== '.obj')
    throw new RangeError(`${path} is not .stl or .obj; give a box, cylinder or sphere, or convert the mesh`);
  const bounds = new Bounds();
  if (extension === '.obj') addText(readFileSync(path, 'utf8'), 'v', bounds);
  else addStl(readFileSync(path), bounds);
  if (bounds.isEmpty) throw new RangeError(`${path} has no vertices`);
  return bounds.box();
}

/**
 * Finds the file that a URDF means with a mesh's `filename`.
 *
 * @param name - a path beside the URDF, `file://…`, or `package://<package>/<path>`
 * @param urdfFile - the URDF that names it; a package's files are looked for beside it, then in `AMENT_PREFIX_PATH`
 * @throws {@link RangeError} naming the places where it is not
 */
export function findMesh(
  name: string,
  urdfFile: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const places = meshPlaces(name, dirname(urdfFile), environment);
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new RangeError(`${name} was not found; looked for ${places.join(', ')}`);
}

function meshPlaces(
  name: string,
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): string[] {
  if (name.startsWith('file://')) return [fileURLToPath(name)];
  const [, packageName, path] = /^package:\/\/([^/]+)\/(.+)$/.exec(name) ?? [];
  if (packageName === undefined || path === undefined) return [isAbsolute(name) ? name : join(folder, name)];
  const prefixes = (environment.AMENT_PREFIX_PATH ?? '').split(':').filter((prefix) => prefix !== '');
  return [
    join(folder, path),
    join(folder, packageName, path),
    ...prefixes.map((prefix) => join(prefix, 'share', packageName, path)),
  ];
}

function addStl(bytes: Buffer, bounds: Bounds): void {
  const triangles = bytes.length < stlHeaderBytes ? 0 : bytes.readUInt32LE(stlHeaderBytes - 4);
  // A text STL may begin like a binary one; the length tells them apart.
  if (bytes.length !== stlHeaderBytes + triangles * stlTriangleBytes) {
    addText(bytes.toString('utf8'), 'vertex', bounds);
    return;
  }
  for (let triangle = 0; triangle < triangles; triangle++) {
    const at = stlHeaderBytes + triangle * stlTriangleBytes;
    for (let vertex = 12; vertex < 48; vertex += 12)
      bounds.add(
        bytes.readFloatLE(at + vertex),
        bytes.readFloatLE(at + vertex + 4),
        bytes.readFloatLE(at + vertex + 8),
      );
  }
}

/** Adds the lines that begin with a keyword and three numbers. */
function addText(text: string, keyword: string, bounds: Bounds): void {
  for (const line of text.split('\n')) {
    const [first, x, y, z] = line.trim().split(/\s+/);
    if (first === keyword) bounds.add(Number(x), Number(y), Number(z));
  }
}

class Bounds {
  readonly #min = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  readonly #max = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];

  get isEmpty(): boolean {
    return this.#min[0] === Number.POSITIVE_INFINITY;
  }

  add(...point: readonly [number, number, number]): void {
    if (!point.every((value) => Number.isFinite(value))) return;
    point.forEach((value, axis) => {
      this.#min[axis] = Math.min(this.#min[axis]!, value);
      this.#max[axis] = Math.max(this.#max[axis]!, value);
    });
  }

  box(): { readonly centerM: Vector3; readonly sizeM: Vector3 } {
    const along = (of: (min: number, max: number) => number) =>
      this.#min.map((min, axis) => of(min, this.#max[axis]!)) as unknown as Vector3;
    return { centerM: along((min, max) => (min + max) / 2), sizeM: along((min, max) => max - min) };
  }
}
