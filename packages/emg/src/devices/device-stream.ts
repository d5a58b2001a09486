import type { EmgFrame } from '../emg-source.ts';
import { CountedRows, type StreamFault } from './counted-rows.ts';
import { type RowLayout, readElectrodes } from './row-layout.ts';
import { SampleClock } from './sample-clock.ts';

/** What a device sends. */
export interface DeviceFormat {
  readonly layout: RowLayout;
  readonly sampleRateHz: number;
  readonly frameSamples: number;
}

/** The bytes of one connection as frames. */
export class DeviceStream {
  readonly #format: DeviceFormat;
  readonly #rows: CountedRows;
  readonly #clock: SampleClock;
  readonly #ready: { readonly firstSample: number; readonly samplesUv: Float32Array }[] = [];
  #samplesUv: Float32Array;
  #firstSample: number;
  #filled = 0;

  /** @param firstSample - index of the first sample of this connection */
  constructor(format: DeviceFormat, firstSample: number) {
    this.#format = format;
    this.#rows = new CountedRows(format.layout, firstSample, format.sampleRateHz);
    this.#clock = new SampleClock(format.sampleRateHz);
    this.#samplesUv = this.#newFrame();
    this.#firstSample = firstSample;
  }

  get lostSamples(): number {
    return this.#rows.lostRows;
  }

  /** Index of the sample after the newest one. */
  get nextSample(): number {
    return this.#rows.nextIndex;
  }

  /** Index of the sample that the device takes at `nowNs`; at least the one after {@link nextSample}: a lost link is a gap. */
  resumeAt(nowNs: bigint): number {
    return Math.max(this.nextSample + 1, this.#clock.indexAt(nowNs));
  }

  /**
   * Takes the next bytes.
   *
   * @param nowNs - when they came
   * @param onFrame - called for every frame that they complete; a frame before a gap is shorter
   */
  push(chunk: Uint8Array, nowNs: bigint, onFrame: (frame: EmgFrame) => void): StreamFault | undefined {
    const before = this.nextSample;
    const fault = this.#rows.push(chunk, this.#addRow);
    if (this.nextSample > before) this.#clock.observe(this.nextSample, nowNs);
    const { sampleRateHz, layout } = this.#format;
    for (const { firstSample, samplesUv } of this.#ready) {
      const stampNs = this.#clock.stampNs(firstSample);
      onFrame({ stampNs, firstSample, sampleRateHz, channelCount: layout.electrodesAt.length, samplesUv });
    }
    this.#ready.length = 0;
    return fault;
  }

  readonly #addRow = (bytes: Uint8Array, at: number, index: number): void => {
    if (index !== this.#firstSample + this.#filled) this.#finishFrame();
    if (this.#filled === 0) this.#firstSample = index;
    const { layout, frameSamples } = this.#format;
    readElectrodes(bytes, at, layout, this.#samplesUv, this.#filled * layout.electrodesAt.length);
    this.#filled += 1;
    if (this.#filled === frameSamples) this.#finishFrame();
  };

  #finishFrame(): void {
    if (this.#filled === 0) return;
    const length = this.#filled * this.#format.layout.electrodesAt.length;
    this.#ready.push({ firstSample: this.#firstSample, samplesUv: this.#samplesUv.subarray(0, length) });
    this.#samplesUv = this.#newFrame();
    this.#filled = 0;
  }

  #newFrame(): Float32Array {
    return new Float32Array(this.#format.frameSamples * this.#format.layout.electrodesAt.length);
  }
}
