import { complete, obey } from './orders.ts';

/** Listens and serves. */
await obey('listener', '/far', (node) => {
  let heard: number[] = [];
  let clouds: string[] = [];
  node.createSubscription('std_msgs/msg/Int64', 'numbers', { qos: complete }, ({ data }) =>
    heard.push(Number(data)),
  );
  node.createSubscription('std_msgs/msg/UInt8MultiArray', 'clouds', { qos: complete }, ({ data }) => {
    clouds.push(data.every((byte) => byte === data[0]) ? `${data[0]}: ${data.length}` : 'torn');
  });
  node.createService('example_interfaces/srv/AddTwoInts', 'add', ({ a, b }) => ({ sum: a + b }));
  node.createActionServer('example_interfaces/action/Fibonacci', 'count', {
    async execute(goal) {
      const { order } = goal.request;
      for (let i = 0; i < order; i++) {
        await node.sleep(100);
        goal.publishFeedback({ sequence: Int32Array.of(i) });
      }
      goal.succeed();
      return { sequence: Int32Array.from({ length: order }, (_, i) => i) };
    },
  });
  return {
    /** What came until now, and forgets it. */
    heard: () => {
      const firstWrong = heard.findIndex((number, i) => number !== i);
      const answer = { heard: heard.length, firstWrong, clouds };
      heard = [];
      clouds = [];
      return answer;
    },
    count: () => ({ heard: heard.length, clouds: clouds.length }),
  };
});
