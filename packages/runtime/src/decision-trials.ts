import { MiddlewareError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { qosProfiles, type RosNode } from '@efferent/ros';
import { type EntityState, type GoalCondition, judgeTask } from '@efferent/sim';
import { type EpisodeOptions, restS, runInstruction, type StandingEpisode, setUpEpisode } from './episode.ts';
import { type Belief, TaskClient } from './task-client.ts';

/** A judgement of the agent's critic that let a step pass or stopped it. */
export interface Decision {
  readonly verdict: 'accept' | 'veto';
  readonly layer: 'gate' | 'critic';
  /** Probability of success as judged, [0, 1]. */
  readonly feasibility: number;
  /** Namespace of the robot that was to do the step. */
  readonly robot: string;
  readonly skill: string;
  readonly arguments: Readonly<Record<string, string>>;
}

/** How a step ended that was tried. */
export interface Trial {
  /** `disturbed` when the world was changed meanwhile, which no critic can know. */
  readonly outcome: 'succeeded' | 'failed' | 'disturbed';
  /** Failure code and message of the skill, or what its contract promises and did not come true; empty on success. */
  readonly because: string;
}

type Verdict = MessageTypes['efferent_interfaces/msg/Critique'];
type Plan = MessageTypes['efferent_interfaces/msg/Plan'];

/** efferent_interfaces/msg/Critique.GATHER: a look comes first, nothing is decided. */
const gather = 1;
const accept = 0;
/** A true thing this near to where it is believed to be is the one that is meant, m. */
const meantWithinM = 0.25;
const skillLimitS = 300;
const readyLimitS = 10;

/** Runs an episode to its end, and lists what the critic decided on the way. */
export async function listDecisions(options: EpisodeOptions): Promise<readonly Decision[]> {
  const standing = await setUpEpisode(options);
  try {
    const decisions: Decision[] = [];
    watchDecisions(standing.graph.client.node, (decision) => decisions.push(decision));
    await runInstruction(standing, {}, new AbortController());
    return decisions;
  } finally {
    await standing.graph.stop();
  }
}

/**
 * Tells how a step goes that the critic judged: the episode is run again up to that decision, which equal options make the
 * same, the agent's task is ended there, and the skill is executed whatever the verdict was.
 *
 * @param index - of {@link listDecisions} with the same options
 * @param delayS - virtual time that passes first: other noise of every sensor
 * @throws {@link MiddlewareError} code `no-decision` when the episode never comes to that decision
 */
export async function tryDecision(options: EpisodeOptions, index: number, delayS: number): Promise<Trial> {
  const standing = await setUpEpisode(options);
  const { graph, judge } = standing;
  try {
    const reached = new AbortController();
    let decision: Decision | undefined;
    let count = 0;
    watchDecisions(graph.client.node, (each) => {
      if (count++ !== index) return;
      decision = each;
      reached.abort();
    });
    await runInstruction(standing, {}, reached);
    if (decision === undefined)
      throw new MiddlewareError({
        code: 'no-decision',
        message: `${options.task} seed ${options.seed} ended after ${count} decisions, not ${index + 1}`,
      });
    await graph.advance(delayS);
    const isDisturbed = async () =>
      (await graph.runUntilSettled(judge.report(), readyLimitS)).perturbation !== null;
    const wasDisturbed = await isDisturbed();
    const because = await execute(standing, decision);
    if (!wasDisturbed && (await isDisturbed())) return { outcome: 'disturbed', because };
    return { outcome: because === '' ? 'succeeded' : 'failed', because };
  } finally {
    await graph.stop();
  }
}

/** Executes a step as the agent would. Says why it failed; empty when its skill says so and the world is as its contract promises. */
async function execute({ scene, graph, judge }: StandingEpisode, decision: Decision): Promise<string> {
  const client = new TaskClient(await graph.createNode('efferent_trial'), decision.robot.replace('/', ''));
  await graph.runUntilSettled(client.waitUntilReady(readyLimitS * 1000), readyLimitS + 1);
  const belief = await graph.runUntilSettled(client.observe(), readyLimitS);
  const before = await graph.runUntilSettled(judge.entityStates(), readyLimitS);
  const promised = promiseOf(decision, belief, before);
  const skill = client.executeSkill(decision.skill, decision.arguments, { timeLimitS: skillLimitS });
  const result = await graph.runUntilSettled(skill, skillLimitS + readyLimitS);
  if (!result.success) return `${result.failure_code}: ${result.message}`;
  await graph.advance(restS);
  const after = await graph.runUntilSettled(judge.entityStates(), readyLimitS);
  const { conditions } = judgeTask(scene, { goal: promised }, after);
  return conditions
    .filter(({ isMet }) => !isMet)
    .map(({ reason }) => `not-so: ${reason}`)
    .join('; ');
}

/** What is true after a step that went well; empty for one that changes nothing. */
function promiseOf(
  { robot, skill, arguments: given }: Decision,
  belief: Belief,
  states: readonly EntityState[],
): readonly GoalCondition[] {
  const entity = (id: string) => meantEntity(belief, id, states)?.id ?? `nothing that is ${id}`;
  const inHand = () =>
    entity(
      belief.objects.find(({ relation, support }) => relation === 'held-by' && support === robot)?.id ?? '',
    );
  const { object = '', container = '', surface = '', fixture = '' } = given;
  switch (skill) {
    case 'pick':
      return [{ kind: 'held', objectId: entity(object) }];
    case 'place-in': {
      const isObject = belief.objects.some(({ id }) => id === container);
      return [{ kind: 'inside', objectId: inHand(), containerId: isObject ? entity(container) : container }];
    }
    case 'place-on':
      return [{ kind: 'on', objectId: inHand(), supportId: surface }];
    case 'open':
    case 'close':
      return [{ kind: 'part', articulationId: fixture, state: skill === 'open' ? 'open' : 'closed' }];
    default:
      return [];
  }
}

/** The true thing that a believed one stands for: in the hand, or of its class and near to where it is believed to be. */
function meantEntity(belief: Belief, id: string, states: readonly EntityState[]): EntityState | undefined {
  const object = belief.objects.find((each) => each.id === id);
  if (object === undefined) return undefined;
  const { x, y } = object.pose.position;
  const candidates = states
    .filter(({ type, kind }) => type === 'object' && kind === object.class_name)
    .map((state) => ({
      state,
      gapM: Math.hypot(state.pose.translation[0] - x, state.pose.translation[1] - y),
    }));
  if (object.relation === 'held-by') return candidates.find(({ state }) => state.isHeld)?.state;
  return candidates
    .filter(({ state, gapM }) => !state.isHeld && gapM <= meantWithinM)
    .sort((a, b) => a.gapM - b.gapM)[0]?.state;
}

/** Listens to plans and critiques, and hands over what was decided, in order. */
function watchDecisions(node: RosNode, onDecision: (decision: Decision) => void): void {
  let plan: Plan | undefined;
  const { latched, default: usual } = qosProfiles;
  node.createSubscription('efferent_interfaces/msg/Plan', '/agent/plan', { qos: latched }, (newest) => {
    plan = newest;
  });
  node.createSubscription(
    'efferent_interfaces/msg/Critique',
    '/agent/critique',
    { qos: usual },
    (verdict) => {
      const decision = decisionOf(verdict, plan);
      if (decision !== undefined) onDecision(decision);
    },
  );
}

function decisionOf(verdict: Verdict, plan: Plan | undefined): Decision | undefined {
  const step = plan?.sub_goals.find(({ id }) => id === verdict.sub_goal_id);
  if (verdict.verdict === gather || step === undefined) return undefined;
  return {
    verdict: verdict.verdict === accept ? 'accept' : 'veto',
    layer: verdict.source === 'gate' ? 'gate' : 'critic',
    feasibility: verdict.feasibility,
    robot: step.robot,
    skill: step.skill,
    arguments: Object.fromEntries(step.arguments.map(({ name, value }) => [name, value])),
  };
}
