import { describeError, EfferentError, nsToSeconds, secondsToNs } from '@efferent/core';
import type { ActionTypes } from '@efferent/interfaces';
import {
  type ActionClient,
  type ActionTypeName,
  type ClientGoalHandle,
  goalStatus,
  type Partially,
  type RosNode,
  whyNotServing,
} from '@efferent/ros';
import { SkillFailure } from './skill-failure.ts';

/** Servers must answer within this, s. */
const answerS = 2;
/** A server must have ended a goal this long after it was cancelled, s. */
const cancelWaitS = 5;
/** The result of a goal whose status is final must come within this, s. */
const resultWaitS = 2;
const pollS = 0.05;
/** As long as a controller waits for a slowed robot, s. */
const slowedAtMostS = 60;

export interface ActionCallOptions<Feedback> {
  /** Aborts with a {@link SkillFailure} as its reason. */
  readonly signal: AbortSignal;
  /** The goal may take this long, s. */
  readonly limitS: number;
  /** Tells whether the robot is slowed near a person: that time does not count, up to a minute. */
  readonly isSlowed?: () => boolean;
  /** Failure code after `limitS`. */
  readonly lateCode: 'blocked' | 'time-out';
  readonly serverWaitS?: number | undefined;
  readonly cancelWaitS?: number | undefined;
  readonly goalIdPrefix?: string;
  /** Ends the goal early when it says so; asked at 20 Hz. */
  readonly until?: (() => boolean) | undefined;
  readonly onFeedback?: ((feedback: Feedback) => void) | undefined;
  /** Called when the goal may go on although its server does not answer. */
  readonly whenInDoubt?: () => Promise<void>;
}

export interface EndedGoal<Result> {
  readonly status: number;
  /** Undefined when only the status came: a result of another version of the type does not decode. */
  readonly result: Result | undefined;
  readonly isEnough: boolean;
}

/**
 * Sends a goal and waits for its end; cancels it, and waits for that, when the skill ends first, `until` says so, or
 * time is over.
 *
 * @throws {@link SkillFailure} `unavailable` without a server, when it refuses or when it goes away; `lateCode`; or the
 * reason of `signal`
 */
export async function callAction<A extends ActionTypeName>(
  node: RosNode,
  client: ActionClient<A>,
  goal: Partially<ActionTypes[A]['Goal']>,
  options: ActionCallOptions<ActionTypes[A]['Feedback']>,
): Promise<EndedGoal<ActionTypes[A]['Result']>> {
  options.signal.throwIfAborted();
  const handle = await send(node, client, goal, options);
  if (!handle.accepted) {
    const reason = await whyNotServing(node, client.actionName);
    throw new SkillFailure(
      'unavailable',
      `${client.actionName} refused the goal; ${reason ?? 'it is busy or the goal is out of its limits'}`,
    );
  }
  return await new RunningGoal(node, client.actionName, handle, options).end();
}

async function send<A extends ActionTypeName>(
  node: RosNode,
  client: ActionClient<A>,
  goal: Partially<ActionTypes[A]['Goal']>,
  { signal, serverWaitS = answerS, goalIdPrefix, onFeedback }: ActionCallOptions<ActionTypes[A]['Feedback']>,
): Promise<ClientGoalHandle<A>> {
  const sent = client.sendGoal(goal, {
    timeoutMs: serverWaitS * 1000,
    ...(goalIdPrefix === undefined ? {} : { goalIdPrefix }),
    ...(onFeedback === undefined ? {} : { onFeedback }),
  });
  try {
    return await unlessAborted(sent, signal);
  } catch (error) {
    if (signal.aborted) {
      // The server may take it all the same.
      sent
        .then((handle) => (handle.accepted ? handle.cancelGoal({ timeoutMs: answerS * 1000 }) : true))
        .catch((late: unknown) => node.logger.debug('goal-not-taken', { error: describeError(late) }));
      throw signal.reason;
    }
    if (!EfferentError.isInstance(error) || error.family !== 'middleware') throw error;
    throw new SkillFailure(
      'unavailable',
      `${client.actionName} does not answer: ${describeError(error)}`,
      error,
    );
  }
}

/** A goal that its server has accepted. */
class RunningGoal<A extends ActionTypeName> {
  readonly #node: RosNode;
  readonly #name: string;
  readonly #handle: ClientGoalHandle<A>;
  readonly #options: ActionCallOptions<ActionTypes[A]['Feedback']>;
  readonly #cancelWaitS: number;
  readonly #startS: number;
  readonly #giveUp = new AbortController();
  #isEnough = false;
  #isLate = false;
  #cancelledS: number | undefined;
  #slowedS = 0;
  #finalS: number | undefined;

  constructor(
    node: RosNode,
    name: string,
    handle: ClientGoalHandle<A>,
    options: ActionCallOptions<ActionTypes[A]['Feedback']>,
  ) {
    this.#node = node;
    this.#name = name;
    this.#handle = handle;
    this.#options = options;
    this.#cancelWaitS = options.cancelWaitS ?? cancelWaitS;
    this.#startS = this.#nowS();
  }

  async end(): Promise<EndedGoal<ActionTypes[A]['Result']>> {
    const { signal, limitS } = this.#options;
    const cancel = () => this.#cancel();
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const watch = this.#node.createTimer(secondsToNs(pollS), () => this.#watch(), this.#node.clock);
    const slowedS = this.#options.isSlowed === undefined ? 0 : slowedAtMostS;
    const timeoutMs = (limitS + slowedS + this.#cancelWaitS + resultWaitS) * 1000;
    try {
      const ended = await this.#handle.getResult({ timeoutMs, signal: this.#giveUp.signal });
      return this.#ended(ended.status, ended.result);
    } catch (error) {
      if (SkillFailure.isInstance(error)) throw error;
      if (this.#handle.status < goalStatus.succeeded) throw await this.#lost(error);
      this.#node.logger.warn('result-lost', { action: this.#name, error: describeError(error) });
      return this.#ended(this.#handle.status, undefined);
    } finally {
      watch.cancel();
      signal.removeEventListener('abort', cancel);
    }
  }

  #ended(status: number, result: ActionTypes[A]['Result'] | undefined): EndedGoal<ActionTypes[A]['Result']> {
    this.#options.signal.throwIfAborted();
    if (this.#isLate && status !== goalStatus.succeeded) throw this.#late();
    return { status, result, isEnough: this.#isEnough };
  }

  #watch(): void {
    const nowS = this.#nowS();
    if (!this.#isEnough && this.#options.until?.() === true) {
      this.#isEnough = true;
      this.#cancel();
    }
    if (this.#options.isSlowed?.() === true) this.#slowedS = Math.min(slowedAtMostS, this.#slowedS + pollS);
    if (nowS - this.#startS > this.#options.limitS + this.#slowedS) {
      this.#isLate = true;
      this.#cancel();
    }
    if (this.#handle.status >= goalStatus.succeeded) this.#finalS ??= nowS;
    const isUnconfirmed = this.#cancelledS !== undefined && nowS - this.#cancelledS > this.#cancelWaitS;
    const isResultLost = this.#finalS !== undefined && nowS - this.#finalS > resultWaitS;
    if (isUnconfirmed || isResultLost) this.#giveUp.abort();
  }

  #cancel(): void {
    if (this.#cancelledS !== undefined) return;
    this.#cancelledS = this.#nowS();
    this.#handle.cancelGoal({ timeoutMs: this.#cancelWaitS * 1000 }).catch((error: unknown) => {
      this.#node.logger.warn('cancel-failed', { action: this.#name, error: describeError(error) });
    });
  }

  /** The goal has no known end: its server is gone, or does not cancel it. */
  async #lost(error: unknown): Promise<SkillFailure> {
    const { signal, whenInDoubt } = this.#options;
    const isGone = EfferentError.isInstance(error) && error.code === 'server-lost';
    this.#node.logger.warn('goal-in-doubt', { action: this.#name, error: describeError(error) });
    await whenInDoubt?.();
    const unconfirmed = `${this.#name} ${isGone ? 'went away' : `has not confirmed the cancel after ${this.#cancelWaitS} s`}`;
    if (signal.aborted && SkillFailure.isInstance(signal.reason))
      return new SkillFailure(signal.reason.code, `${signal.reason.message}; ${unconfirmed}`, error);
    if (isGone) return new SkillFailure('unavailable', describeError(error), error);
    const late = this.#late();
    return new SkillFailure(late.code, `${late.message}; ${unconfirmed}`, error);
  }

  #late(): SkillFailure {
    const { lateCode, limitS } = this.#options;
    return new SkillFailure(lateCode, `${this.#name} did not end within ${limitS.toFixed(0)} s`);
  }

  #nowS(): number {
    return nsToSeconds(this.#node.clock.nowNs());
  }
}

/** Rejects with the reason of `signal` as soon as it aborts. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
