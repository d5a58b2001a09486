import {
  CanvasTexture,
  Mesh,
  MeshLambertMaterial,
  PlaneGeometry,
  RepeatWrapping,
  SRGBColorSpace,
} from 'three';

const sideM = 40;
/** Edge of one tile, m: a scale that the eye can read distances from. */
const tileM = 0.5;
const tilePx = 128;

export interface FloorColors {
  readonly tile: string;
  readonly otherTile: string;
  readonly joint: string;
}

/** A tiled floor that takes shadows. */
export class Floor {
  readonly mesh: Mesh<PlaneGeometry, MeshLambertMaterial>;
  readonly #canvas = document.createElement('canvas');
  readonly #texture: CanvasTexture;

  /** @param anisotropy - texture samples along a slanting view; more keeps far joints sharp */
  constructor(anisotropy: number) {
    this.#canvas.width = this.#canvas.height = 2 * tilePx;
    this.#texture = new CanvasTexture(this.#canvas);
    this.#texture.colorSpace = SRGBColorSpace;
    this.#texture.wrapS = this.#texture.wrapT = RepeatWrapping;
    this.#texture.repeat.setScalar(sideM / (2 * tileM));
    this.#texture.anisotropy = anisotropy;
    this.mesh = new Mesh(new PlaneGeometry(sideM, sideM), new MeshLambertMaterial({ map: this.#texture }));
    this.mesh.receiveShadow = true;
  }

  paint({ tile, otherTile, joint }: FloorColors): void {
    const context = this.#canvas.getContext('2d');
    if (!context) return;
    context.fillStyle = joint;
    context.fillRect(0, 0, 2 * tilePx, 2 * tilePx);
    for (const [column, row] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const) {
      context.fillStyle = (column + row) % 2 === 0 ? tile : otherTile;
      context.fillRect(column * tilePx + 1, row * tilePx + 1, tilePx - 2, tilePx - 2);
    }
    this.#texture.needsUpdate = true;
  }
}
