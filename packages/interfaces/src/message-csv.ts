import type { Field } from './definition.ts';
import { abbreviated, type MessageTextOptions, pythonFloat } from './message-text.ts';
import { interfaceRegistry } from './registry.ts';

/** Writes the values of a message in one line, in the way of `ros2 topic echo --csv`. */
export function messageCsv(message: object, typeName: string, options: MessageTextOptions = {}): string {
  const values = message as Readonly<Record<string, unknown>>;
  return interfaceRegistry
    .definition(typeName)
    .fields.map((field) => fieldCsv(values[field.name], field, options))
    .join(',');
}

/** The same for one field's value. */
export function fieldCsv(value: unknown, field: Field, options: MessageTextOptions = {}): string {
  const short = abbreviated(value, field, options);
  if (short !== undefined) return short;
  if (field.array !== undefined) {
    const { array: _, ...element } = field;
    const elements = Array.from(value as ArrayLike<unknown>);
    const limit = options.maxElements ?? Number.POSITIVE_INFINITY;
    const shown = elements.slice(0, limit).map((each) => fieldCsv(each, element, options));
    return shown.join(',') + (elements.length > limit ? ',...' : '');
  }
  if (field.type.includes('/')) return messageCsv(value as object, field.type, options);
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (field.type === 'float32' || field.type === 'float64') return pythonFloat(value as number);
  return String(value);
}
