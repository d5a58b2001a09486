import { createContext, parseRosArguments } from '@efferent/ros';
import { startPeer } from './peer.ts';

/** Runs the peer as a process of its own; ends with the signal that it gets. */
const { rosArguments } = parseRosArguments(process.argv.slice(2));
const context = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
startPeer(await context.createNode('peer', { namespace: '/lab', rosArguments }));
process.stdout.write('peer-ready\n');
