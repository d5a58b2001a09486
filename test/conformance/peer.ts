import {
  createStaticTransformBroadcaster,
  createTransformBroadcaster,
  type RosNode,
  stampFromNs,
} from '@efferent/ros';

const keepAll = { history: 'keep-all', depth: 0, reliability: 'reliable', durability: 'volatile' } as const;
const latchedTwo = {
  history: 'keep-last',
  depth: 2,
  reliability: 'reliable',
  durability: 'transient-local',
} as const;
const bestEffort = {
  history: 'keep-last',
  depth: 5,
  reliability: 'best-effort',
  durability: 'volatile',
} as const;

/** The other side of the conformance suite: in the same process, or in one of its own. */
export function startPeer(node: RosNode): void {
  const echo = node.createPublisher('sensor_msgs/msg/JointState', 'echo', keepAll);
  node.createSubscription('sensor_msgs/msg/JointState', 'say', { qos: keepAll }, (message) =>
    echo.publish(message),
  );

  const latched = node.createPublisher('std_msgs/msg/String', 'latched', latchedTwo);
  for (const data of ['first', 'second', 'third']) latched.publish({ data });
  node.createPublisher('std_msgs/msg/String', 'unreliable', bestEffort);

  const defaults = node.createPublisher('geometry_msgs/msg/PoseStamped', 'defaults');
  node.createSubscription('std_msgs/msg/Empty', 'ask_defaults', {}, () =>
    defaults.publish({ header: { frame_id: 'Küche' } }),
  );

  node.createService('example_interfaces/srv/AddTwoInts', 'add', ({ a, b }) => ({ sum: a + b }));
  node.createService('std_srvs/srv/Trigger', 'slow', async () => {
    await node.sleep(50);
    return { success: true, message: 'done' };
  });

  node.createService('std_srvs/srv/Trigger', 'verbose', () => ({ message: 'tell me more, '.repeat(2000) }));
  node.createService('std_srvs/srv/Trigger', 'broken', () => {
    throw new RangeError('the beans are gone');
  });
  node.createService('example_interfaces/srv/AddTwoInts', 'broken_sum', () =>
    Promise.reject(new RangeError('cannot add')),
  );

  node.createActionServer('example_interfaces/action/Fibonacci', 'fibonacci', {
    onGoal: ({ order }) => order >= 0,
    async execute(goal) {
      const { order } = goal.request;
      if (order === 13) throw new RangeError('thirteen is refused on the way');
      const sequence = [0, 1];
      while (sequence.length < order && !goal.isCancelRequested) {
        await node.sleep(5);
        sequence.push(sequence.at(-1)! + sequence.at(-2)!);
        goal.publishFeedback({ sequence: Int32Array.from(sequence) });
      }
      if (goal.isCancelRequested) goal.canceled();
      else goal.succeed();
      return { sequence: Int32Array.from(sequence) };
    },
  });
  // The order tells how many milliseconds a goal of this action holds on without looking at cancel requests.
  node.createActionServer('example_interfaces/action/Fibonacci', 'stubborn', {
    onCancel: () => false,
    async execute(goal) {
      await node.sleep(goal.request.order);
      goal.succeed();
      return { sequence: new Int32Array(1) };
    },
  });

  node.declareParameter('gain', 1.5, { description: 'a number with a range', range: [0, 10] });
  node.declareParameter('count', 3, { description: 'an integer', integer: true });
  node.declareParameter('robot', 'stretch', { description: 'cannot be changed', readOnly: true });
  node.declareParameter('joints', ['lift', 'wrist'], { description: 'names' });
  node.declareParameter('level', 0.5, {
    description: 'a number in steps',
    range: [0, 1],
    step: 0.25,
    constraints: 'quarters only',
  });
  const applied = node.createPublisher('std_msgs/msg/Float64', 'applied_level', latchedTwo);
  node.afterSetParameters((changes) => {
    if (changes.has('level')) applied.publish({ data: node.getParameter('level') as number });
  });
  node.onSetParameters((changes) => (changes.get('gain') === 7 ? 'seven is taken' : undefined));

  createStaticTransformBroadcaster(node).send([
    { header: { frame_id: 'base_link' }, child_frame_id: 'camera', transform: { translation: { z: 1.2 } } },
  ]);
  const broadcaster = createTransformBroadcaster(node);
  let x = 0;
  node.createTimer(10_000_000n, () => {
    const header = { frame_id: 'odom', stamp: stampFromNs(node.clock.nowNs()) };
    x += 0.01;
    broadcaster.send([{ header, child_frame_id: 'base_link', transform: { translation: { x } } }]);
  });
}
