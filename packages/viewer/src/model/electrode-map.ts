/**
 * Turns electrode activity into colours for a square map, dark for rest and bright for strong.
 * @param rmsUv - root mean square an electrode, microvolt, row by row
 * @param fullScaleUv - activity of the brightest colour, microvolt
 * @param pixels - written, four bytes an electrode
 */
export function electrodePixels(
  rmsUv: ArrayLike<number>,
  fullScaleUv: number,
  pixels: Uint8ClampedArray,
): void {
  for (let i = 0; i < rmsUv.length; i++) {
    // Muscle activity spans decades; a square root shows weak and strong electrodes alike.
    const level = Math.sqrt(Math.min(1, Math.max(0, (rmsUv[i] ?? 0) / fullScaleUv)));
    pixels[i * 4] = 22 + 233 * Math.max(0, level - 0.35) * 1.5;
    pixels[i * 4 + 1] = 34 + 190 * level;
    pixels[i * 4 + 2] = 58 + 150 * level * (1.35 - level);
    pixels[i * 4 + 3] = 255;
  }
}

/** Returns the side of the square that holds this many electrodes, e.g. 8 for 64. */
export function mapSide(electrodes: number): number {
  return Math.max(1, Math.ceil(Math.sqrt(electrodes)));
}
