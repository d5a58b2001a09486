import type { Clock } from '@efferent/core/clock';
import { type Codec, codecOf } from '@efferent/interfaces';
import { goalIdText } from '../action-names.ts';
import { type ExecutedGoal, resultTimeoutS } from '../action-server.ts';
import { goalStatus } from '../port.ts';
import type { ActionServerSetup, TransportService } from '../transport.ts';
import type { RclNodeHost } from './rcl-node-host.ts';
import type { ActionClass, RclEntity, Rclnodejs, RclQos, RclServerGoal } from './rclnodejs.ts';

/** rclnodejs's GoalResponse and CancelResponse. */
const answers = { reject: 1, accept: 2 };
/** rclnodejs's ClockType. */
const rosTime = 1;
/** Time that is simulated differs from the machine's by more than this, ns. */
const sameTimeNs = 1_000_000_000n;

/** An action server on rclnodejs's own, whose goals rcl keeps: states, statuses, results and their expiry. */
export class RclActionServer implements TransportService {
  readonly #rcl: Rclnodejs;
  readonly #host: RclNodeHost;
  readonly #setup: ActionServerSetup;
  readonly #systemClock: Clock;
  readonly #results: Codec;
  readonly #server: RclEntity;
  readonly #goals = new Map<string, RclGoal>();

  constructor(
    rcl: Rclnodejs,
    host: RclNodeHost,
    setup: ActionServerSetup,
    type: ActionClass,
    feedbackQos: RclQos,
    systemClock: Clock,
  ) {
    this.#rcl = rcl;
    this.#host = host;
    this.#setup = setup;
    this.#systemClock = systemClock;
    this.#results = codecOf(`${setup.type}_Result`);
    this.#server = new rcl.ActionServer(
      host.node,
      type,
      setup.name,
      (goal) => this.#execute(goal),
      (goal) => this.#onGoal(goal),
      undefined,
      (goal) => this.#onCancel(goal),
      { resultTimeout: resultTimeoutS, qos: { feedbackSubQosProfile: feedbackQos } },
    );
  }

  close(): void {
    for (const goal of this.#goals.values()) goal.abandon();
    this.#goals.clear();
    this.#host.release(() => this.#server.destroy?.());
  }

  #onGoal(goal: object): number {
    this.#setClock();
    return this.#asks(() => this.#setup.callbacks.onGoal?.(goal) ?? true);
  }

  #onCancel(rclGoal: RclServerGoal): number {
    const goal = this.#goals.get(goalIdText(rclGoal.goalId));
    if (goal === undefined) return answers.reject;
    const answer = this.#asks(() => this.#setup.callbacks.onCancel?.(goal) ?? true);
    // rcl lets a goal end as cancelled once it is canceling, which it becomes after this callback.
    if (answer === answers.accept) setImmediate(() => goal.cancel());
    return answer;
  }

  async #execute(rclGoal: RclServerGoal): Promise<object> {
    const { name, callbacks, logger, onCallbackError } = this.#setup;
    const goal = new RclGoal(rclGoal);
    this.#goals.set(goal.goalId, goal);
    try {
      const result = await callbacks.execute(goal);
      if (goal.isActive) {
        logger.warn('goal-left-open', { action: name, goal: goal.goalId });
        goal.abort();
      }
      return this.#results.complete(result);
    } catch (error) {
      if (goal.isAbandoned) return {};
      if (goal.isActive) {
        logger.error('goal-failed', { action: name, goal: goal.goalId, error });
        goal.abort();
      } else onCallbackError(error);
      return {};
    } finally {
      this.#goals.delete(goal.goalId);
    }
  }

  #asks(question: () => boolean): number {
    try {
      return question() ? answers.accept : answers.reject;
    } catch (error) {
      this.#setup.onCallbackError(error);
      return answers.reject;
    }
  }

  /** rclnodejs stamps a goal by a clock of its own, which does not follow the node's `use_sim_time`. */
  #setClock(): void {
    const nowNs = this.#setup.clock.nowNs();
    const aheadNs = nowNs - this.#systemClock.nowNs();
    const clock = this.#host.node.getClock();
    clock.isRosTimeActive = aheadNs > sameTimeNs || aheadNs < -sameTimeNs;
    if (clock.isRosTimeActive)
      clock.rosTimeOverride = new this.#rcl.Time(nowNs / 1_000_000_000n, nowNs % 1_000_000_000n, rosTime);
  }
}

/** One goal as those who execute it see it. */
class RclGoal implements ExecutedGoal {
  readonly goalId: string;
  readonly request: object;
  readonly #goal: RclServerGoal;
  readonly #cancel = new AbortController();
  #isAbandoned = false;

  constructor(goal: RclServerGoal) {
    this.#goal = goal;
    this.goalId = goalIdText(goal.goalId);
    this.request = goal.request;
  }

  get isActive(): boolean {
    return !this.#isAbandoned && this.#goal.isActive;
  }

  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  get isCancelRequested(): boolean {
    return !this.#isAbandoned && this.#goal.isCancelRequested;
  }

  get cancelSignal(): AbortSignal {
    return this.#cancel.signal;
  }

  publishFeedback(feedback: object): void {
    // rcl takes feedback of executing goals only.
    if (!this.#isAbandoned && this.#goal.status === goalStatus.executing)
      this.#goal.publishFeedback(feedback);
  }

  succeed(): void {
    if (this.isActive) this.#goal.succeed();
  }

  abort(): void {
    if (this.isActive) this.#goal.abort();
  }

  canceled(): void {
    if (this.isActive) this.#goal.canceled();
  }

  /** Tells those who execute it that it is to be cancelled. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** The server goes away. */
  abandon(): void {
    this.#isAbandoned = true;
    this.#cancel.abort();
  }
}
