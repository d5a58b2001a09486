import { codeOf, complete, obey } from './orders.ts';

/** Speaks, calls and asks for goals; the listener is on another host. */
await obey('speaker', '/far', (node) => {
  const numbers = node.createPublisher('std_msgs/msg/Int64', 'numbers', complete);
  const clouds = node.createPublisher('std_msgs/msg/UInt8MultiArray', 'clouds', complete);
  const adder = node.createClient('example_interfaces/srv/AddTwoInts', 'add');
  const counter = node.createActionClient('example_interfaces/action/Fibonacci', 'count');
  return {
    nodes: () => ({ nodes: node.getNodeNamesAndNamespaces().map(({ name }) => name) }),
    ready: () => ({
      isReady:
        numbers.subscriptionCount === 1 &&
        clouds.subscriptionCount === 1 &&
        adder.isServiceServerAvailable() &&
        counter.isActionServerAvailable(),
    }),
    /** Numbers at a rate, 1/s, for a time, s. */
    talk: async (rateHz = 1, durationS = 1) => {
      const startMs = performance.now();
      let sent = 0;
      while (sent < rateHz * durationS) {
        const due = Math.min(rateHz * durationS, ((performance.now() - startMs) / 1000) * rateHz);
        while (sent < due) numbers.publish({ data: BigInt(sent++) });
        await node.sleep(2);
      }
      return { sent };
    },
    /** Messages of many frames. */
    clouds: (count = 1, bytes = 1) => {
      for (let i = 0; i < count; i++) clouds.publish({ data: new Uint8Array(bytes).fill(i) });
      return { sent: count };
    },
    /** Calls one after the other for a time, s; counts how they end. */
    call: async (durationS = 1, timeoutMs = 1) => {
      const endMs = performance.now() + durationS * 1000;
      const ends: Record<string, number> = {};
      while (performance.now() < endMs) {
        const code = await adder
          .sendRequestAsync({ a: 20n, b: 22n }, { timeoutMs })
          .then(({ sum }) => (sum === 42n ? 'right' : 'wrong'), codeOf);
        ends[code] = (ends[code] ?? 0) + 1;
        await node.sleep(20);
      }
      return { ends };
    },
    /** One goal of a duration, in tenths of a second. */
    act: async (order = 1, timeoutMs = 1) => {
      let feedback = 0;
      const options = { timeoutMs, onFeedback: () => void feedback++ };
      try {
        const goal = await counter.sendGoal({ order }, options);
        const { status, result } = await goal.getResult(options);
        return { end: status, counted: result.sequence.length, feedback };
      } catch (error) {
        return { end: codeOf(error), feedback };
      }
    },
  };
});
