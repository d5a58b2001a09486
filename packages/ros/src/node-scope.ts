import type { MessageTypes } from '@efferent/interfaces';
import { type NodeCore, NodeSurface } from './node-surface.ts';
import type * as port from './port.ts';

/** A part of a node that can be closed before the node, and acts as its gate lets it. */
export class ClosableScope extends NodeSurface implements port.NodeScope {
  readonly #gate: port.ScopeGate;
  readonly #onClose: () => void;
  readonly #declared = new Set<string>();
  readonly #goals = new Set<Promise<unknown>>();

  constructor(core: NodeCore, gate: port.ScopeGate, onClose: () => void) {
    super(core);
    this.#gate = gate;
    this.#onClose = onClose;
  }

  /** A parameter that an earlier scope declared keeps its value. */
  override declareParameter<Value extends port.ParameterValue>(
    name: string,
    value: Value,
    descriptor: port.ParameterDescriptor,
  ): Value {
    const known = this.#declared.has(name) ? undefined : this.core.parameters.get(name);
    this.#declared.add(name);
    return known === undefined ? super.declareParameter(name, value, descriptor) : (known.value as Value);
  }

  createLifecyclePublisher<T extends port.MessageTypeName>(
    type: T,
    topic: string,
    qos?: port.QosProfile,
  ): port.Publisher<MessageTypes[T]> {
    const publisher = this.createPublisher(type, topic, qos);
    return {
      topic: publisher.topic,
      publish: (message) => {
        if (!this.#gate.isSilent()) publisher.publish(message);
      },
      get subscriptionCount() {
        return publisher.subscriptionCount;
      },
    };
  }

  override createActionServer<A extends port.ActionTypeName>(
    type: A,
    name: string,
    callbacks: port.ActionServerCallbacks<A>,
  ): port.ActionServer {
    return super.createActionServer(type, name, {
      onGoal: (goal) => {
        const reason = this.#gate.whyRefusesGoals();
        if (reason !== undefined) this.logger.warn('goal-refused', { action: name, reason });
        return reason === undefined && (callbacks.onGoal?.(goal) ?? true);
      },
      onCancel: (goal) => callbacks.onCancel?.(goal) ?? true,
      execute: (goal) => this.#watched(callbacks.execute(goal)),
    });
  }

  async whenGoalsEnded(): Promise<void> {
    await Promise.allSettled(this.#goals);
  }

  openScope(gate: port.ScopeGate): port.NodeScope {
    return new ClosableScope(this.core, gate, () => undefined);
  }

  override async destroy(): Promise<void> {
    if (this.close('closed a part of itself')) this.#onClose();
  }

  #watched<Result>(goal: Promise<Result>): Promise<Result> {
    this.#goals.add(goal);
    const forget = () => this.#goals.delete(goal);
    goal.then(forget, forget);
    return goal;
  }
}
