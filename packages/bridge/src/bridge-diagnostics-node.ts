import { nsToSeconds } from '@efferent/core';
import { DiagnosticUpdater, type RosNode } from '@efferent/ros';
import type { RelayWatch } from './graph-relay.ts';

/** The graph is compared with what clients know once a second. */
export const pollPeriodNs = 1_000_000_000n;
/** Work that takes longer holds up what clients are sent, ms. */
const pollMaxMs = 250;
/** A service that takes longer leaves a person waiting, ms. */
const callMaxMs = 2000;

/** How clients of the bridge fare, on `/diagnostics`; by steady time, as clients wait also while simulated time stands. */
export class BridgeDiagnostics implements RelayWatch {
  readonly #node: RosNode;
  readonly #messages;
  readonly #polls;
  readonly #calls;
  #dropped = 0;

  /** @param clientCount - how many clients are connected now */
  constructor(node: RosNode, clientCount: () => number) {
    this.#node = node;
    const diagnostics = new DiagnosticUpdater(node, node.steadyClock);
    this.#messages = diagnostics.watch('messages to clients', {
      values: () => [['clients', clientCount()]],
    });
    this.#polls = diagnostics.watch('graph', {
      rateHz: 1 / nsToSeconds(pollPeriodNs),
      maxLatencyMs: pollMaxMs,
    });
    this.#calls = diagnostics.watch('calls of clients', { maxLatencyMs: callMaxMs });
  }

  countMessage(): void {
    this.#messages.tick();
  }

  /** Runs a comparison with the graph. @param droppedFrames - tells how many frames slow clients have lost so far */
  poll(work: () => void, droppedFrames: () => number): void {
    const startNs = this.#node.steadyClock.nowNs();
    work();
    this.#polls.tick();
    this.#polls.took(this.#msSince(startNs));
    this.#messages.drop(droppedFrames() - this.#dropped);
    this.#dropped = droppedFrames();
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    const startNs = this.#node.steadyClock.nowNs();
    this.#calls.tick();
    try {
      return await work();
    } finally {
      this.#calls.took(this.#msSince(startNs));
    }
  }

  #msSince(startNs: bigint): number {
    return nsToSeconds(this.#node.steadyClock.nowNs() - startNs) * 1000;
  }
}
