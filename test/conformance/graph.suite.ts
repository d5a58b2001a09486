import { typeHash } from '@efferent/interfaces/node';
import { describe, expect, test } from 'vitest';
import { errorOf, type Probe } from './probe.ts';

/** The graph: who is there and what they have. */
export function describeGraph(probe: Probe): void {
  describe('the graph', () => {
    test('tells nodes, topics with types, services and who owns what', async () => {
      const client = probe.node.createClient('example_interfaces/srv/AddTwoInts', 'add');
      await probe.harness.settle(client.waitForService(2000));
      const isKnown = () =>
        probe.node
          .getNodeNamesAndNamespaces()
          .some(({ name, namespace }) => name === 'peer' && namespace === '/lab');
      await probe.harness.until(isKnown, 'the peer');
      expect(probe.node.getTopicNamesAndTypes()).toContainEqual({
        name: '/lab/latched',
        types: ['std_msgs/msg/String'],
      });
      expect(probe.node.getServiceNamesAndTypes()).toContainEqual({
        name: '/lab/add',
        types: ['example_interfaces/srv/AddTwoInts'],
      });
      expect(probe.node.getServiceNamesAndTypesByNode('peer', '/lab')).toContainEqual({
        name: '/lab/fibonacci/_action/send_goal',
        types: ['example_interfaces/action/Fibonacci_SendGoal'],
      });
      const calls = () =>
        probe.node.getClientNamesAndTypesByNode(probe.node.name, '/lab').map(({ name }) => name);
      await probe.harness.until(() => calls().includes('/lab/add'), 'the client');
      const [publisher] = probe.node.getPublishersInfoByTopic('latched');
      expect(publisher).toEqual({
        nodeName: 'peer',
        nodeNamespace: '/lab',
        topicType: 'std_msgs/msg/String',
        qos: { history: 'keep-last', depth: 2, reliability: 'reliable', durability: 'transient-local' },
      });
      expect(probe.node.getSubscriptionsInfoByTopic('say').map(({ nodeName }) => nodeName)).toEqual(['peer']);
    });

    test('forgets a destroyed node and ends what it waited for', async () => {
      const passing = await probe.createNode();
      const isThere = () => probe.node.getNodeNamesAndNamespaces().some(({ name }) => name === passing.name);
      await probe.harness.until(isThere, 'the node');
      const sleeping = errorOf(passing.sleep(60_000));
      await probe.harness.settle(passing.destroy());
      expect(await probe.harness.settle(sleeping)).toMatchObject({ code: 'aborted' });
      await probe.harness.until(() => !isThere(), 'its departure');
      expect(() => passing.createPublisher('std_msgs/msg/Empty', 'x')).toThrowError(/was destroyed/);
    });

    test('refuses a second node of one name in a process, in whatever thread the first one is', async (context) => {
      if (!probe.harness.isPeerInProcess) context.skip('the peer is in another process');
      const error = await probe.harness.settle(
        errorOf(probe.harness.context.createNode('peer', { namespace: '/lab' })),
      );
      expect(error).toMatchObject({
        code: 'node-name-taken',
        message: 'a node called /lab/peer is already in this process',
      });
      const first = await probe.createNode();
      await probe.harness.settle(first.destroy());
      const again = await probe.harness.settle(
        probe.harness.context.createNode(first.name, { namespace: '/lab' }),
      );
      await probe.harness.settle(again.destroy());
    });

    test('describes every type that a node uses, by its hash, with its source', async () => {
      const describeType = async (type_name: string) => {
        const request = { type_name, type_hash: typeHash(type_name), include_type_sources: true };
        return probe.call(
          'type_description_interfaces/srv/GetTypeDescription',
          'peer/get_type_description',
          request,
        );
      };
      const joints = await describeType('sensor_msgs/msg/JointState');
      expect(joints.successful).toBe(true);
      const { type_description, referenced_type_descriptions } = joints.type_description;
      expect(
        type_description.fields.map(({ name, type }) => [name, type.type_id, type.nested_type_name]),
      ).toEqual([
        ['header', 1, 'std_msgs/msg/Header'],
        ['name', 161, ''],
        ['position', 155, ''],
        ['velocity', 155, ''],
        ['effort', 155, ''],
      ]);
      expect(referenced_type_descriptions.map(({ type_name }) => type_name)).toEqual([
        'builtin_interfaces/msg/Time',
        'std_msgs/msg/Header',
      ]);
      expect(joints.type_sources[0]).toMatchObject({ encoding: 'msg' });
      expect(joints.type_sources[0]!.raw_file_contents).toContain('float64[] effort');
      const service = await describeType('example_interfaces/srv/AddTwoInts');
      expect(service.type_description.type_description.fields.map(({ name }) => name)).toEqual([
        'request_message',
        'response_message',
        'event_message',
      ]);
      const action = await describeType('example_interfaces/action/Fibonacci');
      expect(action.type_description.type_description.fields.map(({ name }) => name)).toContain(
        'send_goal_service',
      );
      expect(await describeType('sensor_msgs/msg/Imu')).toMatchObject({
        successful: false,
        failure_reason: expect.stringContaining('sensor_msgs/msg/Imu'),
      });
    });
  });
}
