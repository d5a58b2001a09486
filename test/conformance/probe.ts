import type { MiddlewareError } from '@efferent/core';
import type { NodeOptions, RosNode } from '@efferent/ros';
import { afterAll, beforeAll } from 'vitest';
import type { Harness } from './harness.ts';

/** For every wait of the suite that must end. */
export const second = { timeoutMs: 2000 };

/** The suite's side of a graph: a node in `/lab` beside `/lab/peer`. Opened before the tests, closed after them. */
export class Probe {
  #harness: Harness | undefined;
  #node: RosNode | undefined;
  #created = 0;

  constructor(open: () => Promise<Harness>) {
    beforeAll(async () => {
      this.#harness = await open();
      this.#node = await this.createNode();
    });
    afterAll(() => this.harness.stop());
  }

  get harness(): Harness {
    return this.#harness!;
  }

  get node(): RosNode {
    return this.#node!;
  }

  createNode(options?: NodeOptions): Promise<RosNode> {
    const { context, settle } = this.harness;
    return settle(context.createNode(`probe_${this.#created++}`, { namespace: '/lab', ...options }));
  }

  /** Waits until what the peer publishes on a topic reaches this node's subscriptions. */
  async meet(topic: string, publisher = 'peer'): Promise<void> {
    const { harness, node } = this;
    const isSeen = () =>
      node.getPublishersInfoByTopic(topic).some(({ nodeName }) => nodeName === publisher) &&
      node.getSubscriptionsInfoByTopic(topic).some(({ nodeName }) => nodeName === node.name);
    await harness.until(isSeen, `a publisher and a subscription of ${topic}`);
    await harness.pass(50);
  }

  /** Calls a service of the peer, or of whom the name says. */
  call<S extends Parameters<RosNode['createClient']>[0]>(
    type: S,
    name: string,
    request: Parameters<ReturnType<typeof this.node.createClient<S>>['sendRequestAsync']>[0],
  ) {
    return this.harness.settle(this.node.createClient(type, name).sendRequestAsync(request, second));
  }
}

/** What a promise rejects with, or undefined. */
export const errorOf = (promise: Promise<unknown>): Promise<MiddlewareError | undefined> =>
  promise.then(
    () => undefined,
    (error: unknown) => error as MiddlewareError,
  );
