import { describeError } from '@efferent/core';
import {
  type NodeModule,
  qosProfiles,
  type RosNode,
  type RunningNode,
  stampFromNs,
  stampToNs,
} from '@efferent/ros';
import { type ControlOutput, GestureController } from './control/gesture-controller.ts';
import { bundledMappingPath, loadGestureMapping } from './control/gesture-mapping.ts';
import { isGestureName } from './gestures.ts';

/** Time between decisions of the gesture node, s; the velocity ramp counts decisions. */
const decisionPeriodS = 0.05;
const watchdogPeriodNs = 25_000_000n;
const takeOverTimeoutMs = 1000;

/** Turns `/emg/gesture` into commands to the robot's command gate. */
export const gestureControlNode: NodeModule = {
  name: 'gesture_control',
  async start(node): Promise<RunningNode> {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'robot whose bundled mapping is used',
      readOnly: true,
    });
    const file = node.declareParameter('mapping', '', {
      description: 'mapping file; empty takes the one bundled for the robot',
      readOnly: true,
    });
    const baseFrame = node.declareParameter('base_frame', 'base_link', {
      description: "the robot's base frame, in which commands are given",
      readOnly: true,
    });
    const mapping = await loadGestureMapping(file || bundledMappingPath(robot));
    const controller = new GestureController(mapping, decisionPeriodS);
    const send = createSender(node, controller, baseFrame);
    node.createSubscription(
      'efferent_interfaces/msg/GateStatus',
      'gate/status',
      { qos: qosProfiles.latched },
      ({ source, agent_paused: agentPaused }) => {
        controller.observeGate({
          source: source === 'agent' || source === 'human' ? source : 'none',
          agentPaused,
        });
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/Gesture',
      '/emg/gesture',
      { qos: qosProfiles.default },
      (message) => {
        const gesture = isGestureName(message.gesture) ? message.gesture : 'rest';
        const { rejected, confidence, effort } = message;
        const ageNs = node.clock.nowNs() - stampToNs(message.header.stamp);
        send(controller.decide({ gesture, rejected, confidence, effort }, ageNs, node.steadyClock.nowNs()));
      },
    );
    const watchdog = node.createTimer(
      watchdogPeriodNs,
      () => {
        const outputs = controller.tick(node.steadyClock.nowNs());
        if (outputs.length === 0) return;
        node.logger.warn('gestures-missing', { decision: 'robot stopped' });
        send(outputs);
      },
      node.steadyClock,
    );
    return {
      stop: async () => {
        watchdog.cancel();
        send(controller.stop());
      },
    };
  },
};

function createSender(
  node: RosNode,
  controller: GestureController,
  baseFrame: string,
): (outputs: readonly ControlOutput[]) => void {
  const twists = node.createPublisher(
    'geometry_msgs/msg/TwistStamped',
    'gate/human/cmd_vel',
    qosProfiles.default,
  );
  const jogs = node.createPublisher('control_msgs/msg/JointJog', 'gate/human/joint_jog', qosProfiles.default);
  const statuses = node.createPublisher(
    'efferent_interfaces/msg/GestureControlStatus',
    'gesture_control/status',
    qosProfiles.default,
  );
  const takeOver = node.createClient('std_srvs/srv/SetBool', 'gate/take_over');
  const ask = async (take: boolean): Promise<void> => {
    try {
      const { success, message } = await takeOver.sendRequestAsync(
        { data: take },
        { timeoutMs: takeOverTimeoutMs },
      );
      if (success) controller.confirmTakeOver(take);
      node.logger.info(take ? 'take-over-asked' : 'hand-back-asked', { success, message });
    } catch (error) {
      node.logger.warn('take-over-failed', { reason: describeError(error), decision: 'nothing changed' });
    }
  };
  return (outputs) => {
    const header = { stamp: stampFromNs(node.clock.nowNs()), frame_id: baseFrame };
    for (const output of outputs) {
      if (output.kind === 'base') {
        const { linearMps, angularRadps } = output;
        twists.publish({ header, twist: { linear: { x: linearMps }, angular: { z: angularRadps } } });
      } else if (output.kind === 'joint') {
        jogs.publish({ header, joint_names: [output.joint], velocities: Float64Array.of(output.velocity) });
      } else {
        void ask(output.kind === 'take-over');
      }
    }
    const { mode, level, gesture, speed, isActive } = controller.status;
    statuses.publish({ header, mode, level, gesture, speed, active: isActive });
  };
}
