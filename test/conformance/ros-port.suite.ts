import { describe, expect, test } from 'vitest';
import { describeActions } from './actions.suite.ts';
import { describeGraph } from './graph.suite.ts';
import type { Harness } from './harness.ts';
import { describeLifecycle } from './lifecycle.suite.ts';
import { describeParameters } from './parameters.suite.ts';
import { errorOf, Probe, second } from './probe.ts';
import { describeServices } from './services.suite.ts';
import { describeTime } from './time.suite.ts';
import { describeTopics } from './topics.suite.ts';

/** Runs every promise of the ROS port against a middleware; `/lab/peer` runs `startPeer`. */
export function describeRosPort(name: string, open: () => Promise<Harness>): void {
  describe(name, () => {
    const probe = new Probe(open);
    describeTopics(probe);
    describeServices(probe);
    describeActions(probe);
    describeParameters(probe);
    describeTime(probe);
    describeGraph(probe);
    describeLifecycle(probe);

    // Last, as the peer does not come back.
    test('a goal ends with "server-lost" when its server leaves the graph', async () => {
      const client = probe.node.createActionClient('example_interfaces/action/Fibonacci', 'stubborn');
      const goal = await probe.harness.settle(client.sendGoal({ order: 60_000 }, second));
      const outcome = errorOf(goal.getResult({ timeoutMs: 60_000 }));
      await probe.harness.stopPeer();
      expect(await probe.harness.settle(outcome)).toMatchObject({ code: 'server-lost' });
      const isGone = () => probe.node.getNodeNamesAndNamespaces().every(({ name }) => name !== 'peer');
      await probe.harness.until(isGone, 'the peer to leave the graph', 4000);
    });
  });
}
