import { MiddlewareError } from '@efferent/core';
import { messageRepr } from '@efferent/interfaces/text';
import type { RosNode, ServiceTypeName } from '@efferent/ros';
import {
  absolute,
  type GraphOptions,
  isHidden,
  messageArgument,
  notFound,
  print,
  withGraph,
} from './graph-session.ts';

/** `efferent service list`. */
export const serviceList = (
  options: GraphOptions & { readonly types?: boolean; readonly hidden?: boolean },
) =>
  withGraph(options, async (node) => {
    const services = [...node.getServiceNamesAndTypes()].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const { name, types } of services)
      if (options.hidden === true || !isHidden(name))
        print(options.types === true ? `${name} [${types.join(', ')}]` : name);
  });

/** `efferent service type`. */
export const serviceType = (given: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    const name = absolute(given);
    const services = node.getServiceNamesAndTypes();
    const types = services.find((each) => each.name === name)?.types;
    if (types === undefined)
      throw notFound(
        'service',
        name,
        services.map((each) => each.name),
      );
    for (const type of types) print(type);
  });

/** How long a service that a command needs may take, ms. */
const callTimeoutMs = 5000;

export interface CallOptions extends GraphOptions {
  /** s */
  readonly timeout: number;
}

/** `efferent service call`: one request given as YAML, and its response. */
export async function serviceCall(
  given: string,
  type: string,
  yaml: string | undefined,
  options: CallOptions,
): Promise<void> {
  const requestType = `${type}_Request`;
  const request = messageArgument(yaml ?? '{}', requestType, 'the request');
  const name = absolute(given);
  const timeoutMs = options.timeout * 1000;
  await withGraph(options, async (node, signal) => {
    const client = node.createClient(type as ServiceTypeName, name);
    if (!client.isServiceServerAvailable()) print('waiting for service to become available...');
    if (!(await client.waitForService(timeoutMs)))
      throw new MiddlewareError({
        code: 'timeout',
        message: `no server of ${name} with type ${type} came within ${options.timeout} s`,
      });
    print(`requester: making request: ${messageRepr(request, requestType)}\n`);
    const response = await client.sendRequestAsync(request as never, { timeoutMs, signal });
    print(`response:\n${messageRepr(response, `${type}_Response`)}\n`);
  });
}

/** Calls a service that a command needs. @throws {@link MiddlewareError} code `timeout` */
export async function callService<S extends ServiceTypeName>(
  node: RosNode,
  type: S,
  name: string,
  request: Parameters<ReturnType<typeof node.createClient<S>>['sendRequestAsync']>[0],
) {
  const client = node.createClient(type, name);
  if (!(await client.waitForService(callTimeoutMs)))
    throw new MiddlewareError({
      code: 'timeout',
      message: `${name} does not answer within ${callTimeoutMs / 1000} s`,
    });
  return client.sendRequestAsync(request, { timeoutMs: callTimeoutMs });
}
