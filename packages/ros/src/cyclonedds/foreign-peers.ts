import { setTimeout } from 'node:timers/promises';
import { CycloneParticipant, cycloneConfiguration, domainIdFromEnvironment } from '@efferent/cyclonedds';
import { DdsGraph } from './dds-graph.ts';

/** A node that another vendor's DDS carries: topics match, services and actions do not. */
export interface ForeignPeer {
  /** Full name; empty when it announces none. */
  readonly node: string;
  readonly vendor: string;
}

/** A node that has not said its name by then is waited for a little longer, ms. */
const namePeriodMs = 200;
const namePeriods = 5;

/**
 * Listens on the graph that the environment names for nodes over other DDS implementations.
 *
 * @param listenMs - how long; peers announce themselves at once to a newcomer
 * @throws {@link MiddlewareError} when the addon is missing or no participant can be made
 */
export async function findForeignPeers(listenMs: number): Promise<readonly ForeignPeer[]> {
  const participant = new CycloneParticipant(
    domainIdFromEnvironment(process.env),
    cycloneConfiguration(process.env),
    'enclave=/;',
  );
  const graph = new DdsGraph(participant, () => undefined);
  try {
    await setTimeout(listenMs);
    for (let i = 0; i < namePeriods && graph.foreignNodes().some(({ node }) => node === ''); i++)
      await setTimeout(namePeriodMs);
    return graph.foreignNodes();
  } finally {
    graph.close();
    participant.close();
  }
}
