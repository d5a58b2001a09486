import { interfaceRegistry } from '@efferent/interfaces';
import type { stampFromNs } from '@efferent/ros';

type Stamp = ReturnType<typeof stampFromNs>;

const timeType = 'builtin_interfaces/msg/Time';
const headerType = 'std_msgs/msg/Header';

/**
 * Fills in times as `ros2 topic pub` does: `now` where a time is expected, `auto` where a header is.
 *
 * @param value - parsed YAML; returned as it is where it asks for no time
 * @param typeName - the message it is for
 */
export function withTimes(value: unknown, typeName: string, now: Stamp): unknown {
  if (typeName === timeType && value === 'now') return now;
  if (typeName === headerType && value === 'auto') return { stamp: now, frame_id: '' };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => withTimes(each, typeName, now));
  if (!typeName.includes('/')) return value;
  const { fields } = interfaceRegistry.definition(typeName);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const field = fields.find((each) => each.name === name);
      return [name, field === undefined ? part : withTimes(part, field.type, now)];
    }),
  );
}
