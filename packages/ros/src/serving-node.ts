import { describeError } from '@efferent/core/errors';
import { lifecycleStates } from './lifecycle-states.ts';
import { fullNodeName } from './names.ts';
import type { RosNode } from './port.ts';

const answerMs = 1000;

/**
 * Finds out why the server of an action refuses goals, as far as its lifecycle tells; for refusals say nothing themselves.
 *
 * @param actionName - absolute name
 * @returns for people, with what helps; undefined when the node of the server is active, not managed, or unknown
 */
export async function whyNotServing(node: RosNode, actionName: string): Promise<string | undefined> {
  const server = node
    .getNodeNamesAndNamespaces()
    .find(({ name, namespace }) =>
      node
        .getServiceNamesAndTypesByNode(name, namespace)
        .some((service) => service.name === `${actionName}/_action/send_goal`),
    );
  if (server === undefined) return undefined;
  const fullName = fullNodeName(server.name, server.namespace);
  const services = node.getServiceNamesAndTypesByNode(server.name, server.namespace);
  if (services.every(({ name }) => name !== `${fullName}/get_state`)) return undefined;
  const scope = node.openScope({ whyRefusesGoals: () => undefined, isSilent: () => false });
  try {
    const client = scope.createClient('lifecycle_msgs/srv/GetState', `${fullName}/get_state`);
    const { current_state } = await client.sendRequestAsync({}, { timeoutMs: answerMs });
    const { id, label } = current_state;
    if (id === lifecycleStates.active.id) return undefined;
    const step = id === lifecycleStates.unconfigured.id ? 'configure' : 'activate';
    return `its node ${fullName} is ${label}: npx efferent lifecycle set ${fullName} ${step}`;
  } catch (error) {
    node.logger.debug('lifecycle-unknown', { node: fullName, reason: describeError(error) });
    return undefined;
  } finally {
    await scope.destroy();
  }
}
