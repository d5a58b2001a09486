import { describe, expect, test } from 'vitest';
import { errorOf, type Probe, second } from './probe.ts';

/** Services: answers, waits and failures. */
export function describeServices(probe: Probe): void {
  describe('services', () => {
    test('many calls at a time each get their own answer, 64-bit integers whole', async () => {
      const client = probe.node.createClient('example_interfaces/srv/AddTwoInts', 'add');
      expect(await probe.harness.settle(client.waitForService(2000))).toBe(true);
      const calls = Array.from({ length: 60 }, (_, i) =>
        client.sendRequestAsync({ a: 2n ** 60n, b: BigInt(i) }, second),
      );
      const sums = (await probe.harness.settle(Promise.all(calls))).map(({ sum }) => sum);
      expect(sums).toEqual(calls.map((_, i) => 2n ** 60n + BigInt(i)));
    });

    test('a long answer is whole for each of several clients of one process', async () => {
      const clients = [0, 1, 2].map(() => probe.node.createClient('std_srvs/srv/Trigger', 'verbose'));
      for (const client of clients) {
        const { message } = await probe.harness.settle(client.sendRequestAsync({}, second));
        expect(message).toBe('tell me more, '.repeat(2000));
      }
    });

    test('an answer may take its time', async () => {
      const client = probe.node.createClient('std_srvs/srv/Trigger', 'slow');
      expect(await probe.harness.settle(client.sendRequestAsync({}, second))).toEqual({
        success: true,
        message: 'done',
      });
    });

    test('a service that nobody serves is not available, and calling it times out by name', async () => {
      const client = probe.node.createClient('std_srvs/srv/Trigger', 'absent');
      expect(client.isServiceServerAvailable()).toBe(false);
      expect(await probe.harness.settle(client.waitForService(30))).toBe(false);
      const error = await probe.harness.settle(errorOf(client.sendRequestAsync({}, { timeoutMs: 30 })));
      expect(error).toMatchObject({ code: 'timeout', message: 'waited 30 ms for a server of /lab/absent' });
    });

    test('a call can be given up', async () => {
      const client = probe.node.createClient('std_srvs/srv/Trigger', 'slow');
      const controller = new AbortController();
      const call = errorOf(client.sendRequestAsync({}, { ...second, signal: controller.signal }));
      controller.abort();
      expect(await probe.harness.settle(call)).toMatchObject({ code: 'aborted' });
    });

    test('a handler that throws answers with success false and the cause, where the response can say so', async (context) => {
      if (probe.harness.isVirtual) context.skip('in lockstep a handler that throws ends the run');
      expect(await probe.call('std_srvs/srv/Trigger', 'broken', {})).toEqual({
        success: false,
        message: 'the beans are gone',
      });
    });

    test('else the call ends at once with "service-failed" and the cause', async (context) => {
      if (probe.harness.isVirtual) context.skip('in lockstep a handler that throws ends the run');
      if (probe.harness.context.middleware === 'rclnodejs')
        context.skip('rcl has no words for a failed handler; the call ends by its timeout');
      const error = await errorOf(probe.call('example_interfaces/srv/AddTwoInts', 'broken_sum', { a: 1n }));
      expect(error).toMatchObject({
        code: 'service-failed',
        message: '/lab/broken_sum: its handler failed: cannot add',
      });
    });
  });
}
