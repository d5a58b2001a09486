import type { ConnectionGraph } from './protocol.ts';

export const emptyConnectionGraph: ConnectionGraph = {
  publishedTopics: new Map(),
  subscribedTopics: new Map(),
  advertisedServices: new Map(),
};

/** Builds the `connectionGraphUpdate` that leads from one graph to the next, or undefined when nothing changed. */
export function connectionGraphUpdate(before: ConnectionGraph, after: ConnectionGraph): object | undefined {
  const publishedTopics = changed(before.publishedTopics, after.publishedTopics);
  const subscribedTopics = changed(before.subscribedTopics, after.subscribedTopics);
  const advertisedServices = changed(before.advertisedServices, after.advertisedServices);
  const topicsBefore = new Set([...before.publishedTopics.keys(), ...before.subscribedTopics.keys()]);
  const removedTopics = [...topicsBefore].filter(
    (name) => !after.publishedTopics.has(name) && !after.subscribedTopics.has(name),
  );
  const removedServices = [...before.advertisedServices.keys()].filter(
    (name) => !after.advertisedServices.has(name),
  );
  const nothing = [
    publishedTopics,
    subscribedTopics,
    advertisedServices,
    removedTopics,
    removedServices,
  ].every((list) => list.length === 0);
  if (nothing) return undefined;
  return {
    op: 'connectionGraphUpdate',
    publishedTopics: publishedTopics.map(([name, ids]) => ({ name, publisherIds: ids })),
    subscribedTopics: subscribedTopics.map(([name, ids]) => ({ name, subscriberIds: ids })),
    advertisedServices: advertisedServices.map(([name, ids]) => ({ name, providerIds: ids })),
    removedTopics,
    removedServices,
  };
}

type Edges = ReadonlyMap<string, readonly string[]>;

function changed(before: Edges, after: Edges): [string, readonly string[]][] {
  const entries: [string, readonly string[]][] = [];
  for (const [name, ids] of after) {
    if (ids.join('\n') !== before.get(name)?.join('\n') || !before.has(name)) entries.push([name, ids]);
  }
  // A name that lost its last publisher but is still subscribed must be told with an empty list.
  for (const name of before.keys()) if (!after.has(name)) entries.push([name, []]);
  return entries;
}
