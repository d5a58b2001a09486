import { MiddlewareError } from '@efferent/core/errors';
import { Lifecycle } from './lifecycle.ts';
import { type LifecycleStep, lifecycleStates } from './lifecycle-states.ts';
import { fullNodeName } from './names.ts';
import type { NodeModule, NodeServices, RunningNode } from './node-module.ts';
import type { NodeScope, RosNode } from './port.ts';

/** A configured node. */
export interface ManagedBehaviour {
  activate?(): void;
  /**
   * Ends what runs, and resolves when it has come to rest; the goals of its action servers, which are waited for as well,
   * tell themselves. New goals are refused from before this call on.
   *
   * @param reason - why, for those whose goals end, e.g. `was deactivated`
   */
  deactivate(reason: string): void | Promise<void>;
  /** Lets go of what the node holds beside its endpoints. */
  cleanUp?(): Promise<void>;
}

/** A node with a managed lifecycle. */
export interface ManagedNodeDefinition {
  readonly name: string;
  /** Loads what the node needs and creates its endpoints in the scope, which is closed when the node is cleaned up. */
  configure(node: NodeScope, services: NodeServices): Promise<ManagedBehaviour>;
}

/** A step that takes longer has failed, ms of steady time. */
const stepLimitMs = 30_000;
/** What does not come to rest by then is left alone when the node shuts down, ms. */
const restLimitMs = 2500;

/**
 * Makes a node managed: configured and active after its start, unless the parameter `autostart` is false, and then as
 * `ros2 lifecycle set` says. While it is not active its action servers refuse goals and its lifecycle publishers are silent.
 */
export function managedNode(definition: ManagedNodeDefinition): NodeModule {
  return {
    name: definition.name,
    async start(node, services) {
      const isAutomatic = node.declareParameter('autostart', true as boolean, {
        description: 'configure and activate the node when it starts',
        readOnly: true,
      });
      const managed = new ManagedNode(node, services, definition);
      if (isAutomatic) await managed.startUp();
      return managed;
    },
  };
}

class ManagedNode implements RunningNode {
  readonly #node: RosNode;
  readonly #services: NodeServices;
  readonly #definition: ManagedNodeDefinition;
  readonly #lifecycle: Lifecycle;
  /** From the begin of its activation until it has come to rest again, the node may send commands. */
  #isLive = false;
  #scope: NodeScope | undefined;
  #behaviour: ManagedBehaviour | undefined;

  constructor(node: RosNode, services: NodeServices, definition: ManagedNodeDefinition) {
    this.#node = node;
    this.#services = services;
    this.#definition = definition;
    this.#lifecycle = new Lifecycle(node, (step) => this.#do(step));
  }

  /** @throws what kept the node from being configured or activated */
  async startUp(): Promise<void> {
    for (const step of ['configure', 'activate']) {
      const error = await this.#lifecycle.change(({ label }) => label === step);
      if (error !== undefined) throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.#lifecycle.state === lifecycleStates.finalized) return;
    const error = await this.#lifecycle.change(({ step }) => step === 'shutdown');
    if (error !== undefined) throw error;
  }

  #do(step: LifecycleStep): Promise<void> {
    return within(this.#node, step, stepLimitMs, this.#steps[step]());
  }

  readonly #steps: Readonly<Record<LifecycleStep, () => Promise<void>>> = {
    configure: () => this.#configure(),
    activate: async () => {
      this.#isLive = true;
      this.#behaviour?.activate?.();
    },
    deactivate: async () => {
      await this.#comeToRest('was deactivated');
      this.#isLive = false;
    },
    cleanup: () => this.#cleanUp(),
    shutdown: () => this.#shutDown('is shutting down'),
    error: () => this.#shutDown('has failed'),
  };

  async #configure(): Promise<void> {
    const scope = this.#node.openScope({
      whyRefusesGoals: () => this.#inactiveReason(),
      isSilent: () => !this.#isLive,
    });
    this.#scope = scope;
    try {
      this.#behaviour = await this.#definition.configure(scope, this.#services);
    } catch (error) {
      await this.#cleanUp();
      throw error;
    }
  }

  async #shutDown(reason: string): Promise<void> {
    try {
      if (this.#isLive) await within(this.#node, 'coming to rest', restLimitMs, this.#comeToRest(reason));
    } catch (error) {
      // Nothing that hangs may keep a process from ending; what it sent last lives for a fifth of a second.
      this.#node.logger.warn('not-at-rest', { error });
    } finally {
      this.#isLive = false;
      await this.#cleanUp();
    }
  }

  async #comeToRest(reason: string): Promise<void> {
    await this.#behaviour?.deactivate(reason);
    await this.#scope?.whenGoalsEnded();
  }

  async #cleanUp(): Promise<void> {
    const behaviour = this.#behaviour;
    const scope = this.#scope;
    this.#behaviour = undefined;
    this.#scope = undefined;
    try {
      await behaviour?.cleanUp?.();
    } finally {
      await scope?.destroy();
    }
  }

  #inactiveReason(): string | undefined {
    const { state } = this.#lifecycle;
    if (state === lifecycleStates.active) return undefined;
    const name = fullNodeName(this.#node.name, this.#node.namespace);
    return `the node ${name} is ${state.label}`;
  }
}

/** Waits for what a node does, but not forever. */
async function within(node: RosNode, what: string, limitMs: number, work: Promise<void>): Promise<void> {
  const limit = Promise.withResolvers<never>();
  const timer = node.createTimer(
    BigInt(limitMs) * 1_000_000n,
    () =>
      limit.reject(
        new MiddlewareError({ code: 'timeout', message: `${what} took longer than ${limitMs} ms` }),
      ),
    node.steadyClock,
  );
  try {
    await Promise.race([work, limit.promise]);
  } finally {
    timer.cancel();
  }
}
