import { messageConstants } from '@efferent/interfaces';
import { type GoalInfo, goalIdText, type Uuid } from './action-names.ts';
import type { SchedulingClock } from './executor.ts';
import { goalStatus, type Logger } from './port.ts';
import { stampFromNs, stampToNs } from './stamp.ts';

const cancelCodes = messageConstants['action_msgs/srv/CancelGoal_Response'];

/** How long the result of an ended goal can be asked for, as in rcl, s. */
export const resultTimeoutS = 10;

/** One goal as those who execute it see it, without types. */
export interface ExecutedGoal {
  readonly goalId: string;
  readonly request: object;
  readonly isCancelRequested: boolean;
  readonly cancelSignal: AbortSignal;
  publishFeedback(feedback: object): void;
  succeed(): void;
  abort(): void;
  canceled(): void;
}

/** What the user of an action server gives it, without types. */
export interface GenericActionCallbacks {
  onGoal?(goal: object): boolean;
  onCancel?(goal: ExecutedGoal): boolean;
  execute(goal: ExecutedGoal): Promise<object>;
}

export interface ActionServerHost {
  readonly clock: SchedulingClock;
  readonly logger: Logger;
  publishFeedback(message: object): void;
  publishStatus(message: object): void;
  /** Reports what a callback threw that is not part of a goal's own work. */
  onCallbackError(error: unknown): void;
}

type Reply = (response: object) => void;

/** An action server without types; the node connects it to the action's three services and two topics. */
export class GenericActionServer {
  readonly actionName: string;
  readonly #callbacks: GenericActionCallbacks;
  readonly #host: ActionServerHost;
  readonly #goals = new Map<string, GenericServerGoal>();

  constructor(actionName: string, callbacks: GenericActionCallbacks, host: ActionServerHost) {
    this.actionName = actionName;
    this.#callbacks = callbacks;
    this.#host = host;
  }

  readonly onSendGoal = (request: object, reply: Reply): void => {
    const { goal_id, goal } = request as { goal_id: Uuid; goal: object };
    const stamp = stampFromNs(this.#host.clock.nowNs());
    const id = goalIdText(goal_id);
    if (this.#goals.has(id) || !this.#accepts(goal)) {
      reply({ accepted: false, stamp });
      return;
    }
    const handle = new GenericServerGoal(id, { goal_id, stamp }, goal, {
      publishFeedback: (feedback) => this.#host.publishFeedback({ goal_id, feedback }),
      onStatus: () => this.#publishStatus(),
    });
    this.#goals.set(id, handle);
    reply({ accepted: true, stamp });
    handle.setStatus(goalStatus.executing);
    void this.#execute(handle);
  };

  readonly onCancelGoal = (request: object, reply: Reply): void => {
    const { goal_info } = request as { goal_info: GoalInfo };
    const wanted = this.#cancelCandidates(goal_info);
    const active = wanted.filter((goal) => goal.isActive);
    const accepted = active.filter((goal) => goal.isCancelRequested || this.#acceptsCancel(goal));
    let returnCode: number = cancelCodes.ERROR_NONE;
    if (accepted.length === 0) {
      if (active.length > 0) returnCode = cancelCodes.ERROR_REJECTED;
      // As in rcl: to find no goal is an error only when the request names one.
      else if (hasId(goal_info) && stampToNs(goal_info.stamp) === 0n)
        returnCode =
          wanted.length > 0 ? cancelCodes.ERROR_GOAL_TERMINATED : cancelCodes.ERROR_UNKNOWN_GOAL_ID;
    }
    reply({ return_code: returnCode, goals_canceling: accepted.map((goal) => goal.info) });
    for (const goal of accepted) goal.requestCancel();
  };

  readonly onGetResult = (request: object, reply: Reply): void => {
    const goal = this.#goals.get(goalIdText((request as { goal_id: Uuid }).goal_id));
    if (goal === undefined) reply({ status: goalStatus.unknown });
    else goal.whenEnded((result) => reply({ status: goal.status, result }));
  };

  /** Tells running goals that the server goes away. */
  close(): void {
    for (const goal of this.#goals.values()) goal.abandon();
    this.#goals.clear();
  }

  async #execute(goal: GenericServerGoal): Promise<void> {
    let result: object = {};
    try {
      result = await this.#callbacks.execute(goal);
      if (goal.isActive) {
        this.#host.logger.warn('goal-left-open', { action: this.actionName, goal: goal.goalId });
        goal.abort();
      }
    } catch (error) {
      if (goal.isAbandoned) return;
      this.#host.logger.error('goal-failed', { action: this.actionName, goal: goal.goalId, error });
      if (goal.isActive) goal.abort();
    }
    try {
      goal.end(result);
    } catch (error) {
      this.#host.onCallbackError(error);
    }
    this.#host.clock.setAlarm(this.#host.clock.nowNs() + BigInt(resultTimeoutS) * 1_000_000_000n, () =>
      this.#goals.delete(goal.goalId),
    );
  }

  #accepts(goal: object): boolean {
    try {
      return this.#callbacks.onGoal?.(goal) ?? true;
    } catch (error) {
      this.#host.onCallbackError(error);
      return false;
    }
  }

  #acceptsCancel(goal: GenericServerGoal): boolean {
    try {
      return this.#callbacks.onCancel?.(goal) ?? true;
    } catch (error) {
      this.#host.onCallbackError(error);
      return false;
    }
  }

  /** No id and no time means every goal; a time means those accepted until then; an id means that one. */
  #cancelCandidates(info: GoalInfo): GenericServerGoal[] {
    const goals = [...this.#goals.values()];
    const untilNs = stampToNs(info.stamp);
    if (!hasId(info) && untilNs === 0n) return goals;
    const id = goalIdText(info.goal_id);
    return goals.filter(
      (goal) => goal.goalId === id || (untilNs > 0n && stampToNs(goal.info.stamp) <= untilNs),
    );
  }

  #publishStatus(): void {
    const goals = [...this.#goals.values()];
    this.#host.publishStatus({ status_list: goals.map(({ info, status }) => ({ goal_info: info, status })) });
  }
}

function hasId({ goal_id }: GoalInfo): boolean {
  return goal_id.uuid.some((byte) => byte !== 0);
}

interface GoalEvents {
  publishFeedback(feedback: object): void;
  onStatus(): void;
}

/** One goal as its server sees it. */
export class GenericServerGoal implements ExecutedGoal {
  readonly goalId: string;
  readonly info: GoalInfo;
  readonly request: object;
  readonly #events: GoalEvents;
  readonly #cancel = new AbortController();
  #status: number = goalStatus.accepted;
  #result: object | undefined;
  #waiting: ((result: object) => void)[] = [];
  #isAbandoned = false;

  constructor(goalId: string, info: GoalInfo, request: object, events: GoalEvents) {
    this.goalId = goalId;
    this.info = info;
    this.request = request;
    this.#events = events;
  }

  get status(): number {
    return this.#status;
  }

  get isActive(): boolean {
    return this.#status < goalStatus.succeeded;
  }

  get isCancelRequested(): boolean {
    return this.#status === goalStatus.canceling;
  }

  get cancelSignal(): AbortSignal {
    return this.#cancel.signal;
  }

  /** The server went away; nobody waits for the goal any more. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  publishFeedback(feedback: object): void {
    if (!this.#isAbandoned) this.#events.publishFeedback(feedback);
  }

  succeed(): void {
    this.setStatus(goalStatus.succeeded);
  }

  abort(): void {
    this.setStatus(goalStatus.aborted);
  }

  canceled(): void {
    this.setStatus(goalStatus.canceled);
  }

  setStatus(status: number): void {
    if (!this.isActive || status === this.#status) return;
    this.#status = status;
    if (!this.#isAbandoned) this.#events.onStatus();
  }

  requestCancel(): void {
    this.setStatus(goalStatus.canceling);
    this.#cancel.abort();
  }

  abandon(): void {
    this.#isAbandoned = true;
    this.#waiting = [];
    this.#cancel.abort();
  }

  /** Keeps the result and gives it to those who asked. */
  end(result: object): void {
    this.#result = result;
    for (const reply of this.#waiting) reply(result);
    this.#waiting = [];
  }

  whenEnded(reply: (result: object) => void): void {
    if (this.#result === undefined) this.#waiting.push(reply);
    else reply(this.#result);
  }
}
