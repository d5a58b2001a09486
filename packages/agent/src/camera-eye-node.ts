import type { MessageTypes } from '@efferent/interfaces';
import { qosProfiles, type RosNode } from '@efferent/ros';
import type { Picture } from './model/language-model.ts';
import { type Pixels, pngPicture } from './model/png-picture.ts';

type Image = MessageTypes['sensor_msgs/msg/Image'];

/** Offsets of red, green and blue in a pixel, and its size, by encoding. */
const layouts: Readonly<Record<string, readonly [number, number, number, number]>> = {
  rgb8: [0, 1, 2, 3],
  bgr8: [2, 1, 0, 3],
  rgba8: [0, 1, 2, 4],
  bgra8: [2, 1, 0, 4],
  mono8: [0, 0, 0, 1],
};

/** Keeps the newest colour picture of a camera, and makes a PNG of it when it is asked for. Made only where that was agreed to. */
export class CameraEye {
  #newest: Image | undefined;

  /** @param camera - its namespace, e.g. `/stretch/head_camera` */
  constructor(node: RosNode, camera: string) {
    const qos = qosProfiles.sensorData;
    node.createSubscription('sensor_msgs/msg/Image', `${camera}/color/image_raw`, { qos }, (image) => {
      this.#newest = image;
    });
  }

  /** Undefined before the first picture, and for an encoding that is not colour or grey of 8 bits. */
  async look(): Promise<Picture | undefined> {
    const pixels = this.#newest === undefined ? undefined : pixelsOf(this.#newest);
    return pixels === undefined ? undefined : pngPicture(pixels);
  }
}

function pixelsOf(image: Image): Pixels | undefined {
  const layout = layouts[image.encoding];
  const { width, height, step, data } = image;
  if (layout === undefined || width * height === 0 || data.length < step * height) return undefined;
  const [red, green, blue, size] = layout;
  const rgb = new Uint8Array(3 * width * height);
  for (let row = 0, to = 0; row < height; row++)
    for (let from = row * step, end = from + width * size; from < end; from += size) {
      rgb[to++] = data[from + red]!;
      rgb[to++] = data[from + green]!;
      rgb[to++] = data[from + blue]!;
    }
  return { width, height, rgb };
}
