import { codecOf, type MessageTypes, type ServiceTypes } from '@efferent/interfaces';

type Service = keyof ServiceTypes & string;

/** Every type that crosses the connection, by its name. */
type WireTypes = MessageTypes & { [S in Service as `${S}_Request`]: ServiceTypes[S]['Request'] } & {
  [S in Service as `${S}_Response`]: ServiceTypes[S]['Response'];
};

/** Reads a message in CDR. @throws `ContractError` code `undecodable-message` */
export function decodeMessage<T extends keyof WireTypes & string>(type: T, data: Uint8Array): WireTypes[T] {
  return codecOf(type).decode(data) as WireTypes[T];
}

/** Writes a message in CDR. @throws `ContractError` code `invalid-message` */
export function encodeMessage(type: keyof WireTypes & string, message: object): Uint8Array {
  return codecOf(type).encode(message);
}
