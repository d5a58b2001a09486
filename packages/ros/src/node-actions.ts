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

/** Makes an action client of the middleware's own one, or of the action's three services and two topics. */
export function createActionClient(host: ActionHost, type: string, actionName: string): GenericActionClient {
  const { endpoints, clientHost } = host;
  endpoints.use(type);
  const { sendGoal, cancelGoal, getResult, feedback, status } = actionParts(type, actionName);
  const own = endpoints.actionClients({
    type,
    name: actionName,
    onFeedback: (message) => client.onFeedback(message),
    onStatus: (message) => client.onStatus(message),
  });
  const clients = own ?? {
    sendGoal: endpoints.client(sendGoal.type, sendGoal.name),
    cancelGoal: endpoints.client(cancelGoal.type, cancelGoal.name),
    getResult: endpoints.client(getResult.type, getResult.name),
  };
  const client = new GenericActionClient(actionName, clients, clientHost, () => host.newGoalId());
  if (own === undefined) {
    endpoints.subscription(feedback.type, feedback.name, {}, false, client.onFeedback);
    const qos = qosProfiles.actionStatus;
    endpoints.subscription(status.type, status.name, { qos }, false, client.onStatus);
  }
  return client;
}

/** Makes an action server of the middleware's own one, or of the action's three services and two topics. */
export function createActionServer(
  host: ActionHost,
  type: string,
  actionName: string,
  callbacks: GenericActionCallbacks,
): void {
  const { endpoints, clientHost } = host;
  endpoints.use(type);
  const { clock } = clientHost;
  const logger = host.logger();
  const onCallbackError = (error: unknown) => host.onCallbackError(actionName, error);
  if (endpoints.serveAction({ type, name: actionName, callbacks, clock, logger, onCallbackError })) return;
  const parts = actionParts(type, actionName);
  const feedback = endpoints.publisher(parts.feedback.type, parts.feedback.name, qosProfiles.default);
  const status = endpoints.publisher(parts.status.type, parts.status.name, qosProfiles.actionStatus);
  const server = new GenericActionServer(actionName, callbacks, {
    clock,
    logger,
    publishFeedback: (message) => feedback.publish(message),
    publishStatus: (message) => status.publish(message),
    onCallbackError,
  });
  endpoints.serve(parts.sendGoal.type, parts.sendGoal.name, server.onSendGoal);
  endpoints.serve(parts.cancelGoal.type, parts.cancelGoal.name, server.onCancelGoal);
  endpoints.serve(parts.getResult.type, parts.getResult.name, server.onGetResult);
  endpoints.keep(server);
}
