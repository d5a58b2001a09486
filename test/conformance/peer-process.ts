import { immediateJobRunner } from '@efferent/core';
import { createContext, type MiddlewareName, managedNode, parseRosArguments } from '@efferent/ros';
import { startPeer } from './peer.ts';

/**
 * Runs the peer as a process of its own, beside a managed node, on the middleware that `EFFERENT_PEER_MIDDLEWARE` names,
 * or Cyclone DDS; ends with the signal that it gets.
 */
const middleware = (process.env.EFFERENT_PEER_MIDDLEWARE ?? 'cyclonedds') as MiddlewareName;
const { rosArguments } = parseRosArguments(process.argv.slice(2));
const context = await createContext({ middleware, logSink: () => undefined });
startPeer(await context.createNode('peer', { namespace: '/lab', rosArguments }));
const managed = managedNode({
  name: 'peer_skills',
  configure: async () => ({ deactivate: () => undefined }),
});
const node = await context.createNode(managed.name, { namespace: '/lab' });
await managed.start(node, { jobs: immediateJobRunner, workspaceFolders: [] });
process.stdout.write('peer-ready\n');
