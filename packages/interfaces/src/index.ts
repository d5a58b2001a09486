export {
  type ArrayShape,
  type Constant,
  type ConstantValue,
  type DefaultValue,
  type Field,
  type MessageDefinition,
  parseMessageDefinition,
  primitiveTypes,
  splitSections,
} from './definition.ts';
export { messageConstants } from './generated/constants.ts';
export type { ActionTypes, MessageTypes, ServiceTypes } from './generated/types.ts';
