export { type Codec, codecOf, compileCodec } from './codec.ts';
export {
  type ArrayShape,
  type Constant,
  type ConstantValue,
  type DefaultValue,
  type Field,
  type MessageDefinition,
  parseMessageDefinition,
  primitiveTypes,
} from './definition.ts';
export { messageConstants } from './generated/constants.ts';
export type { ActionTypes, MessageTypes, ServiceTypes } from './generated/types.ts';
export { messageFromPlain } from './message-input.ts';
export { InterfaceRegistry, interfaceRegistry } from './registry.ts';
export { schemaText } from './schema-text.ts';
