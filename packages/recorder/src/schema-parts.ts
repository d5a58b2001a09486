const separator = /^={80}\s*$/m;

/**
 * Takes a `ros2msg` schema apart: the type's own definition and those of what is inside it.
 *
 * @param type - full name, `pkg/msg/Name`
 * @returns full name and text of each
 * @see https://mcap.dev/spec/registry#ros2msg
 */
export function schemaParts(type: string, schema: string): ReadonlyMap<string, string> {
  const [own = '', ...nested] = schema.split(separator);
  const parts = new Map([[type, own.trim()]]);
  for (const part of nested) {
    const [, name, text] = /^\s*MSG:\s*(\S+)\s*\n?(.*)$/s.exec(part) ?? [];
    if (name !== undefined) parts.set(fullName(name), (text ?? '').trim());
  }
  return parts;
}

/** `pkg/Name` is `pkg/msg/Name`. */
const fullName = (name: string): string => (name.split('/').length === 2 ? name.replace('/', '/msg/') : name);
