import type { Mesh } from './mesh.ts';

export interface PinholeCamera {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** Nothing nearer than this is drawn, m. */
const nearM = 0.05;
/** Most corners of a polygon after clipping. */
const maxCorners = 32;

/**
 * Draws convex meshes into a buffer of inverse depth and a buffer of face numbers, in one pass.
 *
 * Polygons are filled by scan lines; inverse depth is linear over a polygon and follows from its plane. Optical frame: z forward,
 * x right, y down; the centre of pixel (u, v) is at integer coordinates.
 */
export class Rasteriser {
  readonly camera: PinholeCamera;
  readonly meshes: readonly Mesh[];
  /** `[height, width]` 1/m; 0 where nothing is. */
  readonly inverseDepth: Float32Array;
  /** `[height, width]` number of the face + 1; 0 where nothing is. */
  readonly faces: Uint16Array;
  /** The same memory, two pixels a word; the number of pixels is a multiple of four. */
  readonly facePairs: Uint32Array;
  /** Instance number by face number + 1. */
  readonly instanceOfFace: Uint16Array;
  /** Mesh index by face number + 1. */
  readonly meshOfFace: Uint16Array;
  /** Face's normal along the camera's axes by face number + 1, `[n, 3]`; only of faces drawn in the last picture. */
  readonly normalOfFace: Float32Array;
  /** 1 for a mesh that is left out of the next picture. */
  readonly hidden: Uint8Array;
  readonly #firstFace: number[] = [];
  readonly #order: number[] = [];
  readonly #nearest: Float64Array;
  readonly #vertices: Float64Array;
  readonly #pose = new Float64Array(12);
  readonly #clipX = new Float64Array(maxCorners);
  readonly #clipY = new Float64Array(maxCorners);
  readonly #tanX: number;
  readonly #tanY: number;

  constructor(camera: PinholeCamera, meshes: readonly Mesh[]) {
    this.camera = camera;
    this.meshes = meshes;
    const pixels = camera.widthPx * camera.heightPx;
    if (pixels % 4 !== 0)
      throw new RangeError(`a picture of ${pixels} pixels: their number must be a multiple of 4`);
    this.inverseDepth = new Float32Array(pixels);
    this.faces = new Uint16Array(pixels);
    this.facePairs = new Uint32Array(this.faces.buffer);
    let count = 1;
    for (const mesh of meshes) {
      this.#firstFace.push(count);
      count += mesh.faces.length;
    }
    if (count > 65535) throw new RangeError(`${count} faces do not fit into the 16-bit face picture`);
    this.instanceOfFace = new Uint16Array(count);
    this.meshOfFace = new Uint16Array(count);
    this.normalOfFace = new Float32Array(count * 3);
    meshes.forEach((mesh, m) => {
      const first = this.#firstFace[m] as number;
      this.instanceOfFace.fill(mesh.instance, first, first + mesh.faces.length);
      this.meshOfFace.fill(m, first, first + mesh.faces.length);
    });
    this.hidden = new Uint8Array(meshes.length);
    this.#nearest = new Float64Array(meshes.length);
    this.#vertices = new Float64Array(Math.max(1, ...meshes.map((m) => m.vertices.length)));
    // Half angles of the picture's edges, for culling.
    this.#tanX = Math.max(camera.cx, camera.widthPx - camera.cx) / camera.fx;
    this.#tanY = Math.max(camera.cy, camera.heightPx - camera.cy) / camera.fy;
  }

  /**
   * Draws all meshes but the hidden ones.
   *
   * @param cameraFromGroup - `[groups, 12]`, row-major 3x4 poses
   */
  render(cameraFromGroup: Float64Array): void {
    this.inverseDepth.fill(0);
    this.faces.fill(0);
    this.#order.length = 0;
    for (let m = 0; m < this.meshes.length; m++)
      if (this.hidden[m] === 0 && this.#isVisible(m, cameraFromGroup)) this.#order.push(m);
    // Near things first, so that hidden pixels cost a comparison only.
    this.#order.sort((a, b) => (this.#nearest[a] as number) - (this.#nearest[b] as number));
    for (const m of this.#order) this.#drawMesh(m, cameraFromGroup);
  }

  #isVisible(m: number, poses: Float64Array): boolean {
    const { center, radiusM, group } = this.meshes[m] as Mesh;
    const o = group * 12;
    const x =
      (poses[o] as number) * center[0] +
      (poses[o + 1] as number) * center[1] +
      (poses[o + 2] as number) * center[2] +
      (poses[o + 3] as number);
    const y =
      (poses[o + 4] as number) * center[0] +
      (poses[o + 5] as number) * center[1] +
      (poses[o + 6] as number) * center[2] +
      (poses[o + 7] as number);
    const z =
      (poses[o + 8] as number) * center[0] +
      (poses[o + 9] as number) * center[1] +
      (poses[o + 10] as number) * center[2] +
      (poses[o + 11] as number);
    this.#nearest[m] = z - radiusM;
    if (z + radiusM < nearM) return false;
    const slackX = radiusM * Math.sqrt(1 + this.#tanX * this.#tanX);
    const slackY = radiusM * Math.sqrt(1 + this.#tanY * this.#tanY);
    return Math.abs(x) - z * this.#tanX < slackX && Math.abs(y) - z * this.#tanY < slackY;
  }

  #drawMesh(m: number, poses: Float64Array): void {
    const mesh = this.meshes[m] as Mesh;
    const local = mesh.vertices;
    const v = this.#vertices;
    const p = this.#pose;
    for (let k = 0; k < 12; k++) p[k] = poses[mesh.group * 12 + k] as number;
    let allInFront = true;
    for (let i = 0; i < local.length; i += 3) {
      const x = local[i] as number;
      const y = local[i + 1] as number;
      const z = local[i + 2] as number;
      v[i] = (p[0] as number) * x + (p[1] as number) * y + (p[2] as number) * z + (p[3] as number);
      v[i + 1] = (p[4] as number) * x + (p[5] as number) * y + (p[6] as number) * z + (p[7] as number);
      const depth = (p[8] as number) * x + (p[9] as number) * y + (p[10] as number) * z + (p[11] as number);
      v[i + 2] = depth;
      if (depth < nearM) allInFront = false;
    }
    const first = this.#firstFace[m] as number;
    for (let f = 0; f < mesh.faces.length; f++)
      this.#drawFace(mesh.faces[f] as Uint16Array, first + f, allInFront);
  }

  #drawFace(corners: Uint16Array, face: number, allInFront: boolean): void {
    const v = this.#vertices;
    const a = (corners[0] as number) * 3;
    const b = (corners[1] as number) * 3;
    const c = (corners[2] as number) * 3;
    const ux = (v[b] as number) - (v[a] as number);
    const uy = (v[b + 1] as number) - (v[a + 1] as number);
    const uz = (v[b + 2] as number) - (v[a + 2] as number);
    const wx = (v[c] as number) - (v[a] as number);
    const wy = (v[c + 1] as number) - (v[a + 1] as number);
    const wz = (v[c + 2] as number) - (v[a + 2] as number);
    const nx = uy * wz - uz * wy;
    const ny = uz * wx - ux * wz;
    const nz = ux * wy - uy * wx;
    const d = nx * (v[a] as number) + ny * (v[a + 1] as number) + nz * (v[a + 2] as number);
    if (d >= -1e-12) return; // turned away
    const n = allInFront ? this.#project(corners) : this.#clipAndProject(corners);
    if (n < 3) return;
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
    this.normalOfFace[face * 3] = nx / length;
    this.normalOfFace[face * 3 + 1] = ny / length;
    this.normalOfFace[face * 3 + 2] = nz / length;
    const { fx, fy, cx, cy } = this.camera;
    const gradientU = nx / (fx * d);
    const gradientV = ny / (fy * d);
    this.#fill(n, face, gradientU, gradientV, nz / d - gradientU * cx - gradientV * cy);
  }

  #project(corners: Uint16Array): number {
    const v = this.#vertices;
    const { fx, fy, cx, cy } = this.camera;
    for (let i = 0; i < corners.length; i++) {
      const o = (corners[i] as number) * 3;
      const inverse = 1 / (v[o + 2] as number);
      this.#clipX[i] = fx * (v[o] as number) * inverse + cx;
      this.#clipY[i] = fy * (v[o + 1] as number) * inverse + cy;
    }
    return corners.length;
  }

  #clipAndProject(corners: Uint16Array): number {
    const v = this.#vertices;
    const { fx, fy, cx, cy } = this.camera;
    let count = 0;
    for (let i = 0; i < corners.length; i++) {
      const o = (corners[i] as number) * 3;
      const q = (corners[(i + 1) % corners.length] as number) * 3;
      const z0 = v[o + 2] as number;
      const z1 = v[q + 2] as number;
      if (z0 >= nearM) {
        this.#clipX[count] = (fx * (v[o] as number)) / z0 + cx;
        this.#clipY[count] = (fy * (v[o + 1] as number)) / z0 + cy;
        count++;
      }
      if (z0 >= nearM === z1 >= nearM) continue;
      const t = (nearM - z0) / (z1 - z0);
      this.#clipX[count] = (fx * ((v[o] as number) + t * ((v[q] as number) - (v[o] as number)))) / nearM + cx;
      this.#clipY[count] =
        (fy * ((v[o + 1] as number) + t * ((v[q + 1] as number) - (v[o + 1] as number)))) / nearM + cy;
      count++;
    }
    return count;
  }

  /** Fills the convex polygon of `n` projected corners; 1/z = gradientU u + gradientV v + offset. */
  #fill(n: number, face: number, gradientU: number, gradientV: number, offset: number): void {
    const xs = this.#clipX;
    const ys = this.#clipY;
    const { widthPx, heightPx } = this.camera;
    let top = ys[0] as number;
    let bottom = top;
    let least = xs[0] as number;
    let most = least;
    for (let i = 1; i < n; i++) {
      const y = ys[i] as number;
      const x = xs[i] as number;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      if (x < least) least = x;
      if (x > most) most = x;
    }
    if (most < 0 || least > widthPx - 1) return;
    const firstRow = top <= 0 ? 0 : Math.ceil(top) | 0;
    const lastRow = bottom >= heightPx - 1 ? heightPx - 1 : Math.floor(bottom) | 0;
    const inverseDepth = this.inverseDepth;
    const faces = this.faces;
    for (let row = firstRow; row <= lastRow; row++) {
      let left = Number.POSITIVE_INFINITY;
      let right = Number.NEGATIVE_INFINITY;
      for (let i = 0, j = n - 1; i < n; j = i++) {
        const y0 = ys[j] as number;
        const y1 = ys[i] as number;
        if (y0 > row === y1 > row) continue;
        const x = (xs[j] as number) + ((row - y0) / (y1 - y0)) * ((xs[i] as number) - (xs[j] as number));
        if (x < left) left = x;
        if (x > right) right = x;
      }
      if (left > right) continue; // no edge crosses this row
      // As integers, so that the index of the loop below is one.
      const from = left <= 0 ? 0 : Math.ceil(left) | 0;
      const to = right >= widthPx - 1 ? widthPx - 1 : Math.floor(right) | 0;
      let inverse = gradientU * from + gradientV * row + offset;
      const end = row * widthPx + to;
      for (let index = row * widthPx + from; index <= end; index++) {
        if (inverse > (inverseDepth[index] as number)) {
          inverseDepth[index] = inverse;
          faces[index] = face;
        }
        inverse += gradientU;
      }
    }
  }
}
