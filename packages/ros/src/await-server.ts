import { MiddlewareError } from '@efferent/core/errors';
import type { ClientHost } from './client.ts';

/**
 * When only servers that cannot be called have been there for this long, no other is waited for, ns; a little longer while
 * their node has not said its name: it is asked for so often.
 */
const onlyIncompatibleNs = 1_000_000_000n;
const nameRetryNs = 300_000_000n;
const nameRetries = 4;

/**
 * Waits until a server of every service is there.
 *
 * @param services - names on the graph
 * @param isAvailable - whether they are all there
 * @param found - called once when they are; may throw
 * @param reject - gets what `found` throws, or code `server-incompatible` when another vendor's DDS serves one of them
 * @returns how to give it up
 */
export function awaitServer(
  { graph, steadyClock }: Pick<ClientHost, 'graph' | 'steadyClock'>,
  services: readonly string[],
  isAvailable: () => boolean,
  found: () => void,
  reject: (error: unknown) => void,
): () => void {
  let cancelAlarm: (() => void) | undefined;
  const stop = () => {
    stopListening();
    cancelAlarm?.();
  };
  const alarmIn = (durationNs: bigint, retries: number) => {
    cancelAlarm = steadyClock.setAlarm(steadyClock.nowNs() + durationNs, () => {
      cancelAlarm = undefined;
      const problem = incompatibleServer(graph, services);
      if (problem === undefined || isAvailable()) return;
      if (problem.fields.node === '' && retries > 0) alarmIn(nameRetryNs, retries - 1);
      else {
        stop();
        reject(problem);
      }
    });
  };
  const watch = () => {
    if (cancelAlarm !== undefined || incompatibleServer(graph, services) === undefined) return;
    alarmIn(onlyIncompatibleNs, nameRetries);
  };
  const stopListening = graph.onChange(() => {
    if (!isAvailable()) {
      watch();
      return;
    }
    stop();
    try {
      found();
    } catch (error) {
      reject(error);
    }
  });
  watch();
  return stop;
}

/** Says why the servers that there are cannot be called; undefined when there is none, or one that can. */
export function incompatibleServer(
  graph: ClientHost['graph'],
  services: readonly string[],
): MiddlewareError | undefined {
  for (const service of services) {
    const server = graph.incompatibleServer?.(service);
    if (server === undefined) continue;
    const { node, vendor } = server;
    return new MiddlewareError({
      code: 'server-incompatible',
      message: `${service.replace(/\/_action\/\w+$/, '')} is served by ${node === '' ? 'a node that gives no name' : node} over ${vendor}, whose services and actions Cyclone DDS cannot call (topics match); start that node with RMW_IMPLEMENTATION=rmw_cyclonedds_cpp`,
      fields: { service, node, vendor },
    });
  }
  return undefined;
}
