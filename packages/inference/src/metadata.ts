import { ContractError } from '@efferent/core';

/**
 * Reads the `metadata_props` of an ONNX model, which onnxruntime-node does not expose.
 *
 * Scans only the top level of the protobuf `ModelProto` (field 14, messages of key = 1, value = 2; onnx.proto3 of
 * ONNX 1.x), so that the cost does not grow with the weights.
 *
 * @param model - the file's bytes
 * @returns metadata by key
 * @throws {@link ContractError} code `not-onnx` when the bytes are not a protobuf message
 */
export function readOnnxMetadata(model: Uint8Array): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  forEachField(model, (field, payload) => {
    if (field !== 14) return;
    let key = '';
    let value = '';
    forEachField(payload, (entryField, text) => {
      if (entryField === 1) key = decoder.decode(text);
      if (entryField === 2) value = decoder.decode(text);
    });
    metadata.set(key, value);
  });
  return metadata;
}

const decoder = new TextDecoder();
const noBytes = new Uint8Array(0);

/** Calls back with each field's number and, for length-delimited fields, its bytes. */
function forEachField(bytes: Uint8Array, callback: (field: number, payload: Uint8Array) => void): void {
  let offset = 0;
  const fail = (): never => {
    throw new ContractError({
      code: 'not-onnx',
      message: `not an ONNX model: unreadable protobuf at byte ${offset} of ${bytes.length}; export the model again`,
      fields: { offset },
    });
  };
  const readVarint = (): number => {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[offset];
      if (byte === undefined) return fail();
      offset += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    return fail();
  };
  while (offset < bytes.length) {
    const tag = readVarint();
    const wireType = tag % 8;
    const field = Math.floor(tag / 8);
    let length = 0;
    if (wireType === 0) readVarint();
    else if (wireType === 1) length = 8;
    else if (wireType === 2) length = readVarint();
    else if (wireType === 5) length = 4;
    else fail();
    if (offset + length > bytes.length) fail();
    callback(field, wireType === 2 ? bytes.subarray(offset, offset + length) : noBytes);
    offset += length;
  }
}
