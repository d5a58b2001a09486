import { interfaceRegistry } from '@efferent/interfaces';

/** Fields that say whether a call succeeded, and fields that say why it did not, as std_srvs and others name them. */
const outcomeFields = ['success', 'successful'];
const reasonFields = ['message', 'reason', 'error_message', 'status_message', 'failure_reason'];

/**
 * The response by which a service says that its handler failed, when its type can say that at all.
 *
 * @param type - `pkg/srv/Name`, or a service of an action
 */
export function failureResponse(type: string, reason: string): object | undefined {
  const { fields } = interfaceRegistry.definition(`${type}_Response`);
  const find = (names: readonly string[], wanted: string) =>
    fields.find((field) => names.includes(field.name) && field.type === wanted && field.array === undefined);
  const outcome = find(outcomeFields, 'bool');
  const why = find(reasonFields, 'string');
  if (outcome === undefined || why === undefined) return undefined;
  return { [outcome.name]: false, [why.name]: reason.slice(0, why.stringBound) };
}
