import type { MiddlewareError } from '@efferent/core';
import { codecOf, type MessageTypes } from '@efferent/interfaces';
import { goalStatus, parseRosArguments, qosProfiles, type RosNode, TransformListener } from '@efferent/ros';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Harness } from './harness.ts';

const keepAll = { history: 'keep-all', depth: 0, reliability: 'reliable', durability: 'volatile' } as const;
const latched = {
  history: 'keep-last',
  depth: 10,
  reliability: 'reliable',
  durability: 'transient-local',
} as const;
const second = { timeoutMs: 2000 };

/** Runs every promise of the ROS port against a middleware; `/lab/peer` runs `startPeer`. */
export function describeRosPort(name: string, open: () => Promise<Harness>): void {
  describe(name, () => {
    let harness: Harness;
    let node: RosNode;
    let created = 0;
    const createNode = (options?: Parameters<Harness['context']['createNode']>[1]) =>
      harness.settle(harness.context.createNode(`probe_${created++}`, { namespace: '/lab', ...options }));
    const errorOf = (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error: unknown) => error as MiddlewareError,
      );

    beforeAll(async () => {
      harness = await open();
      node = await createNode();
    });
    afterAll(() => harness.stop());

    describe('topics', () => {
      test('keep-all and reliable lose nothing and keep the order', async () => {
        const heard: string[] = [];
        node.createSubscription('sensor_msgs/msg/JointState', 'echo', { qos: keepAll }, ({ name }) =>
          heard.push(name[0]!),
        );
        const publisher = node.createPublisher('sensor_msgs/msg/JointState', 'say', keepAll);
        await harness.until(() => publisher.subscriptionCount === 1, 'the peer listens');
        await meet('/lab/echo');
        const sent = Array.from({ length: 500 }, (_, i) => `joint_${i}`);
        for (const joint of sent) publisher.publish({ name: [joint], position: new Float64Array(40) });
        await harness.until(() => heard.length >= sent.length, 'every echo');
        expect(heard).toEqual(sent);
      });

      test('a late subscriber gets what a latched publisher keeps, a volatile one nothing of it', async () => {
        const fresh: string[] = [];
        const late: string[] = [];
        const volatile = { qos: qosProfiles.default };
        const first = node.createSubscription('std_msgs/msg/String', 'latched', volatile, ({ data }) =>
          fresh.push(data),
        );
        await harness.until(() => first.publisherCount === 1, 'the latched publisher');
        await harness.pass(50);
        node.createSubscription('std_msgs/msg/String', 'latched', { qos: latched }, ({ data }) =>
          late.push(data),
        );
        await harness.until(() => late.length >= 2, 'the latched messages');
        expect(late).toEqual(['second', 'third']);
        expect(fresh).toEqual([]);
      });

      test('keep-last drops the oldest messages of a burst that the subscriber cannot follow', async () => {
        const heard: number[] = [];
        const qos = { ...qosProfiles.default, depth: 3 };
        node.createSubscription('std_msgs/msg/Float64', 'burst', { qos }, ({ data }) => heard.push(data));
        const publisher = node.createPublisher('std_msgs/msg/Float64', 'burst');
        await harness.until(() => publisher.subscriptionCount === 1, 'a match');
        for (let data = 0; data < 20; data++) publisher.publish({ data });
        await harness.until(() => heard.includes(19), 'the newest message');
        await harness.pass(20);
        expect(heard).toEqual([17, 18, 19]);
      });

      test('a best-effort publisher does not match a reliable subscription, which is told why', async () => {
        const qos = qosProfiles.default;
        const strict = node.createSubscription('std_msgs/msg/String', 'unreliable', { qos }, () => undefined);
        const relaxed = node.createSubscription(
          'std_msgs/msg/String',
          'unreliable',
          { qos: qosProfiles.sensorData },
          () => undefined,
        );
        await harness.until(() => relaxed.publisherCount === 1, 'the best-effort match');
        expect(strict.publisherCount).toBe(0);
        const isTold = () =>
          harness.logged.some(
            ({ event, fields }) => event === 'endpoints-incompatible' && fields.topic === '/lab/unreliable',
          );
        await harness.until(isTold, 'a warning');
      });

      test('missing fields arrive as their defaults and text outside ASCII as it was', async () => {
        const heard: MessageTypes['geometry_msgs/msg/PoseStamped'][] = [];
        node.createSubscription('geometry_msgs/msg/PoseStamped', 'defaults', {}, (message) =>
          heard.push(message),
        );
        const ask = node.createPublisher('std_msgs/msg/Empty', 'ask_defaults');
        await harness.until(() => ask.subscriptionCount === 1, 'the peer listens');
        await meet('/lab/defaults');
        ask.publish({});
        await harness.until(() => heard.length === 1, 'an answer');
        expect(heard[0]).toEqual({
          header: { stamp: { sec: 0, nanosec: 0 }, frame_id: 'Küche' },
          pose: { position: { x: 0, y: 0, z: 0 }, orientation: { x: 0, y: 0, z: 0, w: 1 } },
        });
      });

      test('a raw subscription gets CDR that decodes', async () => {
        const heard: object[] = [];
        const type = 'std_msgs/msg/String';
        node.createRawSubscription(type, 'latched', { qos: latched }, (bytes) =>
          heard.push(codecOf(type).decode(bytes)),
        );
        await harness.until(() => heard.length >= 2, 'the latched messages');
        expect(heard).toEqual([{ data: 'second' }, { data: 'third' }]);
      });

      test('a destroyed subscription hears nothing more', async () => {
        const heard: string[] = [];
        const subscription = node.createSubscription('std_msgs/msg/String', 'ended', {}, ({ data }) =>
          heard.push(data),
        );
        const publisher = node.createPublisher('std_msgs/msg/String', 'ended');
        await harness.until(() => publisher.subscriptionCount === 1, 'a match');
        publisher.publish({ data: 'before' });
        await harness.until(() => heard.length === 1, 'the message before');
        node.destroySubscription(subscription);
        await harness.until(() => publisher.subscriptionCount === 0, 'the end of the match');
        publisher.publish({ data: 'after' });
        await harness.pass(20);
        expect(heard).toEqual(['before']);
      });

      test('a wrong message is refused where it is published, naming the field', () => {
        const publisher = node.createPublisher('geometry_msgs/msg/Twist', 'wrong');
        expect(() => publisher.publish({ linear: { x: 'fast' as unknown as number } })).toThrowError(
          /linear\.x.*must be a number/,
        );
      });
    });

    describe('services', () => {
      test('many calls at a time each get their own answer, 64-bit integers whole', async () => {
        const client = node.createClient('example_interfaces/srv/AddTwoInts', 'add');
        expect(await harness.settle(client.waitForService(2000))).toBe(true);
        const calls = Array.from({ length: 60 }, (_, i) =>
          client.sendRequestAsync({ a: 2n ** 60n, b: BigInt(i) }, second),
        );
        const sums = (await harness.settle(Promise.all(calls))).map(({ sum }) => sum);
        expect(sums).toEqual(calls.map((_, i) => 2n ** 60n + BigInt(i)));
      });

      test('an answer may take its time', async () => {
        const client = node.createClient('std_srvs/srv/Trigger', 'slow');
        expect(await harness.settle(client.sendRequestAsync({}, second))).toEqual({
          success: true,
          message: 'done',
        });
      });

      test('a service that nobody serves is not available, and calling it times out by name', async () => {
        const client = node.createClient('std_srvs/srv/Trigger', 'absent');
        expect(client.isServiceServerAvailable()).toBe(false);
        expect(await harness.settle(client.waitForService(30))).toBe(false);
        const error = await harness.settle(errorOf(client.sendRequestAsync({}, { timeoutMs: 30 })));
        expect(error).toMatchObject({ code: 'timeout', message: 'waited 30 ms for a server of /lab/absent' });
      });

      test('a call can be given up', async () => {
        const client = node.createClient('std_srvs/srv/Trigger', 'slow');
        const controller = new AbortController();
        const call = errorOf(client.sendRequestAsync({}, { ...second, signal: controller.signal }));
        controller.abort();
        expect(await harness.settle(call)).toMatchObject({ code: 'aborted' });
      });
    });

    describe('actions', () => {
      const fibonacci = 'example_interfaces/action/Fibonacci';

      test('a goal gives feedback in order, then its result', async () => {
        const client = node.createActionClient(fibonacci, 'fibonacci');
        expect(await harness.settle(client.waitForServer(2000))).toBe(true);
        const lengths: number[] = [];
        const onFeedback = ({ sequence }: { sequence: Int32Array }) => lengths.push(sequence.length);
        await meet('/lab/fibonacci/_action/feedback');
        const goal = await harness.settle(client.sendGoal({ order: 7 }, { ...second, onFeedback }));
        expect(goal.accepted).toBe(true);
        const { status, result } = await harness.settle(goal.getResult(second));
        expect(status).toBe(goalStatus.succeeded);
        expect([...result.sequence]).toEqual([0, 1, 1, 2, 3, 5, 8]);
        expect(lengths).toEqual([3, 4, 5, 6, 7]);
        expect(goal.status).toBe(goalStatus.succeeded);
      });

      test('a refused goal says so and has no result', async () => {
        const client = node.createActionClient(fibonacci, 'fibonacci');
        const goal = await harness.settle(client.sendGoal({ order: -1 }, second));
        expect(goal.accepted).toBe(false);
        expect(await harness.settle(errorOf(goal.getResult(second)))).toMatchObject({
          code: 'goal-rejected',
        });
      });

      test('a cancelled goal ends as cancelled with what it has', async () => {
        const client = node.createActionClient(fibonacci, 'fibonacci');
        let seen = 0;
        const onFeedback = () => {
          seen++;
        };
        const goal = await harness.settle(client.sendGoal({ order: 1000 }, { ...second, onFeedback }));
        await harness.until(() => seen > 0, 'feedback');
        expect(await harness.settle(goal.cancelGoal(second))).toBe(true);
        const { status, result } = await harness.settle(goal.getResult(second));
        expect(status).toBe(goalStatus.canceled);
        expect(result.sequence.length).toBeLessThan(1000);
      });

      test('a server may refuse to cancel', async () => {
        const client = node.createActionClient(fibonacci, 'stubborn');
        const goal = await harness.settle(client.sendGoal({ order: 100 }, second));
        expect(await harness.settle(goal.cancelGoal(second))).toBe(false);
        expect((await harness.settle(goal.getResult(second))).status).toBe(goalStatus.succeeded);
      });

      test('a goal whose execution throws is aborted', async () => {
        const client = node.createActionClient(fibonacci, 'fibonacci');
        const goal = await harness.settle(client.sendGoal({ order: 13 }, second));
        expect((await harness.settle(goal.getResult(second))).status).toBe(goalStatus.aborted);
      });

      test('a result can be asked for after the goal has ended', async () => {
        const client = node.createActionClient(fibonacci, 'fibonacci');
        const goal = await harness.settle(client.sendGoal({ order: 2 }, second));
        await harness.pass(100);
        expect((await harness.settle(goal.getResult(second))).status).toBe(goalStatus.succeeded);
      });
    });

    describe('parameters', () => {
      test('overrides of the command line win over defaults, also through a parameter file and namespaces', async () => {
        const { rosArguments } = parseRosArguments([
          '--ros-args',
          '-r',
          '__node:=tuned',
          '-r',
          '__ns:=/lab/arm',
          '-p',
          'speed:=0.25',
          '-p',
          'names:=[a, b]',
          '--params-file',
          new URL('fixtures/tuned.yaml', import.meta.url).pathname,
        ]);
        const tuned = await harness.settle(harness.context.createNode('untuned', { rosArguments }));
        expect([tuned.name, tuned.namespace]).toEqual(['tuned', '/lab/arm']);
        expect(tuned.declareParameter('speed', 1, { description: 'from -p' })).toBe(0.25);
        expect(tuned.declareParameter('names', ['x'], { description: 'from -p' })).toEqual(['a', 'b']);
        expect(tuned.declareParameter('limits.force', 0, { description: 'from the file, nested' })).toBe(
          12.5,
        );
        expect(tuned.declareParameter('everywhere', false, { description: 'from a wildcard' })).toBe(true);
        expect(() =>
          tuned.declareParameter('mode', 'slow', { description: 'wrong type in the file' }),
        ).toThrowError(/tuned\.yaml:\d+: \/lab\/arm\/tuned: parameter "mode" must be a string, got 3/);
        await harness.settle(tuned.destroy());
      });

      test('another node reads, describes and lists them', async () => {
        const get = node.createClient('rcl_interfaces/srv/GetParameters', 'peer/get_parameters');
        const { values } = await harness.settle(
          get.sendRequestAsync({ names: ['gain', 'count', 'joints', 'none'] }, second),
        );
        expect(values.map(({ type }) => type)).toEqual([3, 2, 9, 0]);
        expect(values[0]!.double_value).toBe(1.5);
        expect(values[1]!.integer_value).toBe(3n);
        expect(values[2]!.string_array_value).toEqual(['lift', 'wrist']);
        const describe = node.createClient(
          'rcl_interfaces/srv/DescribeParameters',
          'peer/describe_parameters',
        );
        const { descriptors } = await harness.settle(describe.sendRequestAsync({ names: ['gain'] }, second));
        expect(descriptors[0]).toMatchObject({
          name: 'gain',
          floating_point_range: [{ from_value: 0, to_value: 10 }],
        });
        const list = node.createClient('rcl_interfaces/srv/ListParameters', 'peer/list_parameters');
        const { result } = await harness.settle(list.sendRequestAsync({}, second));
        expect(result.names).toEqual(['use_sim_time', 'gain', 'count', 'robot', 'joints']);
      });

      test('a set that breaks a range, a type, a callback or read-only is refused with the reason; a good one is announced', async () => {
        const changed: string[] = [];
        node.createSubscription('rcl_interfaces/msg/ParameterEvent', '/parameter_events', {}, (event) => {
          if (event.node === '/lab/peer') for (const { name } of event.changed_parameters) changed.push(name);
        });
        await meet('/parameter_events', 'peer');
        const set = node.createClient('rcl_interfaces/srv/SetParameters', 'peer/set_parameters');
        const parameters = [
          { name: 'gain', value: { type: 3, double_value: 11 } },
          { name: 'gain', value: { type: 4, string_value: 'much' } },
          { name: 'gain', value: { type: 3, double_value: 7 } },
          { name: 'robot', value: { type: 4, string_value: 'other' } },
          { name: 'nobody', value: { type: 1, bool_value: true } },
          { name: 'gain', value: { type: 3, double_value: 2.5 } },
        ];
        const { results } = await harness.settle(set.sendRequestAsync({ parameters }, second));
        expect(results.map(({ reason }) => reason)).toEqual([
          'parameter "gain" must be in [0, 10], got 11',
          'parameter "gain" must be a number, got "much"',
          'seven is taken',
          'parameter "robot" is read-only',
          'parameter "nobody" is not declared',
          '',
        ]);
        await harness.until(() => changed.length > 0, 'the parameter event');
        expect(changed).toEqual(['gain']);
      });
    });

    describe('time', () => {
      test('a timer fires once a period until it is cancelled, and again after a reset', async () => {
        let ticks = 0;
        const startNs = node.steadyClock.nowNs();
        const timer = node.createTimer(
          10_000_000n,
          () => {
            ticks++;
          },
          node.steadyClock,
        );
        await harness.until(() => ticks >= 5, 'five ticks');
        expect(node.steadyClock.nowNs() - startNs).toBeGreaterThanOrEqual(49_000_000n);
        timer.cancel();
        const atCancel = ticks;
        await harness.pass(40);
        expect(ticks).toBe(atCancel);
        expect(timer.isCanceled()).toBe(true);
        timer.reset();
        await harness.until(() => ticks > atCancel, 'a tick after the reset');
        timer.cancel();
      });

      test('a node with use_sim_time lives by /clock', async (context) => {
        if (harness.isVirtual) context.skip('in lockstep every clock is the virtual one');
        const clock = node.createPublisher('rosgraph_msgs/msg/Clock', '/clock', qosProfiles.clock);
        const { rosArguments } = parseRosArguments(['--ros-args', '-p', 'use_sim_time:=true']);
        const simulated = await createNode({ rosArguments });
        let ticks = 0;
        simulated.createTimer(1_000_000_000n, () => {
          ticks++;
        });
        const show = async (sec: number) => {
          const isThere = () => {
            clock.publish({ clock: { sec } });
            return simulated.clock.nowNs() === BigInt(sec) * 1_000_000_000n;
          };
          await harness.until(isThere, `time ${sec}`);
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
    });

    test('transforms come together from /tf and /tf_static, interpolated between stamps', async () => {
      const listener = new TransformListener(node);
      await harness.until(() => listener.lookup('odom', 'camera') !== undefined, 'a chain of transforms');
      const nowNs = node.clock.nowNs();
      await harness.until(
        () => listener.lookup('odom', 'camera', nowNs) !== undefined,
        'a transform at that time',
      );
      const odomFromCamera = listener.lookup('odom', 'camera', nowNs)!;
      expect(odomFromCamera.translation[2]).toBeCloseTo(1.2);
      expect(odomFromCamera.translation[0]).toBeGreaterThan(0);
    });

    describe('the graph', () => {
      test('tells nodes, topics with types, services and who owns what', async () => {
        const client = node.createClient('example_interfaces/srv/AddTwoInts', 'add');
        await harness.settle(client.waitForService(2000));
        const isKnown = () =>
          node
            .getNodeNamesAndNamespaces()
            .some(({ name, namespace }) => name === 'peer' && namespace === '/lab');
        await harness.until(isKnown, 'the peer');
        expect(node.getTopicNamesAndTypes()).toContainEqual({
          name: '/lab/latched',
          types: ['std_msgs/msg/String'],
        });
        expect(node.getServiceNamesAndTypes()).toContainEqual({
          name: '/lab/add',
          types: ['example_interfaces/srv/AddTwoInts'],
        });
        expect(node.getServiceNamesAndTypesByNode('peer', '/lab')).toContainEqual({
          name: '/lab/fibonacci/_action/send_goal',
          types: ['example_interfaces/action/Fibonacci_SendGoal'],
        });
        const calls = () => node.getClientNamesAndTypesByNode(node.name, '/lab').map(({ name }) => name);
        await harness.until(() => calls().includes('/lab/add'), 'the client');
        const [publisher] = node.getPublishersInfoByTopic('latched');
        expect(publisher).toEqual({
          nodeName: 'peer',
          nodeNamespace: '/lab',
          topicType: 'std_msgs/msg/String',
          qos: { history: 'keep-last', depth: 2, reliability: 'reliable', durability: 'transient-local' },
        });
        expect(node.getSubscriptionsInfoByTopic('say').map(({ nodeName }) => nodeName)).toEqual(['peer']);
      });

      test('forgets a destroyed node and ends what it waited for', async () => {
        const passing = await createNode();
        const isThere = () => node.getNodeNamesAndNamespaces().some(({ name }) => name === passing.name);
        await harness.until(isThere, 'the node');
        const sleeping = errorOf(passing.sleep(60_000));
        await harness.settle(passing.destroy());
        expect(await harness.settle(sleeping)).toMatchObject({ code: 'aborted' });
        await harness.until(() => !isThere(), 'its departure');
        expect(() => passing.createPublisher('std_msgs/msg/Empty', 'x')).toThrowError(/was destroyed/);
      });
    });

    // Last, as the peer does not come back.
    test('a goal ends with "server-lost" when its server leaves the graph', async () => {
      const client = node.createActionClient('example_interfaces/action/Fibonacci', 'stubborn');
      const goal = await harness.settle(client.sendGoal({ order: 60_000 }, second));
      const outcome = errorOf(goal.getResult({ timeoutMs: 60_000 }));
      await harness.stopPeer();
      expect(await harness.settle(outcome)).toMatchObject({ code: 'server-lost' });
      const isGone = () => node.getNodeNamesAndNamespaces().every(({ name }) => name !== 'peer');
      await harness.until(isGone, 'the peer to leave the graph', 4000);
    });

    /** Waits until what the peer publishes on a topic reaches this node's subscriptions. */
    async function meet(topic: string, publisher = 'peer'): Promise<void> {
      const isSeen = () =>
        node.getPublishersInfoByTopic(topic).some(({ nodeName }) => nodeName === publisher) &&
        node.getSubscriptionsInfoByTopic(topic).some(({ nodeName }) => nodeName === node.name);
      await harness.until(isSeen, `a publisher and a subscription of ${topic}`);
      await harness.pass(50);
    }
  });
}
