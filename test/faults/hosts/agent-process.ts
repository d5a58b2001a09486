import { stampFromNs } from '@efferent/ros';
import { obey } from './orders.ts';

/** Drives the robot of another host forward, slowly, all the time. */
await obey('agent', '/stretch', (node) => {
  const commands = node.createPublisher('geometry_msgs/msg/TwistStamped', 'gate/agent/cmd_vel');
  node.createTimer(50_000_000n, () =>
    commands.publish({
      header: { stamp: stampFromNs(node.clock.nowNs()) },
      twist: { linear: { x: 0.1 } },
    }),
  );
  return { ready: () => ({ isReady: commands.subscriptionCount === 2 }) };
});
