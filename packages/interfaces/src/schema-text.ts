import type { ConstantValue, Field, MessageDefinition } from './definition.ts';
import { interfaceRegistry } from './registry.ts';

const separator = '='.repeat(80);

/**
 * Returns a type's definition and those of everything inside it, as MCAP and Foxglove want it (`ros2msg`).
 *
 * @param typeName - a message, or a part of a service or action such as `std_srvs/srv/Trigger_Request`
 * @throws {@link ContractError} code `unknown-type`
 * @see https://mcap.dev/spec/registry#ros2msg
 */
export function schemaText(typeName: string): string {
  const nested = new Map<string, string>();
  const collect = (definition: MessageDefinition) => {
    for (const { type } of definition.fields) {
      if (!type.includes('/') || nested.has(type)) continue;
      const inner = interfaceRegistry.definition(type);
      nested.set(type, definitionText(inner));
      collect(inner);
    }
  };
  const root = interfaceRegistry.definition(typeName);
  collect(root);
  const parts = [...nested].map(([type, text]) => `${separator}\nMSG: ${shortName(type)}\n${text}`);
  return [definitionText(root), ...parts].join('');
}

function definitionText({ constants, fields }: MessageDefinition): string {
  const lines = [
    ...constants.map(({ type, name, value }) => `${type} ${name}=${valueText(value)}`),
    ...fields.map((field) => `${typeText(field)} ${field.name}${defaultText(field)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function typeText({ type, stringBound, array }: Field): string {
  const base =
    (type.includes('/') ? shortName(type) : type) + (stringBound === undefined ? '' : `<=${stringBound}`);
  if (array === undefined) return base;
  if (array.kind === 'unbounded') return `${base}[]`;
  return array.kind === 'fixed' ? `${base}[${array.size}]` : `${base}[<=${array.size}]`;
}

function defaultText({ defaultValue }: Field): string {
  if (defaultValue === undefined) return '';
  return ` ${Array.isArray(defaultValue) ? `[${defaultValue.map(valueText).join(', ')}]` : valueText(defaultValue as ConstantValue)}`;
}

function valueText(value: ConstantValue): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** `std_msgs/msg/Header` is written `std_msgs/Header`. */
function shortName(typeName: string): string {
  const [packageName, , name] = typeName.split('/');
  return `${packageName}/${name}`;
}
