import type { MessageTypes } from '@efferent/interfaces';
import { imagePixels } from '../model/image-pixels.ts';
import { element } from '../shell/element.ts';

/** One camera picture in the corner of the world; a press enlarges it. */
export class CameraInset {
  readonly node: HTMLButtonElement;
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  #image: ImageData | undefined;

  constructor(title: string) {
    this.#canvas = element('canvas', { width: '320', height: '240' });
    this.#context = this.#canvas.getContext('2d');
    this.node = element(
      'button',
      {
        type: 'button',
        class: 'inset',
        'aria-expanded': 'false',
        'aria-label': `${title} picture of the robot's camera; press to enlarge`,
        onclick: () => this.node.setAttribute('aria-expanded', String(this.node.ariaExpanded !== 'true')),
      },
      [this.#canvas, element('span', {}, [title])],
    );
    this.node.hidden = true;
  }

  draw(message: MessageTypes['sensor_msgs/msg/Image']): void {
    const { width, height } = message;
    if (!this.#context || width === 0 || height === 0) return;
    if (this.#image?.width !== width || this.#image.height !== height) {
      this.#canvas.width = width;
      this.#canvas.height = height;
      this.#image = this.#context.createImageData(width, height);
    }
    if (!imagePixels(message, this.#image.data)) return;
    this.#context.putImageData(this.#image, 0, 0);
    this.node.hidden = false;
  }
}
