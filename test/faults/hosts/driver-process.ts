import { loadRobotModel } from '@efferent/robot';
import { stampFromNs } from '@efferent/ros';
import { repositoryFolder } from '@efferent/runtime';
import { obey } from './orders.ts';

/** Stands in for the driver of a Stretch: says where it is and in which mode, and watches what the gate tells it. */
await obey('driver', '/stretch', (node) => {
  const model = loadRobotModel([repositoryFolder], 'stretch');
  const states = node.createPublisher('sensor_msgs/msg/JointState', 'joint_states');
  const mode = node.createPublisher('std_msgs/msg/String', 'mode');
  const runstopped = node.createPublisher('std_msgs/msg/Bool', 'is_runstopped');
  const stop = node.createPublisher('efferent_interfaces/msg/StopState', '/stop/state');
  const agree = () => ({ success: true, message: '' });
  node.createService('std_srvs/srv/Trigger', 'switch_to_navigation_mode', agree);
  node.createService('std_srvs/srv/Trigger', 'activate_streaming_position', agree);
  let speedMps = 0;
  let movedMs = 0;
  let orderedMs = 0;
  node.createSubscription('geometry_msgs/msg/Twist', 'cmd_vel', {}, ({ linear }) => {
    speedMps = linear.x;
    if (speedMps !== 0) movedMs = performance.now();
  });
  node.createSubscription('geometry_msgs/msg/TwistStamped', 'gate/agent/cmd_vel', {}, () => {
    orderedMs = performance.now();
  });
  const position = model.namedPose('home');
  const name = model.actuators.map((each) => each.name);
  const still = new Float64Array(name.length);
  node.createTimer(20_000_000n, () => {
    const header = { stamp: stampFromNs(node.clock.nowNs()) };
    states.publish({ header, name, position, velocity: still, effort: still });
    mode.publish({ data: model.mobile.driver.modes.navigation });
    runstopped.publish({ data: false });
    stop.publish({ stopped: false, reason: '' });
  });
  return {
    moving: () => ({
      isMoving: speedMps !== 0,
      speedMps,
      /** How long after the last word of the agent the robot still moved. */
      movedOnMs: Math.round(movedMs - orderedMs),
      silentMs: Math.round(performance.now() - orderedMs),
    }),
  };
});
