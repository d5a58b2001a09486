/** Frames of the Foxglove WebSocket protocol, client side. @see https://github.com/foxglove/ws-protocol */

export type ServerFrame =
  | {
      readonly op: 'message';
      readonly subscriptionId: number;
      readonly timeNs: bigint;
      readonly data: Uint8Array;
    }
  | { readonly op: 'time'; readonly timeNs: bigint }
  | { readonly op: 'service'; readonly callId: number; readonly encoding: string; readonly data: Uint8Array };

/** Reads a binary frame of the server, or undefined when it is of a kind that the page has no use for. */
export function readServerFrame(buffer: ArrayBuffer): ServerFrame | undefined {
  if (buffer.byteLength < 9) return undefined;
  const view = new DataView(buffer);
  const opcode = view.getUint8(0);
  if (opcode === 2) return { op: 'time', timeNs: view.getBigUint64(1, true) };
  if (buffer.byteLength < 13) return undefined;
  if (opcode === 1) {
    return {
      op: 'message',
      subscriptionId: view.getUint32(1, true),
      timeNs: view.getBigUint64(5, true),
      data: new Uint8Array(buffer, 13),
    };
  }
  if (opcode !== 3) return undefined;
  const encodingLength = view.getUint32(9, true);
  return {
    op: 'service',
    callId: view.getUint32(5, true),
    encoding: new TextDecoder().decode(new Uint8Array(buffer, 13, encodingLength)),
    data: new Uint8Array(buffer, 13 + encodingLength),
  };
}

/** Frames a message that the page publishes. */
export function publishFrame(channelId: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(5 + payload.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint8(0, 1);
  view.setUint32(1, channelId, true);
  frame.set(payload, 5);
  return frame;
}

/** Frames a service call. */
export function serviceFrame(
  serviceId: number,
  callId: number,
  encoding: string,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const encodingBytes = new TextEncoder().encode(encoding);
  const frame = new Uint8Array(13 + encodingBytes.byteLength + payload.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint8(0, 2);
  view.setUint32(1, serviceId, true);
  view.setUint32(5, callId, true);
  view.setUint32(9, encodingBytes.byteLength, true);
  frame.set(encodingBytes, 13);
  frame.set(payload, 13 + encodingBytes.byteLength);
  return frame;
}
