import { MiddlewareError } from '@efferent/core/errors';
import { type GoalInfo, goalIdText, type Uuid } from './action-names.ts';
import { type ClientHost, type ServiceClient, waitForServers } from './client.ts';
import { goalStatus, type SendGoalOptions, type WaitOptions } from './port.ts';

type FeedbackCallback = (feedback: object) => void;

export interface ActionClientParts {
  readonly sendGoal: ServiceClient;
  readonly cancelGoal: ServiceClient;
  readonly getResult: ServiceClient;
}

/** Ended goals whose result nobody has asked for yet, and whose last feedback may still come. */
const keptEnded = 32;

/** An action client without types. */
export class GenericActionClient {
  readonly actionName: string;
  readonly #parts: ActionClientParts;
  readonly #host: ClientHost;
  readonly #newGoalId: () => Uint8Array;
  readonly #goals = new Map<string, GenericClientGoal>();
  readonly #feedbackCallbacks = new Map<string, FeedbackCallback>();
  #ended: string[] = [];

  constructor(actionName: string, parts: ActionClientParts, host: ClientHost, newGoalId: () => Uint8Array) {
    this.actionName = actionName;
    this.#parts = parts;
    this.#host = host;
    this.#newGoalId = newGoalId;
  }

  isActionServerAvailable(): boolean {
    const { sendGoal, cancelGoal, getResult } = this.#parts;
    return [sendGoal, cancelGoal, getResult].every((client) => client.isServiceServerAvailable());
  }

  async waitForServer(timeoutMs: number): Promise<boolean> {
    if (this.isActionServerAvailable()) return true;
    const services = Object.values(this.#parts).map(({ serviceName }) => serviceName);
    return waitForServers(this.#host, this.actionName, services, timeoutMs, () =>
      this.isActionServerAvailable(),
    );
  }

  async sendGoal(goal: object, options: SendGoalOptions<object>): Promise<GenericClientGoal> {
    const id: Uuid = { uuid: this.#newGoalId() };
    id.uuid.set(Buffer.from(options.goalIdPrefix ?? '', 'hex').subarray(0, 16));
    const text = goalIdText(id);
    if (options.onFeedback !== undefined) this.#feedbackCallbacks.set(text, options.onFeedback);
    try {
      const { response, serverId } = await this.#parts.sendGoal.request({ goal_id: id, goal }, options);
      const { accepted } = response as { accepted: boolean };
      const forget = () => {
        this.#goals.delete(text);
        this.#feedbackCallbacks.delete(text);
      };
      const handle = new GenericClientGoal(id, accepted, serverId, this.#parts, this.#host, forget);
      if (accepted) this.#goals.set(text, handle);
      else this.#feedbackCallbacks.delete(text);
      return handle;
    } catch (error) {
      this.#feedbackCallbacks.delete(text);
      throw error;
    }
  }

  /** Takes a message of the action's feedback topic. */
  readonly onFeedback = (message: object): void => {
    const { goal_id, feedback } = message as { goal_id: Uuid; feedback: object };
    if (this.#feedbackCallbacks.size > 0) this.#feedbackCallbacks.get(goalIdText(goal_id))?.(feedback);
  };

  /** Takes a message of the action's status topic. */
  readonly onStatus = (message: object): void => {
    if (this.#goals.size === 0) return;
    const { status_list } = message as { status_list: readonly { goal_info: GoalInfo; status: number }[] };
    for (const { goal_info, status } of status_list) {
      const id = goalIdText(goal_info.goal_id);
      const goal = this.#goals.get(id);
      goal?.setStatus(status);
      if (goal !== undefined && status >= goalStatus.succeeded) this.#ended.push(id);
    }
    if (this.#ended.length > keptEnded) this.#forgetEnded();
  };

  /** Goals that nobody asks about any more are not kept for ever. */
  #forgetEnded(): void {
    const ended = [...new Set(this.#ended)].filter((id) => this.#goals.has(id));
    for (const id of ended.slice(0, -keptEnded)) {
      this.#goals.delete(id);
      this.#feedbackCallbacks.delete(id);
    }
    this.#ended = ended.slice(-keptEnded);
  }
}

/** One goal as its sender sees it. */
export class GenericClientGoal {
  readonly accepted: boolean;
  readonly goalId: string;
  readonly #id: Uuid;
  readonly #serverId: string;
  readonly #parts: ActionClientParts;
  readonly #host: ClientHost;
  readonly #forget: () => void;
  #status: number;
  #result: { readonly status: number; readonly result: object } | undefined;

  constructor(
    id: Uuid,
    accepted: boolean,
    serverId: string,
    parts: ActionClientParts,
    host: ClientHost,
    forget: () => void,
  ) {
    this.#id = id;
    this.accepted = accepted;
    this.goalId = goalIdText(id);
    this.#serverId = serverId;
    this.#parts = parts;
    this.#host = host;
    this.#forget = forget;
    this.#status = accepted ? goalStatus.accepted : goalStatus.unknown;
  }

  get status(): number {
    return this.#status;
  }

  /** Takes a newer status; an ended goal keeps its own. */
  setStatus(status: number): void {
    if (this.#status < goalStatus.succeeded) this.#status = status;
  }

  async getResult(options: WaitOptions): Promise<{ readonly status: number; readonly result: object }> {
    if (this.#result !== undefined) return this.#result;
    if (!this.accepted) {
      throw new MiddlewareError({
        code: 'goal-rejected',
        message: `goal ${this.goalId} was rejected, it has no result`,
      });
    }
    const lost = new AbortController();
    const stopWatching = this.#host.graph.onChange(() => {
      if (!this.#parts.sendGoal.hasServer(this.#serverId)) lost.abort();
    });
    const signal =
      options.signal === undefined ? lost.signal : AbortSignal.any([options.signal, lost.signal]);
    try {
      if (!this.#parts.sendGoal.hasServer(this.#serverId)) throw this.#serverLost();
      const response = await this.#parts.getResult.sendRequestAsync(
        { goal_id: this.#id },
        { ...options, signal },
      );
      const { status, result } = response as { status: number; result: object };
      this.#result = { status, result };
      this.#status = status;
      this.#forget();
      return this.#result;
    } catch (error) {
      throw lost.signal.aborted && options.signal?.aborted !== true ? this.#serverLost() : error;
    } finally {
      stopWatching();
    }
  }

  async cancelGoal(options: WaitOptions): Promise<boolean> {
    const request = { goal_info: { goal_id: this.#id } };
    const response = await this.#parts.cancelGoal.sendRequestAsync(request, options);
    const { goals_canceling } = response as { goals_canceling: readonly GoalInfo[] };
    return goals_canceling.some(({ goal_id }) => goalIdText(goal_id) === this.goalId);
  }

  #serverLost(): MiddlewareError {
    const service = this.#parts.sendGoal.serviceName;
    this.#forget();
    return new MiddlewareError({
      code: 'server-lost',
      message: `the action server of ${service.replace(/\/_action\/send_goal$/, '')} went away while it had goal ${this.goalId}`,
      fields: { goalId: this.goalId },
    });
  }
}
