import { interfaceRegistry, schemaText } from '@efferent/interfaces';
import type { ServicePayload } from './foxglove/protocol.ts';
import type { Definitions } from './graph-snapshot.ts';

/** Definitions from the bundled interfaces and those registered from a ROS 2 installation. */
export const bundledDefinitions: Definitions = {
  messageSchema: (type) => (interfaceRegistry.has(type) ? schemaText(type) : undefined),
  serviceSchemas: (type) =>
    interfaceRegistry.has(type)
      ? { request: half(`${type}_Request`), response: half(`${type}_Response`) }
      : undefined,
};

function half(schemaName: string): ServicePayload {
  return { encoding: 'cdr', schemaName, schemaEncoding: 'ros2msg', schema: schemaText(schemaName) };
}
