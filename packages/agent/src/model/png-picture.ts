import type { Picture } from './language-model.ts';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3], row-major. */
  readonly rgb: Uint8Array;
}

/** Makes a PNG; its encoder is loaded with the first one. */
export async function pngPicture({ width, height, rgb }: Pixels): Promise<Picture> {
  const { encode } = await import('fast-png');
  return { mediaType: 'image/png', bytes: encode({ width, height, data: rgb, channels: 3, depth: 8 }) };
}

/** A small picture of nothing, half dark and half light, to see whether a model takes pictures. */
export function testPicture(): Promise<Picture> {
  const side = 64;
  const rgb = Uint8Array.from({ length: 3 * side * side }, (_, index) =>
    index < (3 * side * side) / 2 ? 40 : 220,
  );
  return pngPicture({ width: side, height: side, rgb });
}
