import { codecOf, type MessageTypes } from '@efferent/interfaces';
import { qosProfiles } from '@efferent/ros';
import { describe, expect, test } from 'vitest';
import type { Probe } from './probe.ts';

const keepAll = { history: 'keep-all', depth: 0, reliability: 'reliable', durability: 'volatile' } as const;
const latched = {
  history: 'keep-last',
  depth: 10,
  reliability: 'reliable',
  durability: 'transient-local',
} as const;

/** Topics: what arrives, in which order, with which quality of service. */
export function describeTopics(probe: Probe): void {
  describe('topics', () => {
    test('keep-all and reliable lose nothing and keep the order', async () => {
      const heard: string[] = [];
      probe.node.createSubscription('sensor_msgs/msg/JointState', 'echo', { qos: keepAll }, ({ name }) =>
        heard.push(name[0]!),
      );
      const publisher = probe.node.createPublisher('sensor_msgs/msg/JointState', 'say', keepAll);
      await probe.harness.until(() => publisher.subscriptionCount === 1, 'the peer listens');
      await probe.meet('/lab/echo');
      const sent = Array.from({ length: 500 }, (_, i) => `joint_${i}`);
      for (const joint of sent) publisher.publish({ name: [joint], position: new Float64Array(40) });
      await probe.harness.until(() => heard.length >= sent.length, 'every echo');
      expect(heard).toEqual(sent);
    });

    test('a late subscriber gets what a latched publisher keeps, a volatile one nothing of it', async () => {
      const fresh: string[] = [];
      const late: string[] = [];
      const volatile = { qos: qosProfiles.default };
      const first = probe.node.createSubscription('std_msgs/msg/String', 'latched', volatile, ({ data }) =>
        fresh.push(data),
      );
      await probe.harness.until(() => first.publisherCount === 1, 'the latched publisher');
      await probe.harness.pass(50);
      probe.node.createSubscription('std_msgs/msg/String', 'latched', { qos: latched }, ({ data }) =>
        late.push(data),
      );
      await probe.harness.until(() => late.length >= 2, 'the latched messages');
      expect(late).toEqual(['second', 'third']);
      expect(fresh).toEqual([]);
    });

    test('keep-last drops the oldest messages of a burst that the subscriber cannot follow', async () => {
      const heard: number[] = [];
      const qos = { ...qosProfiles.default, depth: 3 };
      probe.node.createSubscription('std_msgs/msg/Float64', 'burst', { qos }, ({ data }) => heard.push(data));
      const publisher = probe.node.createPublisher('std_msgs/msg/Float64', 'burst');
      await probe.harness.until(() => publisher.subscriptionCount === 1, 'a match');
      for (let data = 0; data < 20; data++) publisher.publish({ data });
      await probe.harness.until(() => heard.includes(19), 'the newest message');
      await probe.harness.pass(20);
      expect(heard).toEqual([17, 18, 19]);
    });

    test('a best-effort publisher does not match a reliable subscription, and both are told why', async () => {
      const rosout: { name: string; msg: string }[] = [];
      const qos = qosProfiles.default;
      probe.node.createSubscription('rcl_interfaces/msg/Log', '/rosout', { qos: qosProfiles.rosout }, (log) =>
        rosout.push(log),
      );
      const strict = probe.node.createSubscription(
        'std_msgs/msg/String',
        'unreliable',
        { qos },
        () => undefined,
      );
      const relaxed = probe.node.createSubscription(
        'std_msgs/msg/String',
        'unreliable',
        { qos: qosProfiles.sensorData },
        () => undefined,
      );
      await probe.harness.until(() => relaxed.publisherCount === 1, 'the best-effort match');
      expect(strict.publisherCount).toBe(0);
      const { logged } = probe.harness;
      const warning = () =>
        logged.find(
          (record) =>
            record.node === `/lab/${probe.node.name}` &&
            record.event === 'endpoints-incompatible' &&
            record.fields.topic === '/lab/unreliable',
        );
      await probe.harness.until(() => warning() !== undefined, 'a warning of this side');
      expect(warning()!.fields).toEqual({
        topic: '/lab/unreliable',
        peer: '/lab/peer',
        policy: 'RELIABILITY',
        reason: 'the publisher is best effort, the subscription wants reliable',
      });
      const expected = `topic=/lab/unreliable peer=/lab/${probe.node.name} policy=RELIABILITY`;
      const isTold = ({ name, msg }: { name: string; msg: string }) =>
        name === 'lab.peer' && msg.includes(expected);
      await probe.harness.until(() => rosout.some(isTold), 'a warning of the other side on /rosout');
    });

    test('a subscription that wants what is kept does not match a volatile publisher, and both are told why', async () => {
      const { harness, node } = probe;
      node.createSubscription(
        'std_msgs/msg/String',
        'volatile',
        { qos: qosProfiles.latched },
        () => undefined,
      );
      const publisher = node.createPublisher('std_msgs/msg/String', 'volatile');
      const warnings = () =>
        harness.logged.filter(
          ({ fields }) => fields.policy === 'DURABILITY' && fields.topic === '/lab/volatile',
        );
      await harness.until(() => warnings().length === 2, 'a warning of each side');
      expect(publisher.subscriptionCount).toBe(0);
    });

    test('a latecomer does not get what is older than the lifespan of its publisher', async (context) => {
      const { harness, node } = probe;
      if (harness.context.middleware === 'rclnodejs') context.skip('rclnodejs cannot set a lifespan');
      const heard: string[] = [];
      const publisher = node.createPublisher('std_msgs/msg/String', 'fleeting', {
        ...latched,
        lifespanMs: 100,
      });
      publisher.publish({ data: 'old' });
      await harness.pass(200);
      publisher.publish({ data: 'new' });
      node.createSubscription('std_msgs/msg/String', 'fleeting', { qos: latched }, ({ data }) =>
        heard.push(data),
      );
      await harness.until(() => heard.length > 0, 'the new message');
      await harness.pass(20);
      expect(heard).toEqual(['new']);
    });

    test('missing fields arrive as their defaults and text outside ASCII as it was', async () => {
      const heard: MessageTypes['geometry_msgs/msg/PoseStamped'][] = [];
      probe.node.createSubscription('geometry_msgs/msg/PoseStamped', 'defaults', {}, (message) =>
        heard.push(message),
      );
      const ask = probe.node.createPublisher('std_msgs/msg/Empty', 'ask_defaults');
      await probe.harness.until(() => ask.subscriptionCount === 1, 'the peer listens');
      await probe.meet('/lab/defaults');
      ask.publish({});
      await probe.harness.until(() => heard.length === 1, 'an answer');
      expect(heard[0]).toEqual({
        header: { stamp: { sec: 0, nanosec: 0 }, frame_id: 'Küche' },
        pose: { position: { x: 0, y: 0, z: 0 }, orientation: { x: 0, y: 0, z: 0, w: 1 } },
      });
    });

    test('a raw subscription gets CDR that decodes', async () => {
      const heard: object[] = [];
      const type = 'std_msgs/msg/String';
      probe.node.createRawSubscription(type, 'latched', { qos: latched }, (bytes) =>
        heard.push(codecOf(type).decode(bytes)),
      );
      await probe.harness.until(() => heard.length >= 2, 'the latched messages');
      expect(heard).toEqual([{ data: 'second' }, { data: 'third' }]);
    });

    test('a destroyed subscription hears nothing more', async () => {
      const heard: string[] = [];
      const subscription = probe.node.createSubscription('std_msgs/msg/String', 'ended', {}, ({ data }) =>
        heard.push(data),
      );
      const publisher = probe.node.createPublisher('std_msgs/msg/String', 'ended');
      await probe.harness.until(() => publisher.subscriptionCount === 1, 'a match');
      publisher.publish({ data: 'before' });
      await probe.harness.until(() => heard.length === 1, 'the message before');
      probe.node.destroySubscription(subscription);
      await probe.harness.until(() => publisher.subscriptionCount === 0, 'the end of the match');
      publisher.publish({ data: 'after' });
      await probe.harness.pass(20);
      expect(heard).toEqual(['before']);
    });

    test('a wrong message is refused where it is published, naming the field', () => {
      const publisher = probe.node.createPublisher('geometry_msgs/msg/Twist', 'wrong');
      expect(() => publisher.publish({ linear: { x: 'fast' as unknown as number } })).toThrowError(
        /linear\.x.*must be a number/,
      );
    });
  });
}
