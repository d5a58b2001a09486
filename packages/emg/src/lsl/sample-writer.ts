import { type LslChannelFormat, numericFormats } from './channel-format.ts';

/**
 * Writes consecutive samples as a feed carries them, little-endian.
 *
 * @param samples - `[sample, channel]`, row-major
 * @param stampS - time of the first sample, s; the others follow at the nominal rate
 */
export function writeSamples(
  format: Exclude<LslChannelFormat, 'string'>,
  channelCount: number,
  samples: ArrayLike<number>,
  stampS: number,
): Buffer {
  const { bytes, write } = numericFormats[format];
  const sampleCount = samples.length / channelCount;
  const buffer = Buffer.allocUnsafe(8 + sampleCount * (1 + bytes * channelCount));
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  let at = 0;
  for (let i = 0; i < samples.length; i++) {
    if (i === 0) at = writeStamp(view, stampS);
    else if (i % channelCount === 0) view.setUint8(at++, 1);
    write(view, at, samples[i] as number);
    at += bytes;
  }
  return buffer;
}

/** Writes one sample of texts; `stampS` is its time, s. */
export function writeTexts(texts: readonly string[], stampS: number): Buffer {
  const head = Buffer.alloc(9);
  writeStamp(new DataView(head.buffer, head.byteOffset, head.length), stampS);
  const parts: Buffer[] = [head];
  for (const text of texts) {
    const content = Buffer.from(text, 'utf8');
    const length = Buffer.alloc(content.length <= 0xff ? 2 : 5);
    length.writeUInt8(length.length - 1, 0);
    if (length.length === 2) length.writeUInt8(content.length, 1);
    else length.writeUInt32LE(content.length, 1);
    parts.push(length, content);
  }
  return Buffer.concat(parts);
}

function writeStamp(view: DataView, stampS: number): number {
  view.setUint8(0, 2);
  view.setFloat64(1, stampS, true);
  return 9;
}
