import { ConfigurationError } from '@efferent/core';
import {
  DiagnosticUpdater,
  diagnosticLevel,
  type NodeModule,
  qosProfiles,
  type RosNode,
  type RunningNode,
  stampFromNs,
  stampToNs,
} from '@efferent/ros';
import type { Surroundings } from './control/assist-types.ts';
import type { ControlOutput } from './control/control-types.ts';
import { GestureController } from './control/gesture-controller.ts';
import { type GestureMapping, loadGestureMapping, mappingPath } from './control/gesture-mapping.ts';
import { dwellRangeS, sleepRangeS } from './control/mapping-schema.ts';
import { createRequests } from './control-requests-node.ts';
import { type DecodingFault, decodingFaults } from './decoder/decoding-fault.ts';
import type { EmgLink } from './emg-source.ts';
import { isGestureName } from './gestures.ts';
import { SurroundingsWatch } from './surroundings-node.ts';

/** Time between decisions of the gesture node, s; the velocity ramp counts decisions. */
const decisionPeriodS = 0.05;
const watchdogPeriodNs = 20_000_000n;

/** Turns `/emg/gesture` into commands to the robot's command gate. */
export const gestureControlNode: NodeModule = {
  name: 'gesture_control',
  async start(node): Promise<RunningNode> {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'robot whose bundled mapping is used',
      readOnly: true,
    });
    const file = node.declareParameter('mapping', '', {
      description:
        "mapping file, or a bundled one such as 'stretch-five' or 'five'; empty takes the robot's own, of ten classes",
      readOnly: true,
    });
    const baseFrame = node.declareParameter('base_frame', 'base_link', {
      description: "the robot's base frame, in which commands are given",
      readOnly: true,
    });
    const mapping = paced(node, await loadGestureMapping(mappingPath(robot, file)));
    const controller = new GestureController(mapping, decisionPeriodS);
    const look = watchSurroundings(node, mapping, baseFrame);
    const send = createSender(node, controller, baseFrame);
    watchRobot(node, controller, mapping);
    watchAgent(node, controller);
    node.createSubscription(
      'efferent_interfaces/msg/Gesture',
      '/emg/gesture',
      { qos: qosProfiles.default },
      (message) => {
        const gesture = isGestureName(message.gesture) ? message.gesture : 'rest';
        const { rejected, confidence, effort } = message;
        const fault = faultOf(message.fault);
        controller.observeClasses(message.names);
        const newestNs = stampToNs(message.header.stamp);
        const ageNs = node.clock.nowNs() - newestNs;
        const decision = { gesture, rejected, confidence, effort, fault };
        if (gesture !== 'rest') controller.observeSurroundings(look());
        send(controller.decide(decision, ageNs, node.steadyClock.nowNs()), newestNs);
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/EmgSourceStatus',
      '/emg/source',
      { qos: qosProfiles.latched },
      ({ state, reason }) => {
        const outputs = controller.observeLink({ state: linkState(state), reason }, node.steadyClock.nowNs());
        if (outputs.length > 0) send(outputs, undefined);
      },
    );
    const watchdog = node.createTimer(
      watchdogPeriodNs,
      () => {
        const outputs = controller.tick(node.steadyClock.nowNs());
        if (outputs.length > 0) send(outputs, undefined);
      },
      node.steadyClock,
    );
    return {
      stop: async () => {
        watchdog.cancel();
        send(controller.stop(node.steadyClock.nowNs()), undefined);
      },
    };
  },
};

/** Gives the mapping the person's own pace, where one is set. @throws {@link ConfigurationError} code `wrong-pace` */
function paced(node: RosNode, mapping: GestureMapping): GestureMapping {
  const dwellS = node.declareParameter('scan_dwell_s', 0, {
    description: 'how long each choice of the menu is lit, s; 0 takes what the mapping says',
    readOnly: true,
    range: [0, dwellRangeS[1]],
  });
  const sleepAfterS = node.declareParameter('sleep_after_s', 0, {
    description:
      'without a gesture for so long gestures fall asleep until they are re-armed, s; 0 takes what the mapping says',
    readOnly: true,
    range: [0, sleepRangeS[1]],
  });
  checkPace(node, 'scan_dwell_s', dwellS, dwellRangeS);
  checkPace(node, 'sleep_after_s', sleepAfterS, sleepRangeS);
  return {
    ...mapping,
    scan: { ...mapping.scan, dwellS: dwellS || mapping.scan.dwellS },
    sleepAfterS: sleepAfterS || mapping.sleepAfterS,
  };
}

function checkPace(node: RosNode, name: string, valueS: number, [leastS, mostS]: readonly [number, number]) {
  if (valueS === 0 || valueS >= leastS) return;
  throw new ConfigurationError({
    code: 'wrong-pace',
    message: `${node.name}: ${name} is ${valueS}, expected 0 or ${leastS} to ${mostS}`,
    fields: { name, valueS },
  });
}

/** Declares `assist`, which may be switched at any time. @returns what the robot sees; undefined without assistance */
function watchSurroundings(
  node: RosNode,
  { assist }: GestureMapping,
  baseFrame: string,
): () => Surroundings | undefined {
  node.declareParameter('assist', false, {
    description:
      'slow before what the laser sees and lead the hand to what it reaches for, while a gesture moves',
  });
  if (assist === undefined) return () => undefined;
  const watch = new SurroundingsWatch(node, assist, baseFrame);
  const apply = () => {
    watch.isOn = node.getParameter('assist') === true;
  };
  apply();
  node.afterSetParameters((changes) => {
    if (changes.has('assist')) apply();
  });
  return () => watch.look();
}

/** A state of a newer source that has no name here is a link that is not up. */
function linkState(name: string): EmgLink['state'] {
  return name === 'connected' || name === 'connecting' || name === 'silent' ? name : 'reconnecting';
}

/** A fault of a newer decoder that has no name here is one all the same. */
function faultOf(name: string): DecodingFault {
  return name in decodingFaults ? (name as DecodingFault) : 'decoder-failed';
}

/** Tells the controller who moves the robot, and how. */
function watchRobot(node: RosNode, controller: GestureController, mapping: GestureMapping): void {
  node.createSubscription(
    'efferent_interfaces/msg/GateStatus',
    'gate/status',
    { qos: qosProfiles.latched },
    ({ source, agent_paused: agentPaused, face_distance_m: faceDistanceM }) => {
      controller.observeGate({
        source: source === 'agent' || source === 'human' ? source : 'none',
        agentPaused,
        faceDistanceM,
      });
    },
  );
  node.createSubscription(
    'efferent_interfaces/msg/StopState',
    '/stop/state',
    { qos: qosProfiles.default },
    ({ stopped }) => controller.observeStop(stopped),
  );
  let base = { linearMps: 0, angularRadps: 0 };
  node.createSubscription(
    'nav_msgs/msg/Odometry',
    'odom',
    { qos: qosProfiles.default },
    ({ twist: { twist } }) => {
      base = { linearMps: twist.linear.x, angularRadps: twist.angular.z };
    },
  );
  const { joints } = mapping.backOut;
  node.createSubscription(
    'sensor_msgs/msg/JointState',
    'joint_states',
    { qos: qosProfiles.default },
    ({ header, name, position }) => {
      const positions = joints.map((joint) => position[name.indexOf(joint)] ?? Number.NaN);
      if (positions.every(Number.isFinite))
        controller.observeMotion({ ...base, positions }, stampToNs(header.stamp), node.steadyClock.nowNs());
    },
  );
}

/** Tells the controller what the agent asks and suggests. */
function watchAgent(node: RosNode, controller: GestureController): void {
  const qos = qosProfiles.latched;
  node.createSubscription(
    'efferent_interfaces/msg/Question',
    '/agent/question',
    { qos },
    ({ id, choices }) => {
      controller.observeQuestion(id === '' ? undefined : { id, choices });
    },
  );
  node.createSubscription(
    'efferent_interfaces/msg/Suggestions',
    '/agent/suggestions',
    { qos },
    ({ instructions }) => controller.observeSuggestions(instructions),
  );
}

function createSender(
  node: RosNode,
  controller: GestureController,
  baseFrame: string,
): (outputs: readonly ControlOutput[], newestSampleNs: bigint | undefined) => void {
  const twists = node.createPublisher(
    'geometry_msgs/msg/TwistStamped',
    'gate/human/cmd_vel',
    qosProfiles.default,
  );
  const jogs = node.createPublisher('control_msgs/msg/JointJog', 'gate/human/joint_jog', qosProfiles.default);
  const publishStatus = createStatusPublisher(node, controller);
  const request = createRequests(node, controller);
  return (outputs, newestSampleNs) => {
    const header = { stamp: stampFromNs(node.clock.nowNs()), frame_id: baseFrame };
    for (const output of outputs) {
      if (output.kind === 'base') {
        const { linearMps, angularRadps } = output;
        twists.publish({ header, twist: { linear: { x: linearMps }, angular: { z: angularRadps } } });
      } else if (output.kind === 'joint') {
        jogs.publish({ header, joint_names: [output.joint], velocities: Float64Array.of(output.velocity) });
      } else {
        request(output);
      }
    }
    publishStatus(header, newestSampleNs);
  };
}

/** Publishes what the gestures do, and alarms whoever watches when they stop the robot. */
function createStatusPublisher(node: RosNode, controller: GestureController) {
  const statuses = node.createPublisher(
    'efferent_interfaces/msg/GestureControlStatus',
    'gesture_control/status',
    qosProfiles.default,
  );
  new DiagnosticUpdater(node, node.steadyClock).add('stop', () => {
    const { stopState, stopReason } = controller.status;
    const level =
      stopState === 'armed' || stopState === 'asleep' ? diagnosticLevel.ok : diagnosticLevel.error;
    return { level, message: stopReason || 'armed', values: [['state', stopState]] };
  });
  let reported = '';
  return (header: { stamp: { sec: number; nanosec: number }; frame_id: string }, newestNs?: bigint) => {
    const { isActive, stopState, stopReason, litIndex, litProgress, beginsTwice, ...status } =
      controller.status;
    const latencyMs = newestNs === undefined ? Number.NaN : Number(node.clock.nowNs() - newestNs) / 1e6;
    statuses.publish({
      header,
      ...status,
      active: isActive,
      latency_ms: latencyMs,
      stop_state: stopState,
      stop_reason: stopReason,
      lit: litIndex,
      lit_progress: litProgress,
      begins_twice: beginsTwice,
    });
    const report = `${stopState} ${stopReason}`;
    if (report !== reported && stopState !== 'armed' && stopState !== 'asleep')
      node.logger.warn('gestures-stopped', {
        state: stopState,
        reason: stopReason,
        decision: 'robot stands',
      });
    reported = report;
  };
}
