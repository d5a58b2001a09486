import type { EmgStream } from './stream-choice.ts';

/** Puts single samples together to frames of one length, in microvolt. */
export class FrameAssembler {
  readonly #stream: EmgStream;
  readonly #samplesUv: Float32Array;
  readonly #onFrame: (firstSample: number, samplesUv: Float32Array) => void;
  #firstSample = 0;
  #filled = 0;

  /** @param onFrame - gets a frame's first index and its samples, `[sample, channel]`; valid during the call only */
  constructor(
    stream: EmgStream,
    frameSamples: number,
    onFrame: (firstSample: number, samplesUv: Float32Array) => void,
  ) {
    this.#stream = stream;
    this.#samplesUv = new Float32Array(frameSamples * stream.channels.length);
    this.#onFrame = onFrame;
  }

  /** Takes a sample; a frame that lost one is dropped whole. Does not allocate. */
  push(index: number, values: Float64Array): void {
    const { channels, microvoltsPerUnit } = this.#stream;
    if (index !== this.#firstSample + this.#filled / channels.length) {
      this.#firstSample = index;
      this.#filled = 0;
    }
    for (let i = 0; i < channels.length; i++) {
      const value = values[channels[i] as number] as number;
      this.#samplesUv[this.#filled++] = value * (microvoltsPerUnit[i] as number);
    }
    if (this.#filled < this.#samplesUv.length) return;
    const firstSample = this.#firstSample;
    this.#firstSample = index + 1;
    this.#filled = 0;
    this.#onFrame(firstSample, this.#samplesUv);
  }
}
