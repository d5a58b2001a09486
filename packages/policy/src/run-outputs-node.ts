import { type NodeScope, stampFromNs } from '@efferent/ros';
import type { PolicyRun } from './policy-run-node.ts';

/** What runs of policies send: commands to the gate, and how they stand. */
export class RunOutputs {
  readonly #node: NodeScope;
  readonly #jog;
  readonly #baseVelocity;
  readonly #status;

  constructor(node: NodeScope) {
    this.#node = node;
    this.#jog = node.createLifecyclePublisher('control_msgs/msg/JointJog', 'gate/agent/joint_jog');
    this.#baseVelocity = node.createLifecyclePublisher(
      'geometry_msgs/msg/TwistStamped',
      'gate/agent/cmd_vel',
    );
    this.#status = node.createPublisher('efferent_interfaces/msg/PolicyStatus', 'policy_status');
  }

  /** Publishes one action: joint velocities and, when the policy moves the base, a base velocity. */
  send(run: PolicyRun, action: Float32Array): void {
    const stamp = stampFromNs(this.#node.clock.nowNs());
    const names: string[] = [];
    const velocities: number[] = [];
    for (const [i, spec] of run.manifest.actions.entries()) {
      if (spec.sends === 'joint-velocity') {
        names.push(spec.joint);
        velocities.push(action[i]!);
      } else {
        this.#baseVelocity.publish({
          header: { stamp, frame_id: run.manifest.frames.base },
          twist: { linear: { x: action[i]! } },
        });
      }
    }
    const duration = 1 / run.manifest.rate_hz;
    this.#jog.publish({
      header: { stamp, frame_id: run.manifest.frames.base },
      joint_names: names,
      velocities: Float64Array.from(velocities),
      duration,
    });
    this.#status.publish({
      header: { stamp, frame_id: run.manifest.frames.odometry },
      policy: run.manifest.id,
      target_class: run.targetClass,
      attention: this.attention(run),
      step: run.pick.steps,
      action: Float32Array.from(action),
      inference_ms: run.inferenceMs,
    });
  }

  /** The point that the policy attends to, in the odometry frame. */
  attention(run: PolicyRun) {
    const [x, y, z] = run.pick.attentionM;
    const stamp = stampFromNs(this.#node.clock.nowNs());
    return { header: { stamp, frame_id: run.manifest.frames.odometry }, point: { x, y, z } };
  }
}
