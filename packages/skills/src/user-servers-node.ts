import { describeError, EfferentError, nsToSeconds, secondsToNs } from '@efferent/core';
import {
  type ActionClient,
  type ActionTypeName,
  type Client,
  goalStatus,
  type MessageTypeName,
  type Publisher,
  qosProfiles,
  type RosNode,
  type ServiceTypeName,
} from '@efferent/ros';
import { callAction, unlessAborted } from './action-call-node.ts';
import { moveAction, moveGroupType } from './mapping/moveit-goal.ts';
import type { SkillMapping } from './mapping/skill-mapping.ts';
import { OwnGoals } from './own-goals-node.ts';
import { SkillFailure } from './skill-failure.ts';
import type { ActionCall, ActionEnd, ServiceCall, TopicCall, UserServers } from './user-servers.ts';

const defaultServerWaitS = 2;
const pollS = 0.05;

type AnyClient = Client<ServiceTypeName>;
type AnyActionClient = ActionClient<ActionTypeName>;

/** Clients of everything that a mapping names, made once so that the servers are found before they are needed. */
export class MappedServers {
  readonly goals: OwnGoals;
  readonly #node: RosNode;
  readonly #actions = new Map<string, AnyActionClient>();
  readonly #services = new Map<string, AnyClient>();
  readonly #publishers = new Map<string, Publisher<object>>();
  readonly #listeners = new Map<string, Set<(message: object) => void>>();

  constructor(node: RosNode, mapping: SkillMapping) {
    this.#node = node;
    this.goals = new OwnGoals(node);
    if (mapping.motions !== undefined) this.#action(mapping.motions.action ?? moveAction, moveGroupType);
    for (const chosen of Object.values(mapping.skills)) {
      if (chosen.backend === 'moveit') this.#action(chosen.action ?? moveAction, moveGroupType);
      if (chosen.backend === 'service-client') this.#service(chosen.service, chosen.type);
      if (chosen.backend === 'action-client' && 'type' in chosen) this.#action(chosen.action, chosen.type);
      if (chosen.backend !== 'topic') continue;
      this.#publisher(chosen.topic, chosen.type);
      if (chosen.until !== undefined) this.#listenersOf(chosen.until.topic, chosen.until.type);
    }
  }

  /** The servers for one goal of a skill. @param signal - aborts with a {@link SkillFailure} as its reason */
  forGoal(signal: AbortSignal): UserServers {
    return {
      callAction: (call) => this.#callAction(call, signal),
      callService: (call) => this.#callService(call, signal),
      converse: (call) => this.#converse(call, signal),
    };
  }

  /** Cancels all goals of actions that may go on without their client. */
  async halt(actions: readonly string[]): Promise<void> {
    await Promise.all(actions.map((action) => this.goals.cancelAll(action)));
  }

  async #callAction(call: ActionCall, signal: AbortSignal): Promise<ActionEnd> {
    const client = this.#action(call.action, call.type);
    const { halt = [] } = call;
    const { status, result, isEnough } = await callAction(this.#node, client, call.goal as never, {
      signal,
      limitS: call.limitS,
      lateCode: 'time-out',
      serverWaitS: call.serverWaitS,
      cancelWaitS: call.cancelWaitS,
      goalIdPrefix: this.goals.idPrefix,
      until: call.until,
      onFeedback: call.onFeedback,
      whenInDoubt: () => this.halt(halt),
    });
    const ended =
      status === goalStatus.succeeded ? 'succeeded' : status === goalStatus.canceled ? 'canceled' : 'aborted';
    return { status: ended, result: result ?? {}, isEnough };
  }

  async #callService(call: ServiceCall, signal: AbortSignal): Promise<object> {
    const client = this.#service(call.service, call.type);
    const waitS = call.serverWaitS ?? defaultServerWaitS;
    if (!(await unlessAborted(client.waitForService(waitS * 1000), signal)))
      throw new SkillFailure('unavailable', `${client.serviceName} has no server after ${waitS} s`);
    const gone = new AbortController();
    const watch = this.#node.createTimer(secondsToNs(pollS), () => {
      if (!client.isServiceServerAvailable()) gone.abort();
    });
    try {
      return await client.sendRequestAsync(call.request as never, {
        timeoutMs: call.limitS * 1000,
        signal: AbortSignal.any([signal, gone.signal]),
      });
    } catch (error) {
      signal.throwIfAborted();
      if (!EfferentError.isInstance(error) || error.family !== 'middleware') throw error;
      if (gone.signal.aborted)
        throw new SkillFailure('unavailable', `${client.serviceName} went away before it answered`, error);
      throw new SkillFailure('time-out', `${client.serviceName}: ${describeError(error)}`, error);
    } finally {
      watch.cancel();
    }
  }

  async #converse(call: TopicCall, signal: AbortSignal): Promise<object> {
    const publisher = this.#publisher(call.topic, call.type);
    const waitS = call.serverWaitS ?? defaultServerWaitS;
    const isHeard = await this.#poll(() => publisher.subscriptionCount > 0, waitS, signal);
    if (!isHeard)
      throw new SkillFailure('unavailable', `nobody listens to ${publisher.topic} after ${waitS} s`);
    const { until } = call;
    if (until === undefined) {
      publisher.publish(call.message);
      return {};
    }
    let last: object | undefined;
    let outcome: { readonly error?: Error } | undefined;
    const listeners = this.#listenersOf(until.topic, until.type);
    const listen = (message: object) => {
      last = message;
      try {
        if (until.isDone(message)) outcome ??= {};
      } catch (error) {
        outcome ??= { error: error as Error };
      }
    };
    listeners.add(listen);
    publisher.publish(call.message);
    const repeat =
      call.rateHz === undefined
        ? undefined
        : this.#node.createTimer(secondsToNs(1 / call.rateHz), () => publisher.publish(call.message));
    try {
      const isDone = await this.#poll(() => outcome !== undefined, call.limitS, signal);
      const heard =
        last === undefined ? `nothing was heard on ${until.topic}` : `${until.topic} does not say so`;
      if (!isDone) throw new SkillFailure('time-out', `not done after ${call.limitS} s: ${heard}`);
      if (outcome?.error !== undefined) throw outcome.error;
      return last ?? {};
    } catch (error) {
      if (call.stop !== undefined) publisher.publish(call.stop);
      throw error;
    } finally {
      listeners.delete(listen);
      repeat?.cancel();
    }
  }

  /** Resolves true as soon as a condition holds, false after a time, s of ROS time. */
  async #poll(condition: () => boolean, limitS: number, signal: AbortSignal): Promise<boolean> {
    const endS = nsToSeconds(this.#node.clock.nowNs()) + limitS;
    while (!condition()) {
      if (nsToSeconds(this.#node.clock.nowNs()) > endS) return false;
      await unlessAborted(this.#node.sleep(pollS * 1000), signal);
    }
    signal.throwIfAborted();
    return true;
  }

  #action(name: string, type: string): AnyActionClient {
    return kept(this.#actions, name, type, () => {
      const client = this.#node.createActionClient(type as ActionTypeName, name);
      this.goals.watch(client.actionName);
      return client;
    });
  }

  #service(name: string, type: string): AnyClient {
    return kept(this.#services, name, type, () => this.#node.createClient(type as ServiceTypeName, name));
  }

  #publisher(name: string, type: string): Publisher<object> {
    return kept(this.#publishers, name, type, () =>
      this.#node.createPublisher(type as MessageTypeName, name),
    ) as Publisher<object>;
  }

  #listenersOf(name: string, type: string): Set<(message: object) => void> {
    return kept(this.#listeners, name, type, () => {
      const listeners = new Set<(message: object) => void>();
      // Best effort hears publishers of every profile.
      const options = { qos: qosProfiles.sensorData };
      this.#node.createSubscription(type as MessageTypeName, name, options, (message) => {
        for (const listener of [...listeners]) listener(message);
      });
      return listeners;
    });
  }
}

function kept<Value>(all: Map<string, Value>, name: string, type: string, make: () => Value): Value {
  const key = `${name} ${type}`;
  let value = all.get(key);
  if (value === undefined) {
    value = make();
    all.set(key, value);
  }
  return value;
}
