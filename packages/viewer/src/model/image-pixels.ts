import type { MessageTypes } from '@efferent/interfaces';

type Image = MessageTypes['sensor_msgs/msg/Image'];

/** Range of the depth picture's colours, mm. */
const nearMm = 300;
const farMm = 4000;

/**
 * Turns a picture into RGBA pixels for a canvas: `rgb8`, `bgr8`, `rgba8`, `mono8`, and `16UC1` depth in millimetres with
 * near warm and far cold, unknown dark.
 * @param pixels - written, `width * height * 4` bytes
 * @returns false when the encoding is not known
 */
export function imagePixels(image: Image, pixels: Uint8ClampedArray): boolean {
  const { width, height, step, data, encoding } = image;
  if (encoding === '16UC1' || encoding === 'mono16') {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0; x < width; x++, to += 4) {
        depthColor(view.getUint16(y * step + x * 2, image.is_bigendian === 0), pixels, to);
      }
    }
    return true;
  }
  const layout = colorLayouts[encoding];
  if (!layout) return false;
  const [stride, red, green, blue] = layout;
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0, from = y * step; x < width; x++, from += stride, to += 4) {
      pixels[to] = data[from + red] ?? 0;
      pixels[to + 1] = data[from + green] ?? 0;
      pixels[to + 2] = data[from + blue] ?? 0;
      pixels[to + 3] = 255;
    }
  }
  return true;
}

/** Bytes a pixel, then the offsets of red, green and blue. */
const colorLayouts: Readonly<Record<string, readonly [number, number, number, number]>> = {
  rgb8: [3, 0, 1, 2],
  bgr8: [3, 2, 1, 0],
  rgba8: [4, 0, 1, 2],
  bgra8: [4, 2, 1, 0],
  mono8: [1, 0, 0, 0],
};

/** Colours a distance: amber near, plum in the middle, blue far. */
function depthColor(depthMm: number, pixels: Uint8ClampedArray, to: number): void {
  const isKnown = depthMm > 0;
  const t = Math.min(1, Math.max(0, (depthMm - nearMm) / (farMm - nearMm)));
  pixels[to] = isKnown ? 255 * (0.98 - 0.8 * t) : 18;
  pixels[to + 1] = isKnown ? 255 * (0.78 - 0.62 * t * t) : 20;
  pixels[to + 2] = isKnown ? 255 * (0.36 + 0.5 * Math.sin(t * 2.2)) : 24;
  pixels[to + 3] = 255;
}
