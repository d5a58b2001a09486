import type { MessageTypes } from '@efferent/interfaces';
import {
  type ActionServerCallbacks,
  managedNode,
  type NodeModule,
  type Publisher,
  qosProfiles,
  type RosNode,
  type ServerGoalHandle,
  stampFromNs,
} from '@efferent/ros';
import { peopleLimit } from './command-gate.ts';
import { JointStateReader } from './joint-state-reader.ts';
import { loadRobotModel } from './load-robot-model.ts';
import type { RobotModel } from './robot-model.ts';
import { type FollowerOutcome, isRefusal, TrajectoryFollower } from './trajectory-follower.ts';
import { TrajectoryGoal, trajectoryErrorCode } from './trajectory-goal.ts';

type Action = 'control_msgs/action/FollowJointTrajectory';
type SetPointPublisher = Publisher<MessageTypes['trajectory_msgs/msg/JointTrajectory']>;

const periodNs = 20_000_000n;
/** Set-points sent ahead, ms: within the 200 ms that the gate takes. */
const aheadMs = [40, 80, 120] as const;
/** A gate that holds the robot may hold a motion for so long, s. */
const heldPatienceS = 45;
/** Feedback every this many periods (10 Hz). */
const feedbackPeriods = 5;

/** Trajectory controllers, one action server a group of `robot.yaml`; set-points go to the gate every 20 ms. */
export const controllersNode: NodeModule = managedNode({
  name: 'controllers',
  async configure(node, services) {
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'folder below robots/',
      readOnly: true,
    });
    const model = loadRobotModel(services.workspaceFolders, robot);
    const body = new MeasuredBody(node, model);
    const setPoints = node.createLifecyclePublisher(
      'trajectory_msgs/msg/JointTrajectory',
      'gate/agent/joint_trajectory',
      qosProfiles.default,
    );
    const controllers = Object.entries(model.manifest.groups).map(([group, joints]) => {
      const controller = new GroupController(node, model, joints, body, setPoints);
      node.createActionServer(
        'control_msgs/action/FollowJointTrajectory',
        `${group}_controller/follow_joint_trajectory`,
        controller,
      );
      return controller;
    });
    node.createTimer(
      periodNs,
      () => {
        for (const controller of controllers) controller.tick();
      },
      node.steadyClock,
    );
    return {
      deactivate(reason) {
        for (const controller of controllers) controller.stop(`the controller ${reason}`);
      },
    };
  },
});

/** What the robot feels, and what the gate says. */
class MeasuredBody {
  readonly reader: JointStateReader;
  gateReason = '';
  /** True while nothing that the agent commands moves the robot. */
  isHeld = false;
  /** True while the gate lets the robot move only slowly, for there is a person near. */
  isSlowed = false;

  constructor(node: RosNode, model: RobotModel) {
    this.reader = new JointStateReader(model);
    node.createSubscription(
      'sensor_msgs/msg/JointState',
      'joint_states',
      { qos: qosProfiles.default },
      (message) => {
        this.reader.read(message);
      },
    );
    node.createSubscription(
      'efferent_interfaces/msg/GateStatus',
      'gate/status',
      { qos: qosProfiles.latched },
      (status) => {
        this.isHeld = status.stopped || status.agent_paused;
        this.isSlowed = status.limits.includes(peopleLimit);
        this.gateReason = status.stopped || status.agent_paused || status.reason !== '' ? status.reason : '';
      },
    );
  }
}

interface Running {
  readonly follower: TrajectoryFollower;
  readonly handle: ServerGoalHandle<Action>;
  readonly finish: (outcome: FollowerOutcome, how: 'succeed' | 'abort' | 'canceled') => void;
}

/** One group's action server. A new goal replaces the running one and starts from its set-point, so that motion is smooth. */
class GroupController implements ActionServerCallbacks<Action> {
  readonly #node: RosNode;
  readonly #model: RobotModel;
  readonly #joints: readonly string[];
  readonly #body: MeasuredBody;
  readonly #setPoints: SetPointPublisher;
  readonly #mayStall: boolean;
  #running: Running | undefined;
  #periods = 0;

  constructor(
    node: RosNode,
    model: RobotModel,
    joints: readonly string[],
    body: MeasuredBody,
    setPoints: SetPointPublisher,
  ) {
    this.#node = node;
    this.#model = model;
    this.#joints = joints;
    this.#body = body;
    this.#setPoints = setPoints;
    this.#mayStall = joints.length === 1 && joints[0] === model.manifest.gripper.actuator;
  }

  async execute(handle: ServerGoalHandle<Action>) {
    const checked = this.#check(handle);
    if (isRefusal(checked)) {
      handle.abort();
      return { error_code: checked.errorCode, error_string: checked.errorString };
    }
    this.stop('replaced by a newer goal');
    const { outcome, how } = await new Promise<{
      outcome: FollowerOutcome;
      how: 'succeed' | 'abort' | 'canceled';
    }>((resolve) => {
      this.#running = {
        follower: new TrajectoryFollower(checked, this.#mayStall),
        handle,
        finish: (ended, manner) => resolve({ outcome: ended, how: manner }),
      };
    });
    handle[how]();
    return { error_code: outcome.errorCode, error_string: outcome.errorString };
  }

  /** Ends the running goal; the gate then brings the joints to rest. */
  stop(reason: string): void {
    this.#end({ errorCode: trajectoryErrorCode.invalidGoal, errorString: reason }, 'abort');
  }

  tick(): void {
    const running = this.#running;
    if (running === undefined) return;
    if (running.handle.isCancelRequested) {
      this.#end({ errorCode: trajectoryErrorCode.successful, errorString: 'cancelled' }, 'canceled');
      return;
    }
    if (this.#body.isHeld) {
      this.#hold(running);
      return;
    }
    const { actuatorPositions, actuatorVelocities } = this.#body.reader;
    if (this.#body.isSlowed && running.follower.waitsFor(this.#nowS(), actuatorPositions)) {
      this.#sendSetPoints(running.follower);
      return;
    }
    const outcome = running.follower.update(this.#nowS(), actuatorPositions, actuatorVelocities);
    if (outcome === undefined || outcome.errorString.startsWith('stalled'))
      this.#sendSetPoints(running.follower);
    if (outcome !== undefined) {
      const success = outcome.errorCode === trajectoryErrorCode.successful;
      const because =
        success || this.#body.gateReason === '' ? '' : `; the gate says: ${this.#body.gateReason}`;
      this.#end({ ...outcome, errorString: outcome.errorString + because }, success ? 'succeed' : 'abort');
    } else if (++this.#periods % feedbackPeriods === 0) this.#sendFeedback(running);
  }

  #check(handle: ServerGoalHandle<Action>) {
    const { reader } = this.#body;
    if (!reader.isComplete)
      return { errorCode: trajectoryErrorCode.invalidGoal, errorString: 'there are no joint states yet' };
    const positions = reader.actuatorPositions.slice();
    const velocities = new Float64Array(positions.length);
    this.#running?.follower.goal.indices.forEach((index, j) => {
      positions[index] = this.#running?.follower.desired[j] as number;
      velocities[index] = this.#running?.follower.desiredVelocities[j] as number;
    });
    return TrajectoryGoal.check(
      handle.request,
      this.#model,
      this.#joints,
      this.#nowS(),
      positions,
      velocities,
    );
  }

  #end(outcome: FollowerOutcome, how: 'succeed' | 'abort' | 'canceled'): void {
    const running = this.#running;
    this.#running = undefined;
    running?.finish(outcome, how);
  }

  /** Waits for a gate that holds the robot for a while; ends the goal when somebody has stopped the robot. */
  #hold(running: Running): void {
    const { gateReason } = this.#body;
    if (running.follower.hold(this.#nowS()) < heldPatienceS && !gateReason.startsWith('stopped')) return;
    this.#end(
      { errorCode: trajectoryErrorCode.pathToleranceViolated, errorString: `the gate says: ${gateReason}` },
      'abort',
    );
  }

  #sendSetPoints(follower: TrajectoryFollower): void {
    const { goal } = follower;
    const elapsedS = follower.elapsedS(this.#nowS());
    if (elapsedS < 0) return;
    this.#setPoints.publish({
      header: { stamp: stampFromNs(this.#node.clock.nowNs()) },
      joint_names: goal.jointNames,
      points: aheadMs.map((ms) => {
        const positions = new Float64Array(goal.indices.length);
        const velocities = new Float64Array(goal.indices.length);
        goal.sample(elapsedS + ms / 1000, positions, velocities);
        return { positions, velocities, time_from_start: { sec: 0, nanosec: ms * 1_000_000 } };
      }),
    });
  }

  #sendFeedback({ follower, handle }: Running): void {
    const { actuatorPositions } = this.#body.reader;
    const actual = Float64Array.from(follower.goal.indices, (index) => actuatorPositions[index] as number);
    handle.publishFeedback({
      header: { stamp: stampFromNs(this.#node.clock.nowNs()) },
      joint_names: follower.goal.jointNames,
      desired: { positions: follower.desired.slice() },
      actual: { positions: actual },
      error: { positions: follower.desired.map((desired, j) => desired - (actual[j] as number)) },
    });
  }

  #nowS(): number {
    return Number(this.#node.clock.nowNs()) * 1e-9;
  }
}
