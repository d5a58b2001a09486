import { createContext, type MiddlewareName } from '@efferent/ros';

// Joins the graph and ends without leaving it, once it is told to on stdin: by `exit`, or by an error.
const [middleware, how] = process.argv.slice(2);
const context = await createContext({ middleware: middleware as MiddlewareName });
const node = await context.createNode('leaver', { namespace: '/lab' });
node.createPublisher('std_msgs/msg/String', 'chatter');
process.stdin.once('data', () => {
  if (how === 'exit') process.exit(0);
  throw new RangeError('the beans are gone');
});
