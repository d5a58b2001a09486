import { goalStatus } from '@efferent/ros';
import { describe, expect, test } from 'vitest';
import { errorOf, type Probe, second } from './probe.ts';

/** Actions: goals, feedback, results and cancelling. */
export function describeActions(probe: Probe): void {
  describe('actions', () => {
    const fibonacci = 'example_interfaces/action/Fibonacci';

    test('a goal gives feedback in order, then its result', async () => {
      const client = probe.node.createActionClient(fibonacci, 'fibonacci');
      expect(await probe.harness.settle(client.waitForServer(2000))).toBe(true);
      const lengths: number[] = [];
      const onFeedback = ({ sequence }: { sequence: Int32Array }) => lengths.push(sequence.length);
      await probe.meet('/lab/fibonacci/_action/feedback');
      const goal = await probe.harness.settle(client.sendGoal({ order: 7 }, { ...second, onFeedback }));
      expect(goal.accepted).toBe(true);
      const { status, result } = await probe.harness.settle(goal.getResult(second));
      expect(status).toBe(goalStatus.succeeded);
      expect([...result.sequence]).toEqual([0, 1, 1, 2, 3, 5, 8]);
      expect(lengths).toEqual([3, 4, 5, 6, 7]);
      expect(goal.status).toBe(goalStatus.succeeded);
    });

    test('a refused goal says so and has no result', async () => {
      const client = probe.node.createActionClient(fibonacci, 'fibonacci');
      const goal = await probe.harness.settle(client.sendGoal({ order: -1 }, second));
      expect(goal.accepted).toBe(false);
      expect(await probe.harness.settle(errorOf(goal.getResult(second)))).toMatchObject({
        code: 'goal-rejected',
      });
    });

    test('a cancelled goal ends as cancelled with what it has', async () => {
      const client = probe.node.createActionClient(fibonacci, 'fibonacci');
      let seen = 0;
      const onFeedback = () => {
        seen++;
      };
      const goal = await probe.harness.settle(client.sendGoal({ order: 1000 }, { ...second, onFeedback }));
      await probe.harness.until(() => seen > 0, 'feedback');
      expect(await probe.harness.settle(goal.cancelGoal(second))).toBe(true);
      const { status, result } = await probe.harness.settle(goal.getResult(second));
      expect(status).toBe(goalStatus.canceled);
      expect(result.sequence.length).toBeLessThan(1000);
    });

    test('a server may refuse to cancel', async () => {
      const client = probe.node.createActionClient(fibonacci, 'stubborn');
      const goal = await probe.harness.settle(client.sendGoal({ order: 100 }, second));
      expect(await probe.harness.settle(goal.cancelGoal(second))).toBe(false);
      expect((await probe.harness.settle(goal.getResult(second))).status).toBe(goalStatus.succeeded);
    });

    test('a goal whose execution throws is aborted', async () => {
      const client = probe.node.createActionClient(fibonacci, 'fibonacci');
      const goal = await probe.harness.settle(client.sendGoal({ order: 13 }, second));
      expect((await probe.harness.settle(goal.getResult(second))).status).toBe(goalStatus.aborted);
    });

    test('a result can be asked for after the goal has ended', async () => {
      const client = probe.node.createActionClient(fibonacci, 'fibonacci');
      const goal = await probe.harness.settle(client.sendGoal({ order: 2 }, second));
      await probe.harness.pass(100);
      expect((await probe.harness.settle(goal.getResult(second))).status).toBe(goalStatus.succeeded);
    });
  });
}
