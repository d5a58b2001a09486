import type { Codec } from '@efferent/interfaces';

/**
 * How a server tells a client that its handler failed, for which ROS 2 has no words: as a reply to a client that cannot
 * be, whose id is the complement of the real one, with an empty response and the reason after its end. Others ignore it
 * like every reply that is not theirs, and it decodes as the type says.
 */
export const failureOf = (client: bigint): bigint => BigInt.asUintN(64, ~client);

/** Writes the reason behind an empty response. */
export function writeFailure(reason: string, responses: Codec): Uint8Array {
  return Buffer.concat([responses.encode({}), Buffer.from(reason)]);
}

/** Reads it again; the middleware pads what it carries with zeros. */
export function readFailure(message: Uint8Array, responses: Codec): string {
  const { length } = responses.encode({});
  return Buffer.from(message.subarray(length)).toString().replace(/\0+$/, '');
}
