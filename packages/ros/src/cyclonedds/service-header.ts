/**
 * The 16 bytes that rmw_cyclonedds puts between the CDR header and the body of a request or reply: the request
 * writer's instance handle and the request's sequence number, both little-endian.
 */
export interface ServiceHeader {
  readonly client: bigint;
  readonly sequence: bigint;
}

const cdrHeaderBytes = 4;
const serviceHeaderBytes = 16;

/** Inserts a service header into a message. The body keeps its alignment, as 16 is a multiple of 8. */
export function withServiceHeader({ client, sequence }: ServiceHeader, message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(message.length + serviceHeaderBytes);
  bytes.set(message.subarray(0, cdrHeaderBytes));
  bytes.set(message.subarray(cdrHeaderBytes), cdrHeaderBytes + serviceHeaderBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(cdrHeaderBytes, client, true);
  view.setBigInt64(cdrHeaderBytes + 8, sequence, true);
  return bytes;
}

/**
 * Splits a service header off. The message is a copy, since readers of one process share the bytes of a large sample.
 *
 * @returns undefined when the bytes are too few
 */
export function splitServiceHeader(
  bytes: Uint8Array,
): { header: ServiceHeader; message: Uint8Array } | undefined {
  if (bytes.length < cdrHeaderBytes + serviceHeaderBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const isLittleEndian = bytes[1] === 1;
  const header = {
    client: view.getBigUint64(cdrHeaderBytes, isLittleEndian),
    sequence: view.getBigInt64(cdrHeaderBytes + 8, isLittleEndian),
  };
  // The body begins on a multiple of 8, as that of every received message does.
  const message = new Uint8Array(bytes.length - serviceHeaderBytes + cdrHeaderBytes).subarray(cdrHeaderBytes);
  message.set(bytes.subarray(serviceHeaderBytes));
  message.set(bytes.subarray(0, cdrHeaderBytes));
  return { header, message };
}
