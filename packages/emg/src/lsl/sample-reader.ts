import { ContractError } from '@efferent/core';
import {
  type LslChannelFormat,
  type LslValues,
  type NumericFormat,
  numericFormats,
} from './channel-format.ts';

/**
 * Takes one sample.
 *
 * @param stampS - seconds on the sender's clock; undefined when it follows the last sample at the nominal rate
 * @param values - one a channel; valid during the call only
 */
export type OnLslSample = (stampS: number | undefined, values: LslValues) => void;

const deducedStamp = 1;
const transmittedStamp = 2;
/** Longer texts are taken for a broken stream, bytes. */
const longestText = 1_048_576;

/** Cuts samples out of a feed's bytes, however the network split them. */
export class SampleReader {
  readonly #format: NumericFormat | undefined;
  readonly #littleEndian: boolean;
  readonly #values: Float64Array;
  readonly #channelCount: number;
  #rest: Buffer = Buffer.alloc(0);

  constructor(format: LslChannelFormat, channelCount: number, littleEndian: boolean) {
    this.#format = format === 'string' ? undefined : numericFormats[format];
    this.#channelCount = channelCount;
    this.#littleEndian = littleEndian;
    this.#values = new Float64Array(channelCount);
  }

  /**
   * Takes the next bytes.
   * @throws {@link ContractError} code `corrupt-feed`; nothing after it can be read
   */
  push(bytes: Buffer, onSample: OnLslSample): void {
    const data = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    let at = 0;
    while (at < data.length) {
      const end = this.#readSample(view, at, onSample);
      if (end === undefined) break;
      at = end;
    }
    this.#rest = at === data.length ? Buffer.alloc(0) : Buffer.from(data.subarray(at));
  }

  /** Returns where the sample ends, or undefined when it is not all there. */
  #readSample(view: DataView, start: number, onSample: OnLslSample): number | undefined {
    const tag = view.getUint8(start);
    if (tag !== deducedStamp && tag !== transmittedStamp) {
      throw corrupt(`a sample begins with ${tag}; expected 1 or 2`);
    }
    const body = start + (tag === transmittedStamp ? 9 : 1);
    if (body > view.byteLength) return undefined;
    const stampS = tag === transmittedStamp ? view.getFloat64(start + 1, this.#littleEndian) : undefined;
    return this.#format === undefined
      ? this.#readTexts(view, body, stampS, onSample)
      : this.#readNumbers(this.#format, view, body, stampS, onSample);
  }

  #readNumbers(
    format: NumericFormat,
    view: DataView,
    body: number,
    stampS: number | undefined,
    onSample: OnLslSample,
  ): number | undefined {
    const end = body + format.bytes * this.#channelCount;
    if (end > view.byteLength) return undefined;
    for (let channel = 0; channel < this.#channelCount; channel++) {
      this.#values[channel] = format.read(view, body + channel * format.bytes, this.#littleEndian);
    }
    onSample(stampS, this.#values);
    return end;
  }

  #readTexts(
    view: DataView,
    body: number,
    stampS: number | undefined,
    onSample: OnLslSample,
  ): number | undefined {
    const texts: string[] = [];
    let at = body;
    while (texts.length < this.#channelCount) {
      if (at >= view.byteLength) return undefined;
      const lengthBytes = view.getUint8(at);
      if (![1, 2, 4, 8].includes(lengthBytes)) throw corrupt(`a text's length has ${lengthBytes} bytes`);
      const start = at + 1 + lengthBytes;
      if (start > view.byteLength) return undefined;
      const length = this.#readLength(view, at + 1, lengthBytes);
      if (length > longestText) throw corrupt(`a text of ${length} bytes; expected at most ${longestText}`);
      if (start + length > view.byteLength) return undefined;
      texts.push(Buffer.from(view.buffer, view.byteOffset + start, length).toString('utf8'));
      at = start + length;
    }
    onSample(stampS, texts);
    return at;
  }

  #readLength(view: DataView, at: number, bytes: number): number {
    if (bytes === 1) return view.getUint8(at);
    if (bytes === 2) return view.getUint16(at, this.#littleEndian);
    if (bytes === 4) return view.getUint32(at, this.#littleEndian);
    return Number(view.getBigUint64(at, this.#littleEndian));
  }
}

function corrupt(reason: string): ContractError {
  return new ContractError({
    code: 'corrupt-feed',
    message: `LSL feed cannot be read: ${reason}; the connection is closed`,
  });
}
