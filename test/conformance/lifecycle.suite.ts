import { ConfigurationError, immediateJobRunner } from '@efferent/core';
import { goalStatus, managedNode, parseRosArguments, type RosNode, whyNotServing } from '@efferent/ros';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorOf, type Probe, second } from './probe.ts';

const fibonacci = 'example_interfaces/action/Fibonacci';
const services = { jobs: immediateJobRunner, workspaceFolders: [] };

/** What makes the managed node of these tests fail; undefined for nothing. */
interface Trouble {
  configure?: Error | undefined;
  cleanUp?: Error | undefined;
}

/** Managed nodes: the services, the states, and what a node does in them. */
export function describeLifecycle(probe: Probe): void {
  describe('lifecycle', () => {
    const trouble: Trouble = {};
    const events: string[] = [];
    let managed: RosNode;

    const module = managedNode({
      name: 'managed',
      async configure(node) {
        if (trouble.configure !== undefined) throw trouble.configure;
        const speed = node.declareParameter('speed', 1, { description: 'm/s' });
        const moving = new Set<AbortController>();
        const status = node.createPublisher('std_msgs/msg/Float64', '~/status');
        const commands = node.createLifecyclePublisher('std_msgs/msg/Float64', '~/commands');
        node.createTimer(10_000_000n, () => {
          status.publish({ data: speed });
          commands.publish({ data: moving.size });
        });
        node.createActionServer(fibonacci, 'managed_fibonacci', {
          async execute(goal) {
            const stop = new AbortController();
            moving.add(stop);
            await node.sleep(goal.request.order, stop.signal).catch(() => undefined);
            moving.delete(stop);
            if (stop.signal.aborted) goal.abort();
            else goal.succeed();
            return { sequence: Int32Array.of(speed) };
          },
        });
        return {
          async deactivate(reason) {
            for (const stop of moving) stop.abort(reason);
          },
          async cleanUp() {
            if (trouble.cleanUp !== undefined) throw trouble.cleanUp;
          },
        };
      },
    });

    beforeAll(async () => {
      const { rosArguments } = parseRosArguments([
        '--ros-args',
        '-p',
        'autostart:=false',
        '-p',
        'speed:=2.0',
      ]);
      managed = await probe.createNode({ rosArguments });
      probe.node.createSubscription(
        'lifecycle_msgs/msg/TransitionEvent',
        `/lab/${managed.name}/transition_event`,
        {},
        ({ start_state, goal_state }) => events.push(`${start_state.label} > ${goal_state.label}`),
      );
      await probe.harness.settle(module.start(managed, services));
      await probe.meet(`/lab/${managed.name}/transition_event`, managed.name);
    });

    const service = (name: string) => `/lab/${managed.name}/${name}`;
    const state = async () =>
      (await probe.call('lifecycle_msgs/srv/GetState', service('get_state'), {})).current_state;
    const change = async (label: string) => {
      const { success } = await probe.call('lifecycle_msgs/srv/ChangeState', service('change_state'), {
        transition: { label },
      });
      return success;
    };
    const heardOn = (topic: string) => {
      const heard: number[] = [];
      probe.node.createSubscription('std_msgs/msg/Float64', service(topic), {}, ({ data }) =>
        heard.push(data),
      );
      return heard;
    };

    test('a node that does not start by itself is unconfigured and tells what can become of it', async () => {
      expect(await state()).toEqual({ id: 1, label: 'unconfigured' });
      const type = 'lifecycle_msgs/srv/GetAvailableTransitions';
      const { available_transitions } = await probe.call(type, service('get_available_transitions'), {});
      expect(available_transitions.map(({ transition }) => transition)).toEqual([
        { id: 1, label: 'configure' },
        { id: 5, label: 'shutdown' },
      ]);
      const { available_states } = await probe.call(
        'lifecycle_msgs/srv/GetAvailableStates',
        service('get_available_states'),
        {},
      );
      expect(available_states.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 15]);
      const graph = await probe.call(type, service('get_transition_graph'), {});
      expect(graph.available_transitions).toHaveLength(25);
    });

    test('an inactive node is there, refuses goals, sends no commands, and says why', async () => {
      expect(await change('activate')).toBe(false);
      expect(await change('configure')).toBe(true);
      expect(await state()).toEqual({ id: 2, label: 'inactive' });
      const status = heardOn('status');
      const commands = heardOn('commands');
      await probe.harness.until(() => status.length > 3, 'the status');
      expect(commands).toEqual([]);
      const client = probe.node.createActionClient(fibonacci, 'managed_fibonacci');
      const goal = await probe.harness.settle(client.sendGoal({ order: 1 }, second));
      expect(goal.accepted).toBe(false);
      expect(await probe.harness.settle(whyNotServing(probe.node, '/lab/managed_fibonacci'))).toBe(
        `its node /lab/${managed.name} is inactive: npx efferent lifecycle set /lab/${managed.name} activate`,
      );
      const { logged } = probe.harness;
      expect(logged.find(({ event }) => event === 'goal-refused')?.fields).toMatchObject({
        reason: `the node /lab/${managed.name} is inactive`,
      });
    });

    test('an active node acts; when it is deactivated, its goals end and it is silent again', async () => {
      const commands = heardOn('commands');
      expect(await change('activate')).toBe(true);
      expect(await probe.harness.settle(whyNotServing(probe.node, '/lab/managed_fibonacci'))).toBeUndefined();
      const client = probe.node.createActionClient(fibonacci, 'managed_fibonacci');
      const goal = await probe.harness.settle(client.sendGoal({ order: 60_000 }, second));
      expect(goal.accepted).toBe(true);
      await probe.harness.until(() => commands.includes(1), 'a command');
      expect(await change('deactivate')).toBe(true);
      expect((await probe.harness.settle(goal.getResult(second))).status).toBe(goalStatus.aborted);
      await probe.harness.pass(50);
      const { length } = commands;
      await probe.harness.pass(50);
      expect(commands).toHaveLength(length);
    });

    test('cleaning up takes its endpoints off the graph; it can be configured again and keeps its parameters', async () => {
      const { node, harness } = probe;
      const isServed = () =>
        node
          .getServiceNamesAndTypesByNode(managed.name, '/lab')
          .some(({ name }) => name.includes('managed_fibonacci'));
      expect(isServed()).toBe(true);
      expect(await change('cleanup')).toBe(true);
      await harness.until(() => !isServed(), 'the end of the action server');
      expect(await change('configure')).toBe(true);
      expect(await change('activate')).toBe(true);
      const client = node.createActionClient(fibonacci, 'managed_fibonacci');
      const goal = await harness.settle(client.sendGoal({ order: 1 }, second));
      const { status, result } = await harness.settle(goal.getResult(second));
      expect([status, ...result.sequence]).toEqual([goalStatus.succeeded, 2]);
      expect(await change('deactivate')).toBe(true);
      expect(await change('cleanup')).toBe(true);
    });

    test('a wrong file sends it back, a defect through error processing, and both are announced', async () => {
      // A topic may lag behind the answer of a service.
      await probe.harness.until(() => events.at(-1) === 'cleaningup > unconfigured', 'the last event so far');
      events.length = 0;
      trouble.configure = new ConfigurationError({ code: 'no-file', message: 'no such policy' });
      expect(await change('configure')).toBe(false);
      expect(await state()).toMatchObject({ label: 'unconfigured' });
      trouble.configure = new RangeError('out of range');
      expect(await change('configure')).toBe(false);
      expect(await state()).toMatchObject({ label: 'unconfigured' });
      await probe.harness.until(() => events.length >= 5, 'every event');
      expect(events).toEqual([
        'unconfigured > configuring',
        'configuring > unconfigured',
        'unconfigured > configuring',
        'configuring > errorprocessing',
        'errorprocessing > unconfigured',
      ]);
      trouble.configure = undefined;
    });

    test('a node that cannot even be cleaned up after an error is finalized, for good', async () => {
      expect(await change('configure')).toBe(true);
      trouble.cleanUp = new RangeError('stuck');
      expect(await change('shutdown')).toBe(false);
      expect(await state()).toEqual({ id: 1, label: 'unconfigured' });
      expect(await change('shutdown')).toBe(true);
      expect(await state()).toEqual({ id: 4, label: 'finalized' });
      expect(await change('configure')).toBe(false);
      trouble.cleanUp = undefined;
    });

    test('a node that starts by itself fails to start with the error itself', async () => {
      trouble.configure = new ConfigurationError({ code: 'no-file', message: 'no such policy' });
      const node = await probe.createNode();
      const error = await probe.harness.settle(errorOf(module.start(node, services)));
      expect(error?.message).toBe('no such policy');
      trouble.configure = undefined;
      await probe.harness.settle(node.destroy());
    });
  });
}
