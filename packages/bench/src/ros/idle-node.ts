import { createContext } from '@efferent/ros';
import { startQos, startTopic } from './start-topic.ts';

/** A node with one publisher and one subscription: how long it takes to be heard, and what memory it takes. */

const context = await createContext({ middleware: 'cyclonedds' });
const node = await context.createNode('idle', { namespace: '/bench' });
node.createSubscription('std_msgs/msg/String', 'unused', {}, () => undefined);
node.createPublisher('std_msgs/msg/String', startTopic, startQos).publish({ data: String(process.pid) });
// A process that ends by itself, not by a signal, keeps the code that it has compiled for the next start.
process.once('SIGTERM', () => void context.shutdown().then(() => process.exit(0)));
