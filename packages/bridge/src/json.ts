/**
 * Turns a ROS message into plain JSON values: 64-bit integers become strings, typed arrays become arrays, and numbers
 * that JSON cannot say (NaN, infinities) become null.
 */
export function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as Iterable<number | bigint>, jsonOf);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonOf(item)]));
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const encodeJson = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** @throws {@link SyntaxError} when the bytes are not JSON */
export const decodeJson = (bytes: Uint8Array): unknown => JSON.parse(decoder.decode(bytes));
