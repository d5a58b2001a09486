import type { MessageTypes } from '@efferent/interfaces';

export const loadType = 'std_msgs/msg/UInt8MultiArray';
export const imageType = 'sensor_msgs/msg/Image';
export type LoadMessage = MessageTypes[typeof loadType];
type ImageMessage = MessageTypes[typeof imageType];

/** A message of this many data bytes takes 1024 bytes on the wire: 4 of header, 12 of lengths, and the data. */
const dataBytes = 1008;
const imageSide = 1024;
/** Images on their way at once. */
export const imageWindow = 4;

/** Lossless: what `ddsperf -k all` measures. */
export const lossless = {
  history: 'keep-all',
  depth: 0,
  reliability: 'reliable',
  durability: 'volatile',
} as const;

export const keepLast = { ...lossless, history: 'keep-last', depth: 1000 } as const;

/** What the other process is told to send, as the number of a {@link loadMessage}; larger ones are messages a second. */
export const loadOrder = { stop: 0, flood: 1, images: 2 } as const;

/** Makes a message of 1 kB that carries a number. */
export function loadMessage(sequence: number): LoadMessage {
  const data = new Uint8Array(dataBytes);
  new DataView(data.buffer).setUint32(0, sequence);
  return { layout: { dim: [], data_offset: 0 }, data };
}

/** Returns a function that numbers one message again and again; publishers have copied it when they return. `ddsperf` does so too. */
export function numberedLoadMessage(): (sequence: number) => LoadMessage {
  const message = loadMessage(0);
  const view = new DataView(message.data.buffer);
  return (sequence) => {
    view.setUint32(0, sequence);
    return message;
  };
}

/** Returns the number that {@link loadMessage} or {@link imageMessage} put in. */
export function sequenceOf({ data }: { readonly data: Uint8Array }): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(0);
}

const imageData = new Uint8Array(imageSide * imageSide);

/** Makes an image of 1 MB that carries a number; all share their pixels. */
export function imageMessage(sequence: number): ImageMessage {
  new DataView(imageData.buffer).setUint32(0, sequence);
  return {
    header: { stamp: { sec: 0, nanosec: 0 }, frame_id: 'camera' },
    height: imageSide,
    width: imageSide,
    encoding: 'mono8',
    is_bigendian: 0,
    step: imageSide,
    data: imageData,
  };
}
