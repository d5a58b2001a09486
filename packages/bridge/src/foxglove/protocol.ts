import { checkWithSchema, describeProblem, integer, nonEmptyString, object } from '@efferent/core';
import * as v from 'valibot';

/** Subprotocol names that this server speaks, newest first. @see https://github.com/foxglove/ws-protocol */
export const subprotocols = ['foxglove.sdk.v1', 'foxglove.websocket.v1'] as const;

export interface Channel {
  readonly id: number;
  readonly topic: string;
  readonly encoding: 'cdr' | 'json';
  readonly schemaName: string;
  readonly schema: string;
  readonly schemaEncoding: 'ros2msg' | 'jsonschema';
}

/** How one half of a service call is encoded. */
export interface ServicePayload {
  readonly encoding: 'cdr' | 'json';
  readonly schemaName: string;
  readonly schemaEncoding: 'ros2msg' | 'jsonschema';
  readonly schema: string;
}

export interface ServiceInfo {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly request: ServicePayload;
  readonly response: ServicePayload;
}

/** Who is connected to what, by node name. */
export interface ConnectionGraph {
  readonly publishedTopics: ReadonlyMap<string, readonly string[]>;
  readonly subscribedTopics: ReadonlyMap<string, readonly string[]>;
  readonly advertisedServices: ReadonlyMap<string, readonly string[]>;
}

export const statusLevel = { info: 0, warning: 1, error: 2 } as const;

const serverOpcode = { messageData: 1, time: 2, serviceResponse: 3, assetResponse: 4 } as const;
const clientOpcode = { messageData: 1, serviceRequest: 2 } as const;

const id = v.pipe(integer, v.minValue(0), v.maxValue(0xffffffff));
const clientJson = v.variant('op', [
  object({
    op: v.literal('subscribe'),
    subscriptions: v.pipe(v.array(object({ id, channelId: id })), v.maxLength(10_000)),
  }),
  object({ op: v.literal('unsubscribe'), subscriptionIds: v.pipe(v.array(id), v.maxLength(10_000)) }),
  object({
    op: v.literal('advertise'),
    channels: v.pipe(
      v.array(object({ id, topic: nonEmptyString, encoding: v.string(), schemaName: v.string() })),
      v.maxLength(1000),
    ),
  }),
  object({ op: v.literal('unadvertise'), channelIds: v.pipe(v.array(id), v.maxLength(1000)) }),
  object({ op: v.literal('subscribeConnectionGraph') }),
  object({ op: v.literal('unsubscribeConnectionGraph') }),
  object({ op: v.literal('fetchAsset'), uri: v.pipe(v.string(), v.maxLength(4096)), requestId: id }),
]);

export type ClientJsonMessage = v.InferOutput<typeof clientJson>;

export type ClientBinaryMessage =
  | { readonly op: 'messageData'; readonly channelId: number; readonly data: Uint8Array }
  | {
      readonly op: 'serviceRequest';
      readonly serviceId: number;
      readonly callId: number;
      readonly encoding: string;
      readonly data: Uint8Array;
    };

/** What became of a frame that a client sent: a message, or one sentence why not. */
export type Parsed<Message> = { readonly message: Message } | { readonly problem: string };

/** Reads a text frame of a client. Never throws. */
export function parseClientText(text: string): Parsed<ClientJsonMessage> {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { problem: `text frame is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
  const checked = checkWithSchema(clientJson, data);
  if (checked.problems === undefined) return { message: checked.output };
  const op = typeof data === 'object' && data !== null && 'op' in data ? String(data.op) : 'no op';
  return { problem: `message "${op}" refused: ${describeProblem(checked.problems[0], 'op')}` };
}

/** Reads a binary frame of a client; `data` is a view into `frame`. Never throws. */
export function parseClientBinary(frame: Uint8Array): Parsed<ClientBinaryMessage> {
  if (frame.byteLength < 5)
    return { problem: `binary frame of ${frame.byteLength} bytes, expected at least 5` };
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const opcode = view.getUint8(0);
  if (opcode === clientOpcode.messageData) {
    return { message: { op: 'messageData', channelId: view.getUint32(1, true), data: frame.subarray(5) } };
  }
  if (opcode !== clientOpcode.serviceRequest) return { problem: `binary opcode ${opcode} is not known` };
  if (frame.byteLength < 13)
    return { problem: `service request of ${frame.byteLength} bytes, expected at least 13` };
  const encodingLength = view.getUint32(9, true);
  if (encodingLength > frame.byteLength - 13) {
    return {
      problem: `service request says its encoding has ${encodingLength} bytes, ${frame.byteLength - 13} are left`,
    };
  }
  return {
    message: {
      op: 'serviceRequest',
      serviceId: view.getUint32(1, true),
      callId: view.getUint32(5, true),
      encoding: new TextDecoder().decode(frame.subarray(13, 13 + encodingLength)),
      data: frame.subarray(13 + encodingLength),
    },
  };
}

/** Frames one message of a subscription. @param logTimeNs - receive time, ns since the Unix epoch. */
export function messageDataFrame(subscriptionId: number, logTimeNs: bigint, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(13 + payload.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint8(0, serverOpcode.messageData);
  view.setUint32(1, subscriptionId, true);
  view.setBigUint64(5, logTimeNs, true);
  frame.set(payload, 13);
  return frame;
}

export function timeFrame(timeNs: bigint): Uint8Array {
  const frame = new Uint8Array(9);
  const view = new DataView(frame.buffer);
  view.setUint8(0, serverOpcode.time);
  view.setBigUint64(1, timeNs, true);
  return frame;
}

export function serviceResponseFrame(
  serviceId: number,
  callId: number,
  encoding: string,
  payload: Uint8Array,
): Uint8Array {
  const encodingBytes = new TextEncoder().encode(encoding);
  const frame = new Uint8Array(13 + encodingBytes.byteLength + payload.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint8(0, serverOpcode.serviceResponse);
  view.setUint32(1, serviceId, true);
  view.setUint32(5, callId, true);
  view.setUint32(9, encodingBytes.byteLength, true);
  frame.set(encodingBytes, 13);
  frame.set(payload, 13 + encodingBytes.byteLength);
  return frame;
}

/** Frames the answer to `fetchAsset`: the file's bytes, or one sentence why not. */
export function assetFrame(
  requestId: number,
  answer: { data: Uint8Array } | { problem: string },
): Uint8Array {
  const problem = 'problem' in answer ? new TextEncoder().encode(answer.problem) : new Uint8Array(0);
  const data = 'data' in answer ? answer.data : new Uint8Array(0);
  const frame = new Uint8Array(10 + problem.byteLength + data.byteLength);
  const view = new DataView(frame.buffer);
  view.setUint8(0, serverOpcode.assetResponse);
  view.setUint32(1, requestId, true);
  view.setUint8(5, 'problem' in answer ? 1 : 0);
  view.setUint32(6, problem.byteLength, true);
  frame.set(problem, 10);
  frame.set(data, 10 + problem.byteLength);
  return frame;
}
