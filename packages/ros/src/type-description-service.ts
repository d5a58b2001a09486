import { typeDescription, typeHash, typeSources } from '@efferent/interfaces/node';
import type { RosNode } from './port.ts';

const hashPattern = /^RIHS01_[0-9a-f]{64}$/;

/**
 * Serves `~/get_type_description`, by which tools ask a node for the types that it uses. As with rcl, the parameter
 * `start_type_description_service` decides at the start of the node, and a type is found by its hash.
 *
 * @param typesInUse - names of the types of the node's endpoints
 */
export function serveTypeDescriptions(node: RosNode, typesInUse: Iterable<string>): void {
  const isWanted = node.declareParameter('start_type_description_service', true as boolean, {
    description: 'serve get_type_description for this node',
    readOnly: true,
  });
  if (!isWanted) return;
  const type = 'type_description_interfaces/srv/GetTypeDescription';
  node.createService(type, '~/get_type_description', ({ type_name, type_hash, include_type_sources }) => {
    if (!hashPattern.test(type_hash))
      return refused(`"${type_hash}" is no type hash; expected RIHS01_ and 64 hexadecimal digits`);
    for (const name of typesInUse) {
      if (typeHash(name) !== type_hash) continue;
      return {
        successful: true,
        type_description: descriptionMessage(name),
        type_sources: include_type_sources ? typeSources(name) : [],
      };
    }
    return refused(`this node uses no type ${type_name} with that hash`);
  });
}

const refused = (failure_reason: string) => ({ successful: false, failure_reason });

/** The description with 64-bit integers as messages have them. */
function descriptionMessage(name: string) {
  const { type_description, referenced_type_descriptions } = typeDescription(name);
  const message = ({ type_name, fields }: typeof type_description) => ({
    type_name,
    fields: fields.map(({ type, ...field }) => ({
      ...field,
      type: {
        ...type,
        capacity: BigInt(type.capacity),
        string_capacity: BigInt(type.string_capacity),
      },
    })),
  });
  return {
    type_description: message(type_description),
    referenced_type_descriptions: referenced_type_descriptions.map(message),
  };
}
