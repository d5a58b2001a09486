import type { Transform } from './se3.ts';

/** Maps many points by one transform, to the same bits as {@link Transform.apply}, without allocating; the result is in the fields. */
export class PointMapper {
  x = 0;
  y = 0;
  z = 0;
  readonly #tx: number;
  readonly #ty: number;
  readonly #tz: number;
  readonly #qx: number;
  readonly #qy: number;
  readonly #qz: number;
  readonly #qw: number;

  constructor({ translation, rotation }: Transform) {
    [this.#tx, this.#ty, this.#tz] = translation;
    [this.#qx, this.#qy, this.#qz, this.#qw] = rotation;
  }

  /** Maps a point from the source frame into the target frame. Loop-safe. */
  apply(x: number, y: number, z: number): void {
    const qx = this.#qx;
    const qy = this.#qy;
    const qz = this.#qz;
    const qw = this.#qw;
    const ux = 2 * (qy * z - qz * y);
    const uy = 2 * (qz * x - qx * z);
    const uz = 2 * (qx * y - qy * x);
    this.x = this.#tx + (x + qw * ux + qy * uz - qz * uy);
    this.y = this.#ty + (y + qw * uy + qz * ux - qx * uz);
    this.z = this.#tz + (z + qw * uz + qx * uy - qy * ux);
  }
}
