// Pixels are read and written as 32-bit words, two or four at a time, which is faster than one by one. Lengths are read
// before the loops: that of a typed array is no constant, as its memory may be taken away.

/**
 * Returns what a stereo camera measures, mm; 0 outside of its range.
 *
 * @param inverseDepth - `[pixels]`, 1/m
 * @param noise - error at 1 m, mm; its length is a power of two
 * @param noiseOffset - the first pixel's place in it
 */
export function measureDepth(
  inverseDepth: Float32Array,
  noise: Float32Array,
  noiseOffset: number,
  minMm: number,
  maxMm: number,
): Uint16Array {
  const pixels = inverseDepth.length;
  const depthMm = new Uint16Array(pixels);
  const mask = noise.length - 1;
  for (let i = 0; i < pixels; i++) {
    const z = 1 / (inverseDepth[i] as number);
    const mm = z * (1000 + z * (noise[(i + noiseOffset) & mask] as number));
    depthMm[i] = mm > minMm && mm < maxMm ? mm : 0;
  }
  return depthMm;
}

/** Returns the instance number of every pixel. @param facePairs - face numbers, two pixels a word */
export function lookUpInstances(facePairs: Uint32Array, instanceOfFace: Uint16Array): Uint16Array {
  const count = facePairs.length;
  const pairs = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const pair = facePairs[i] as number;
    pairs[i] = (instanceOfFace[pair & 0xffff] as number) | ((instanceOfFace[pair >>> 16] as number) << 16);
  }
  return new Uint16Array(pairs.buffer);
}

/** Returns rgb8 pixels; their number is a multiple of four. @param palette - little-endian `0x00bbggrr` by face */
export function paint(facePairs: Uint32Array, palette: Uint32Array): Uint8Array {
  const count = facePairs.length;
  const words = new Uint32Array((count / 2) * 3);
  for (let i = 0, w = 0; i < count; i += 2, w += 3) {
    const ab = facePairs[i] as number;
    const cd = facePairs[i + 1] as number;
    const b = palette[ab >>> 16] as number;
    const c = palette[cd & 0xffff] as number;
    words[w] = (palette[ab & 0xffff] as number) | (b << 24);
    words[w + 1] = (b >>> 8) | (c << 16);
    words[w + 2] = (c >>> 16) | ((palette[cd >>> 16] as number) << 8);
  }
  return new Uint8Array(words.buffer);
}
