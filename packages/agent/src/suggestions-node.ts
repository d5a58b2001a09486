import { qosProfiles, type RosNode, stampFromNs } from '@efferent/ros';
import type { Belief } from './belief/belief.ts';
import { viewBelief } from './belief/truth.ts';
import { suggestInstructions } from './suggest-instructions.ts';

const periodNs = 2_000_000_000n;

/** Publishes what could be asked of the agent now, whenever that changes and anybody listens. */
export function publishSuggestions(node: RosNode, belief: Belief): void {
  const publisher = node.createPublisher(
    'efferent_interfaces/msg/Suggestions',
    '/agent/suggestions',
    qosProfiles.latched,
  );
  let published = '';
  node.createTimer(periodNs, () => {
    if (publisher.subscriptionCount === 0) return;
    const nowNs = node.clock.nowNs();
    const instructions = suggestInstructions(viewBelief(belief, Number(nowNs) / 1e9));
    const key = instructions.join('\n');
    if (key === published) return;
    published = key;
    publisher.publish({ header: { stamp: stampFromNs(nowNs) }, instructions });
  });
}
