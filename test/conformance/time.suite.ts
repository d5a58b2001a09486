import { parseRosArguments, qosProfiles, TransformListener } from '@efferent/ros';
import { describe, expect, test } from 'vitest';
import type { Probe } from './probe.ts';

/** Time: timers, `/clock` and transforms. */
export function describeTime(probe: Probe): void {
  describe('time', () => {
    test('a timer fires once a period until it is cancelled, and again after a reset', async () => {
      let ticks = 0;
      const startNs = probe.node.steadyClock.nowNs();
      const timer = probe.node.createTimer(
        10_000_000n,
        () => {
          ticks++;
        },
        probe.node.steadyClock,
      );
      await probe.harness.until(() => ticks >= 5, 'five ticks');
      expect(probe.node.steadyClock.nowNs() - startNs).toBeGreaterThanOrEqual(49_000_000n);
      timer.cancel();
      const atCancel = ticks;
      await probe.harness.pass(40);
      expect(ticks).toBe(atCancel);
      expect(timer.isCanceled()).toBe(true);
      timer.reset();
      await probe.harness.until(() => ticks > atCancel, 'a tick after the reset');
      timer.cancel();
    });

    test('a node with use_sim_time lives by /clock', async (context) => {
      if (probe.harness.isVirtual) context.skip('in lockstep every clock is the virtual one');
      const clock = probe.node.createPublisher('rosgraph_msgs/msg/Clock', '/clock', qosProfiles.clock);
      const { rosArguments } = parseRosArguments(['--ros-args', '-p', 'use_sim_time:=true']);
      const simulated = await probe.createNode({ rosArguments });
      let ticks = 0;
      simulated.createTimer(1_000_000_000n, () => {
        ticks++;
      });
      const show = async (sec: number) => {
        const isThere = () => {
          clock.publish({ clock: { sec } });
          return simulated.clock.nowNs() === BigInt(sec) * 1_000_000_000n;
        };
        await probe.harness.until(isThere, `time ${sec}`);
      };
      await show(100);
      expect(ticks).toBe(0);
      const slept = simulated.sleep(2000);
      await show(101);
      expect(ticks).toBe(1);
      await show(102);
      await slept;
      expect(ticks).toBe(2);
      await show(5);
      await show(6);
      expect(ticks).toBe(3);
      await simulated.destroy();
    });

    test('use_sim_time can be set while a node runs: timers keep what they had to wait', async (context) => {
      const { harness, node } = probe;
      const live = await probe.createNode();
      const set = (value: boolean) =>
        probe.call('rcl_interfaces/srv/SetParameters', `${live.name}/set_parameters`, {
          parameters: [{ name: 'use_sim_time', value: { type: 1, bool_value: value } }],
        });
      if (harness.isVirtual) {
        expect((await set(true)).results[0]!.reason).toContain('every node lives by the virtual clock');
        context.skip('in lockstep every clock is the virtual one');
      }
      const clock = node.createPublisher('rosgraph_msgs/msg/Clock', '/clock', qosProfiles.clock);
      let ticks = 0;
      live.createTimer(60_000_000_000n, () => {
        ticks++;
      });
      expect(live.clock.nowNs()).toBeGreaterThan(1_700_000_000_000_000_000n);
      expect((await set(true)).results[0]).toEqual({ successful: true, reason: '' });
      const show = async (sec: number) => {
        const isThere = () => {
          clock.publish({ clock: { sec } });
          return live.clock.nowNs() === BigInt(sec) * 1_000_000_000n;
        };
        await harness.until(isThere, `time ${sec}`);
      };
      await show(100);
      await show(159);
      expect(ticks).toBe(0);
      await show(161);
      expect(ticks).toBe(1);
      await set(false);
      expect(live.clock.nowNs()).toBeGreaterThan(1_700_000_000_000_000_000n);
      const isListening = () =>
        node.getSubscriptionsInfoByTopic('/clock').some(({ nodeName }) => nodeName === live.name);
      await harness.until(() => !isListening(), 'the end of its subscription to /clock');
      node.destroyPublisher(clock);
      await harness.settle(live.destroy());
    });

    test('transforms come together from /tf and /tf_static, interpolated between stamps', async () => {
      const listener = new TransformListener(probe.node);
      await probe.harness.until(
        () => listener.lookup('odom', 'camera') !== undefined,
        'a chain of transforms',
      );
      const nowNs = probe.node.clock.nowNs();
      await probe.harness.until(
        () => listener.lookup('odom', 'camera', nowNs) !== undefined,
        'a transform at that time',
      );
      const odomFromCamera = listener.lookup('odom', 'camera', nowNs)!;
      expect(odomFromCamera.translation[2]).toBeCloseTo(1.2);
      expect(odomFromCamera.translation[0]).toBeGreaterThan(0);
    });
  });
}
