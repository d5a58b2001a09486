import type { ros2jazzy } from '@foxglove/rosmsg-msgs-common';

type MessageDefinition = (typeof ros2jazzy)[keyof typeof ros2jazzy];
type MessageDefinitionField = MessageDefinition['definitions'][number];

const timeTypes: Readonly<Record<string, string>> = {
  time: 'builtin_interfaces/Time',
  duration: 'builtin_interfaces/Duration',
};

/** Writes a parsed definition of @foxglove/rosmsg-msgs-common as `.msg` text again. */
export function textOfFoxgloveDefinition(definition: MessageDefinition): string {
  return `${definition.definitions.map(lineOfField).join('\n')}\n`;
}

function lineOfField(field: MessageDefinitionField): string {
  let type = timeTypes[field.type] ?? field.type;
  if (field.isConstant === true) return `${type} ${field.name}=${field.valueText ?? String(field.value)}`;
  if (field.upperBound !== undefined) type += `<=${field.upperBound}`;
  if (field.isArray === true) {
    if (field.arrayLength !== undefined) type += `[${field.arrayLength}]`;
    else if (field.arrayUpperBound !== undefined) type += `[<=${field.arrayUpperBound}]`;
    else type += '[]';
  }
  return field.defaultValue === undefined
    ? `${type} ${field.name}`
    : `${type} ${field.name} ${textOfDefault(field.defaultValue)}`;
}

function textOfDefault(value: NonNullable<MessageDefinitionField['defaultValue']>): string {
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return `[${Array.from(value as ArrayLike<unknown>).join(', ')}]`;
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
