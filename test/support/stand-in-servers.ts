import type { ActionTypes } from '@efferent/interfaces';
import type { RosNode, ServerGoalHandle } from '@efferent/ros';
import type { SkillRig } from './skill-rig.ts';

type NavigateToPose = ActionTypes['nav2_msgs/action/NavigateToPose'];
type MoveGroup = ActionTypes['moveit_msgs/action/MoveGroup'];

const stepMs = 100;
const stepM = 0.1;

/** A navigation server on the port, which does as it is told. */
export class NavigationServer {
  how: 'drive' | 'reject' | 'abort' | 'hang' | 'ignore-cancel' = 'drive';
  errorCode = 0;
  errorMessage = '';
  readonly goals: NavigateToPose['Goal'][] = [];
  /** How goals ended, in order. */
  readonly ended: string[] = [];
  readonly #node: RosNode;
  readonly #rig: () => SkillRig;

  constructor(node: RosNode, name: string, rig: () => SkillRig) {
    this.#node = node;
    this.#rig = rig;
    node.createActionServer('nav2_msgs/action/NavigateToPose', name, {
      onGoal: () => this.how !== 'reject',
      onCancel: () => this.how !== 'ignore-cancel',
      execute: (goal) => this.#execute(goal),
    });
  }

  async #execute(goal: ServerGoalHandle<'nav2_msgs/action/NavigateToPose'>) {
    this.goals.push(goal.request);
    const end = (how: 'succeed' | 'abort' | 'canceled') => {
      this.ended.push(how);
      goal[how]();
      return { error_code: this.errorCode, error_msg: this.errorMessage };
    };
    if (this.how === 'abort') return end('abort');
    const { pose } = this.#rig();
    const { position: p, orientation: q } = goal.request.pose.pose;
    for (;;) {
      if (goal.isCancelRequested) return end('canceled');
      const left = Math.hypot(p.x - pose.x, p.y - pose.y);
      goal.publishFeedback({ distance_remaining: left });
      if (this.how === 'drive') {
        const share = left <= stepM ? 1 : stepM / left;
        pose.x += (p.x - pose.x) * share;
        pose.y += (p.y - pose.y) * share;
        pose.yaw = 2 * Math.atan2(q.z, q.w);
        if (share === 1) return end('succeed');
      }
      await this.#node.sleep(stepMs);
    }
  }
}

/** A move_group on the port: carries joint goals out, or ends with an error number. */
export class MoveGroupServer {
  errorCode = 1;
  readonly goals: MoveGroup['Goal'][] = [];

  constructor(node: RosNode, name: string, onPosition: (joint: string, position: number) => void) {
    node.createActionServer('moveit_msgs/action/MoveGroup', name, {
      execute: async (goal) => {
        this.goals.push(goal.request);
        goal.publishFeedback({ state: 'PLANNING' });
        await node.sleep(stepMs);
        goal.publishFeedback({ state: 'MONITOR' });
        if (this.errorCode === 1) {
          const [first] = goal.request.request.goal_constraints;
          for (const { joint_name, position } of first?.joint_constraints ?? [])
            onPosition(joint_name, position);
          goal.succeed();
        } else goal.abort();
        return { error_code: { val: this.errorCode } };
      },
    });
  }
}
