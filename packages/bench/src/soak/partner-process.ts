import { createContext, createTransformBroadcaster, stampFromNs } from '@efferent/ros';
import { hourly, soakAction, soakService, statesType } from './soak-load.ts';

/** The other side of the soak: serves, and sends states and transforms; killed and started again all the time. */

const periodNs = (count: number) => BigInt(Math.round(Number(process.argv[2]) * 1e9)) / BigInt(count);
const context = await createContext({ middleware: 'cyclonedds', logSink: () => undefined });
const node = await context.createNode('partner', { namespace: '/soak' });
node.declareParameter('gain', 1, { description: 'set all the time' });
node.createService(soakService, 'add', ({ a, b }) => ({ sum: a + b }));
node.createActionServer(soakAction, 'count', {
  async execute(goal) {
    for (let i = 0; i < goal.request.order && !goal.isCancelRequested; i++) {
      await node.sleep(5);
      goal.publishFeedback({ sequence: Int32Array.of(i) });
    }
    if (goal.isCancelRequested) goal.canceled();
    else goal.succeed();
    return { sequence: new Int32Array(goal.request.order) };
  },
});
const states = node.createPublisher(statesType, 'states');
const name = Array.from({ length: 10 }, (_, i) => `joint_${i}`);
node.createTimer(periodNs(hourly.states), () =>
  states.publish({
    header: { stamp: stampFromNs(node.clock.nowNs()) },
    name,
    position: new Float64Array(10),
  }),
);
const broadcaster = createTransformBroadcaster(node);
node.createTimer(periodNs(hourly.transforms), () => {
  const header = { frame_id: 'odom', stamp: stampFromNs(node.clock.nowNs()) };
  broadcaster.send([{ header, child_frame_id: 'base_link' }]);
});
