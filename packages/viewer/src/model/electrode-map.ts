/** Where the electrodes are, as the source says. */
export interface ElectrodeMap {
  readonly columns: number;
  /** Channel at each place, row by row; -1 where there is no electrode. */
  readonly channels: ArrayLike<number>;
}

/** Returns the map to draw: the one that the source gave, when it is of as many channels, else a square. */
export function mapOf(given: ElectrodeMap | undefined, channelCount: number): ElectrodeMap {
  if (given !== undefined && given.columns > 0) {
    const known = Array.from(given.channels).filter((channel) => channel >= 0).length;
    if (known === channelCount) return given;
  }
  const columns = Math.max(1, Math.ceil(Math.sqrt(channelCount)));
  return { columns, channels: Array.from({ length: channelCount }, (_, channel) => channel) };
}

/**
 * Turns electrode activity into colours for a map, dark for rest and bright for strong; where there is no electrode it is
 * clear.
 * @param map - where each channel is
 * @param rmsUv - root mean square an electrode, microvolt, `[channel]`
 * @param fullScaleUv - activity of the brightest colour, microvolt
 * @param pixels - written, four bytes a place
 */
export function electrodePixels(
  map: ElectrodeMap,
  rmsUv: ArrayLike<number>,
  fullScaleUv: number,
  pixels: Uint8ClampedArray,
): void {
  for (let i = 0; i < map.channels.length; i++) {
    const channel = map.channels[i] ?? -1;
    if (channel < 0) {
      pixels.fill(0, i * 4, i * 4 + 4);
      continue;
    }
    // Muscle activity spans decades; a square root shows weak and strong electrodes alike.
    const level = Math.sqrt(Math.min(1, Math.max(0, (rmsUv[channel] ?? 0) / fullScaleUv)));
    pixels[i * 4] = 22 + 233 * Math.max(0, level - 0.35) * 1.5;
    pixels[i * 4 + 1] = 34 + 190 * level;
    pixels[i * 4 + 2] = 58 + 150 * level * (1.35 - level);
    pixels[i * 4 + 3] = 255;
  }
}
