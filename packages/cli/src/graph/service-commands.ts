import { MiddlewareError, pause } from '@efferent/core';
import { messageRepr } from '@efferent/interfaces/text';
import type { RosNode, ServiceTypeName } from '@efferent/ros';
import {
  absolute,
  type GraphOptions,
  type ListOptions,
  messageArgument,
  notFound,
  print,
  printNames,
  shown,
  withGraph,
} from './graph-session.ts';

/** `efferent service list`. */
export const serviceList = (options: ListOptions) =>
  withGraph(options, async (node) => printNames(shown(node.getServiceNamesAndTypes(), options), options));

/** `efferent service find`: services of a type. */
export const serviceFind = (type: string, options: ListOptions) =>
  withGraph(options, async (node) => {
    const services = shown(node.getServiceNamesAndTypes(), options);
    printNames(
      services.filter(({ types }) => types.includes(type)),
      { count: options.count },
    );
  });

/** `efferent service type`. */
export const serviceType = (given: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    for (const type of typesOf(node, absolute(given))) print(type);
  });

/** `efferent service info`: how many serve it, and how many call it. */
export const serviceInfo = (given: string, options: GraphOptions) =>
  withGraph(options, async (node) => {
    const name = absolute(given);
    const types = typesOf(node, name);
    const having = (list: 'getClientNamesAndTypesByNode' | 'getServiceNamesAndTypesByNode') =>
      node
        .getNodeNamesAndNamespaces()
        .filter((each) => node[list](each.name, each.namespace).some((service) => service.name === name));
    print(`Type: ${types.join(', ')}`);
    print(`Clients count: ${having('getClientNamesAndTypesByNode').length}`);
    print(`Services count: ${having('getServiceNamesAndTypesByNode').length}`);
  });

/** @throws {@link MiddlewareError} code `not-on-the-graph` */
function typesOf(node: RosNode, name: string): readonly string[] {
  const services = node.getServiceNamesAndTypes();
  const types = services.find((each) => each.name === name)?.types;
  if (types !== undefined) return types;
  throw notFound(
    'service',
    name,
    services.map((each) => each.name),
  );
}

/** How long a service that a command needs may take, ms. */
const callTimeoutMs = 5000;

export interface CallOptions extends GraphOptions {
  /** s */
  readonly timeout: number;
  /** Calls a second, without an end; one call without it. */
  readonly rate?: number;
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
    do {
      print(`requester: making request: ${messageRepr(request, requestType)}\n`);
      const response = await client.sendRequestAsync(request as never, { timeoutMs, signal });
      print(`response:\n${messageRepr(response, `${type}_Response`)}\n`);
      if (options.rate !== undefined) await pause(1000 / options.rate, signal);
    } while (options.rate !== undefined);
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
