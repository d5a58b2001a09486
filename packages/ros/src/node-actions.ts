import { GenericActionClient } from './action-client.ts';
import { actionParts } from './action-names.ts';
import { type GenericActionCallbacks, GenericActionServer } from './action-server.ts';
import type { ClientHost } from './client.ts';
import type { NodeEndpoints } from './node-endpoints.ts';
import type { Logger } from './port.ts';
import { qosProfiles } from './qos.ts';

export interface ActionHost {
  readonly endpoints: NodeEndpoints;
  readonly clientHost: ClientHost;
  logger(): Logger;
  newGoalId(): Uint8Array;
  /** Reports what a callback of a server threw that is not part of a goal's own work. */
  onCallbackError(actionName: string, error: unknown): void;
}

/** Connects an action client to the action's three services and two topics. */
export function createActionClient(host: ActionHost, type: string, actionName: string): GenericActionClient {
  const { endpoints, clientHost } = host;
  endpoints.use(type);
  const parts = actionParts(type, actionName);
  const clients = {
    sendGoal: endpoints.client(parts.sendGoal.type, parts.sendGoal.name),
    cancelGoal: endpoints.client(parts.cancelGoal.type, parts.cancelGoal.name),
    getResult: endpoints.client(parts.getResult.type, parts.getResult.name),
  };
  const client = new GenericActionClient(actionName, clients, clientHost, () => host.newGoalId());
  endpoints.subscription(parts.feedback.type, parts.feedback.name, {}, false, client.onFeedback);
  endpoints.subscription(
    parts.status.type,
    parts.status.name,
    { qos: qosProfiles.actionStatus },
    false,
    client.onStatus,
  );
  return client;
}

/** Connects an action server to the action's three services and two topics. */
export function createActionServer(
  host: ActionHost,
  type: string,
  actionName: string,
  callbacks: GenericActionCallbacks,
): void {
  const { endpoints } = host;
  endpoints.use(type);
  const parts = actionParts(type, actionName);
  const feedback = endpoints.publisher(parts.feedback.type, parts.feedback.name, qosProfiles.default);
  const status = endpoints.publisher(parts.status.type, parts.status.name, qosProfiles.actionStatus);
  const server = new GenericActionServer(actionName, callbacks, {
    clock: host.clientHost.clock,
    logger: host.logger(),
    publishFeedback: (message) => feedback.publish(message),
    publishStatus: (message) => status.publish(message),
    onCallbackError: (error) => host.onCallbackError(actionName, error),
  });
  endpoints.serve(parts.sendGoal.type, parts.sendGoal.name, server.onSendGoal);
  endpoints.serve(parts.cancelGoal.type, parts.cancelGoal.name, server.onCancelGoal);
  endpoints.serve(parts.getResult.type, parts.getResult.name, server.onGetResult);
  endpoints.keep(server);
}
