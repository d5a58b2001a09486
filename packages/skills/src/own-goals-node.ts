import { createHash } from 'node:crypto';
import { describeError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { goalStatus, qosProfiles, type RosNode } from '@efferent/ros';

type Status = MessageTypes['action_msgs/msg/GoalStatusArray']['status_list'][number];

/** Bytes of a goal's id that name its node, and the start of that node that sent it. */
const ownerBytes = 8;
const startBytes = 4;
const answerMs = 5000;

/**
 * Tells the goals that a node of this name has sent, in this life and in earlier ones, by the beginning of their ids, and
 * cancels those of an earlier life: nobody waits for them any more.
 */
export class OwnGoals {
  /** What ids of goals of this life begin with, in hexadecimal digits. */
  readonly idPrefix: string;
  readonly #node: RosNode;
  readonly #owner: string;
  readonly #cancelled = new Set<string>();

  constructor(node: RosNode) {
    this.#node = node;
    const name = `${node.namespace}/${node.name}`;
    this.#owner = createHash('sha256')
      .update(name)
      .digest('hex')
      .slice(0, 2 * ownerBytes);
    const startedUs = BigInt.asUintN(8 * startBytes, node.steadyClock.nowNs() / 1000n);
    this.idPrefix = this.#owner + startedUs.toString(16).padStart(2 * startBytes, '0');
  }

  /** Cancels what an earlier life has left running on an action, now and when its server appears. */
  watch(actionName: string): void {
    this.#node.createSubscription(
      'action_msgs/msg/GoalStatusArray',
      `${actionName}/_action/status`,
      { qos: qosProfiles.actionStatus },
      ({ status_list }) => {
        for (const status of status_list) if (this.#isOrphan(status)) void this.#cancel(actionName, status);
      },
    );
  }

  /** Cancels every goal of an action, whoever sent it. Never throws. */
  async cancelAll(actionName: string): Promise<void> {
    await this.#request(actionName, {}, 'every goal');
  }

  #isOrphan({ status, goal_info }: Status): boolean {
    const id = idOf(goal_info.goal_id.uuid);
    const isRunning = status === goalStatus.accepted || status === goalStatus.executing;
    return (
      isRunning && id.startsWith(this.#owner) && !id.startsWith(this.idPrefix) && !this.#cancelled.has(id)
    );
  }

  async #cancel(actionName: string, { goal_info }: Status): Promise<void> {
    const id = idOf(goal_info.goal_id.uuid);
    this.#cancelled.add(id);
    this.#node.logger.warn('orphan-goal-found', { action: actionName, goal: id });
    const isAnswered = await this.#request(actionName, { goal_info: { goal_id: goal_info.goal_id } }, id);
    // The next status of the goal gives another try.
    if (!isAnswered) this.#cancelled.delete(id);
  }

  async #request(
    actionName: string,
    request: { readonly goal_info?: { readonly goal_id: { readonly uuid: Uint8Array } } },
    what: string,
  ): Promise<boolean> {
    const scope = this.#node.openScope({ whyRefusesGoals: () => undefined, isSilent: () => false });
    try {
      const client = scope.createClient('action_msgs/srv/CancelGoal', `${actionName}/_action/cancel_goal`);
      const { goals_canceling } = await client.sendRequestAsync(request, { timeoutMs: answerMs });
      this.#node.logger.info('goals-cancelled', { action: actionName, count: goals_canceling.length });
      return true;
    } catch (error) {
      this.#node.logger.warn('cancel-failed', {
        action: actionName,
        goal: what,
        error: describeError(error),
      });
      return false;
    } finally {
      await scope.destroy();
    }
  }
}

const idOf = (uuid: Uint8Array): string => Buffer.from(uuid).toString('hex');
