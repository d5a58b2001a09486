import { composeCodec } from './general-codec.ts';
import { generateCodec } from './generated-codec.ts';
import { resolveLayout } from './layout.ts';
import { type InterfaceRegistry, interfaceRegistry } from './registry.ts';

/** Checks, writes and reads messages of one type. */
export interface Codec {
  readonly typeName: string;
  /**
   * Returns the message with missing fields filled in; the same object when it was whole.
   *
   * @throws {@link ContractError} code `invalid-message`, naming the field
   */
  complete(message: unknown): object;
  /** Writes CDR with its 4-byte header. @throws {@link ContractError} code `invalid-message` */
  encode(message: unknown): Uint8Array<ArrayBuffer>;
  /**
   * As {@link encode}, into memory that the next call for any type may use again: for who copies or sends it at once.
   *
   * @throws {@link ContractError} code `invalid-message`
   */
  encodeTransient(message: unknown): Uint8Array<ArrayBuffer>;
  /**
   * Reads CDR with its 4-byte header; numeric arrays may be views into `bytes`. Bytes after the message are ignored.
   *
   * @throws {@link ContractError} code `undecodable-message`; never reads or allocates beyond what `bytes` holds
   */
  decode(bytes: Uint8Array): object;
}

const codecs = new Map<string, Codec>();
let codecsRevision = 0;

/**
 * Returns the codec of a message type, or of a part of a service or action such as `std_srvs/srv/Trigger_Request`.
 *
 * @throws {@link ContractError} code `unknown-type` or `unsupported-type`
 */
export function codecOf(typeName: string): Codec {
  if (codecsRevision !== interfaceRegistry.revision) {
    codecs.clear();
    codecsRevision = interfaceRegistry.revision;
  }
  let codec = codecs.get(typeName);
  if (codec === undefined) {
    codec = compileCodec(typeName, interfaceRegistry);
    codecs.set(typeName, codec);
  }
  return codec;
}

/** Builds the codec of a type from the definitions of `registry`. */
export function compileCodec(typeName: string, registry: InterfaceRegistry): Codec {
  const layout = resolveLayout(typeName, registry);
  const general = composeCodec(layout);
  const fast = generateCodec(layout);
  if (fast === undefined) return general;
  const encode = (message: unknown, isTransient: boolean): Uint8Array<ArrayBuffer> => {
    const bytes = fast.encode(message, isTransient);
    if (bytes !== undefined) return bytes;
    const whole = general.complete(message);
    return fast.encode(whole, isTransient) ?? general.encode(whole);
  };
  return {
    typeName,
    complete: general.complete,
    encode: (message) => encode(message, false),
    encodeTransient: (message) => encode(message, true),
    decode: (bytes) => fast.decode(bytes) ?? general.decode(bytes),
  };
}
