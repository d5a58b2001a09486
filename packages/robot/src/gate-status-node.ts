import { qosProfiles, type RosNode, stampFromNs } from '@efferent/ros';
import type { CommandGate } from './command-gate.ts';

/** A status at least every this many ticks (10 Hz). */
const statusTicks = 10;

/** Publishes `gate/status` at 10 Hz and when it changes. */
export class StatusPublisher {
  readonly #node: RosNode;
  readonly #gate: CommandGate;
  readonly #publisher;
  #ticks = statusTicks;
  #shown = '';

  constructor(node: RosNode, gate: CommandGate) {
    this.#node = node;
    this.#gate = gate;
    this.#publisher = node.createPublisher(
      'efferent_interfaces/msg/GateStatus',
      'gate/status',
      qosProfiles.latched,
    );
  }

  update(): void {
    const gate = this.#gate;
    const reason = gate.stopReason ?? gate.guardReason ?? '';
    const shown = `${gate.source}|${gate.agentPaused}|${gate.humanHasControl}|${gate.isSlowed}|${reason}`;
    if (++this.#ticks < statusTicks && shown === this.#shown) return;
    if (shown !== this.#shown && gate.stopReason !== undefined)
      this.#node.logger.info('gate-stopped', { reason });
    this.#ticks = 0;
    this.#shown = shown;
    this.#publisher.publish({
      header: { stamp: stampFromNs(this.#node.clock.nowNs()) },
      source: gate.humanHasControl ? 'human' : gate.source,
      stopped: gate.stopReason !== undefined,
      agent_paused: gate.agentPaused || gate.humanHasControl,
      reason: reason === '' && gate.agentPaused ? 'paused by a human gesture' : reason,
      limits: gate.limitNames(),
      face_distance_m: gate.faceDistanceM(),
      forwarded: BigInt(gate.forwarded),
      rejected: BigInt(gate.rejected),
    });
  }
}
