import { qosProfiles, type RosNode, stampFromNs } from '@efferent/ros';
import type { PredicateName } from '@efferent/skills';
import type { Belief } from './belief/belief.ts';
import { viewBelief } from './belief/truth.ts';
import type { RobotClient } from './robot-client-node.ts';
import { suggestInstructions } from './suggest-instructions.ts';

const periodNs = 2_000_000_000n;

/** Publishes what could be asked of the agent and its robots now, whenever that changes and anybody listens. */
export function publishSuggestions(node: RosNode, belief: Belief, robots: readonly RobotClient[]): void {
  const publisher = node.createPublisher(
    'efferent_interfaces/msg/Suggestions',
    '/agent/suggestions',
    qosProfiles.latched,
  );
  let published = '';
  let isAsking = false;
  const askForSkills = async () => {
    if (isAsking) return;
    isAsking = true;
    await Promise.all(robots.filter(({ skills }) => skills === undefined).map((robot) => robot.listSkills()));
    isAsking = false;
  };
  node.createTimer(periodNs, () => {
    if (publisher.subscriptionCount === 0) return;
    void askForSkills();
    const nowNs = node.clock.nowNs();
    const instructions = suggestInstructions(viewBelief(belief, Number(nowNs) / 1e9), effectsOf(robots));
    const key = instructions.join('\n');
    if (key === published) return;
    published = key;
    publisher.publish({ header: { stamp: stampFromNs(nowNs) }, instructions });
  });
}

/** What the skills bring about of the robots that have told theirs. */
const effectsOf = (robots: readonly RobotClient[]): ReadonlySet<PredicateName> =>
  new Set(
    robots
      .flatMap(({ skills = [] }) => skills)
      .flatMap(({ effects }) => effects.filter(({ negated }) => !negated))
      .map(({ predicate }) => predicate),
  );
