import { type MessageTypes, messageConstants, type ServiceTypes } from '@efferent/interfaces';
import { type ParameterTypeCode, parameterFromMessage, parameterMessage } from './parameter-values.ts';
import type { ParameterStore, TypedValue } from './parameters.ts';
import type { Partially, RosNode } from './port.ts';

/** What a read-only parameter says of itself when its node does not. */
const readAtStart = 'read when the node starts; to change it, start the node with another value';

type ParameterMessage = MessageTypes['rcl_interfaces/msg/Parameter'];
type DescriptorMessage = Partially<MessageTypes['rcl_interfaces/msg/ParameterDescriptor']>;
type ListRequest = ServiceTypes['rcl_interfaces/srv/ListParameters']['Request'];
const { PARAMETER_NOT_SET, PARAMETER_INTEGER, PARAMETER_INTEGER_ARRAY } =
  messageConstants['rcl_interfaces/msg/ParameterType'];

/** Serves the six parameter services, by which `ros2 param` reads and sets a node's parameters. */
export function serveParameters(node: RosNode, parameters: ParameterStore): void {
  node.createService('rcl_interfaces/srv/GetParameters', '~/get_parameters', ({ names }) => ({
    values: names.map((name) => {
      const parameter = parameters.get(name);
      return parameter === undefined
        ? { type: PARAMETER_NOT_SET }
        : parameterMessage(parameter.value, parameter.type);
    }),
  }));
  node.createService('rcl_interfaces/srv/GetParameterTypes', '~/get_parameter_types', ({ names }) => ({
    types: Uint8Array.from(names, (name) => parameters.get(name)?.type ?? PARAMETER_NOT_SET),
  }));
  node.createService('rcl_interfaces/srv/DescribeParameters', '~/describe_parameters', ({ names }) => ({
    descriptors: names.map((name) => describe(name, parameters)),
  }));
  node.createService('rcl_interfaces/srv/ListParameters', '~/list_parameters', (request) => ({
    result: list(request, parameters.names()),
  }));
  node.createService('rcl_interfaces/srv/SetParameters', '~/set_parameters', (request) => ({
    results: request.parameters.map((parameter) => set([parameter], parameters)),
  }));
  node.createService(
    'rcl_interfaces/srv/SetParametersAtomically',
    '~/set_parameters_atomically',
    (request) => ({
      result: set(request.parameters, parameters),
    }),
  );
}

function set(
  changes: readonly ParameterMessage[],
  parameters: ParameterStore,
): { successful: boolean; reason: string } {
  const values = new Map<string, TypedValue>();
  for (const { name, value } of changes) {
    const parsed = parameterFromMessage(value);
    if (parsed === undefined) {
      const problem = value.type === PARAMETER_NOT_SET ? 'cannot be unset' : 'cannot be a list of bytes';
      return { successful: false, reason: `parameter "${name}" ${problem}` };
    }
    values.set(name, { value: parsed, type: value.type as ParameterTypeCode });
  }
  const reason = parameters.set(values);
  return { successful: reason === undefined, reason: reason ?? '' };
}

function describe(name: string, parameters: ParameterStore): DescriptorMessage {
  const parameter = parameters.get(name);
  if (parameter === undefined) return { name };
  const { type, descriptor } = parameter;
  const isInteger = type === PARAMETER_INTEGER || type === PARAMETER_INTEGER_ARRAY;
  const { range, step = 0 } = descriptor;
  const [least, most] = range ?? [0, 0];
  return {
    name,
    type,
    description: descriptor.description,
    additional_constraints: descriptor.constraints ?? (descriptor.readOnly === true ? readAtStart : ''),
    read_only: descriptor.readOnly === true,
    floating_point_range:
      range === undefined || isInteger ? [] : [{ from_value: least, to_value: most, step }],
    integer_range:
      range === undefined || !isInteger
        ? []
        : [{ from_value: BigInt(least), to_value: BigInt(most), step: BigInt(step || 1) }],
  };
}

/** `depth` counts the dots beyond a prefix; 0 means all of them. */
function list(
  { prefixes, depth }: ListRequest,
  names: readonly string[],
): { names: string[]; prefixes: string[] } {
  const dots = (text: string) => text.split('.').length - 1;
  const isWanted = (name: string) => {
    if (prefixes.length === 0) return depth === 0n || dots(name) < depth;
    return prefixes.some((prefix) => {
      if (name === prefix) return true;
      return name.startsWith(`${prefix}.`) && (depth === 0n || dots(name.slice(prefix.length + 1)) < depth);
    });
  };
  const found = names.filter(isWanted);
  const parents = found
    .filter((name) => name.includes('.'))
    .map((name) => name.slice(0, name.lastIndexOf('.')));
  return { names: found, prefixes: [...new Set(parents)] };
}
