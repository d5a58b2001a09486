import type { MessageTypes } from '@efferent/interfaces';

export const loadType = 'std_msgs/msg/UInt8MultiArray';
export type LoadMessage = MessageTypes[typeof loadType];

/** A message of this many data bytes takes 1024 bytes on the wire: 4 of header, 12 of lengths, and the data. */
const dataBytes = 1008;

/** Lossless: what `ddsperf -k all` measures. */
export const lossless = {
  history: 'keep-all',
  depth: 0,
  reliability: 'reliable',
  durability: 'volatile',
} as const;

/** Makes a message of 1 kB that carries a number. */
export function loadMessage(sequence: number): LoadMessage {
  const data = new Uint8Array(dataBytes);
  new DataView(data.buffer).setUint32(0, sequence);
  return { layout: { dim: [], data_offset: 0 }, data };
}

/** Returns the number that {@link loadMessage} put in. */
export function sequenceOf({ data }: LoadMessage): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0);
}
