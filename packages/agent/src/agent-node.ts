import { ConfigurationError } from '@efferent/core';
import { loadPriorMap, loadRobotModel, mainCameraOf, type RobotModel } from '@efferent/robot';
import {
  managedNode,
  type NodeModule,
  qosProfiles,
  type RosNode,
  stampFromNs,
  TransformListener,
} from '@efferent/ros';
import { beliefMessage } from './agent-messages-node.ts';
import { Belief } from './belief/belief.ts';
import type { RobotBody } from './belief/robot-state.ts';
import { WorldMap } from './belief/world-map.ts';
import { BeliefFeed } from './belief-feed-node.ts';
import type { LanguageModel } from './model/language-model.ts';
import { type NoiseSettings, NoisyReasoner } from './model/noisy-reasoner.ts';
import { defaultCriticSettings } from './plan/critic.ts';
import { selectorNames } from './plan/selector.ts';
import { SkillStatistics } from './plan/skill-statistics.ts';
import { defaultPlanner, isPlannerName, plannerNames } from './planners/planners.ts';
import { QuestionDesk } from './question-desk-node.ts';
import { Reasoner } from './reasoner/reasoner.ts';
import { RobotClient } from './robot-client-node.ts';
import { defaultTaskLimits, type TaskLimits } from './task/limits.ts';
import type { TaskSettings } from './task/task-report.ts';
import { TaskServer } from './task-server-node.ts';

const modelNames = ['reasoner', 'openai-compatible', 'reasoner-noisy'];
const beliefPeriodNs = 500_000_000n;

/** The agent: belief, language model and planner loop behind `/agent/execute_task`. */
export const agentNode: NodeModule = managedNode({
  name: 'agent',
  async configure(node, services) {
    const readOnly = true;
    const scene = node.declareParameter('scene', 'kitchen', {
      description: 'folder below sim-scenes/ whose map.yaml is the prior map',
      readOnly,
    });
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'folder below robots/ of the robot that does the tasks',
      readOnly,
    });
    const others = node.declareParameter('other_robots', '', {
      description: 'folders below robots/ of robots that may help, separated by commas',
      readOnly,
    });
    const framePrefix = node.declareParameter('frame_prefix', '', {
      description: 'before every frame of the robot',
      readOnly,
    });
    const camera = node.declareParameter('camera', '', {
      description: "camera whose depth and camera_info are read; empty takes the robot's first",
      readOnly,
    });
    const languageModel = await createModel(node);
    const settings = declareSettings(node);

    const names = others.split(',').map((name) => name.trim());
    const lead = loadRobotModel(services.workspaceFolders, robot);
    const models = names.filter(Boolean).map((name) => loadRobotModel(services.workspaceFolders, name));
    const world = new WorldMap(loadPriorMap(services.workspaceFolders, scene));
    const belief = new Belief(world, [lead, ...models].map(bodyOf));
    const transforms = new TransformListener(node);
    new BeliefFeed(node, belief, lead, transforms, framePrefix, camera || mainCameraOf(lead).name);
    for (const model of models)
      new BeliefFeed(node, belief, model, transforms, framePrefix, mainCameraOf(model).name);
    const publish = publishBelief(node, belief);

    const server = new TaskServer(node, {
      belief,
      model: languageModel,
      settings,
      robots: [clientOf(node, lead), ...models.map((model) => clientOf(node, model))],
      statistics: new SkillStatistics(),
      questions: new QuestionDesk(node),
      publishBelief: publish,
      runModel: (work) =>
        services.jobs.run(
          { name: `model ${languageModel.id}`, modelledLatencyMs: languageModel.modelledLatencyMs },
          work,
        ),
    });
    return { deactivate: (reason) => server.stop(`The agent ${reason}.`) };
  },
});

const clientOf = (node: RosNode, model: RobotModel): RobotClient => new RobotClient(node, model.namespace);

const bodyOf = (model: RobotModel): RobotBody => ({ name: model.namespace });

async function createModel(node: RosNode): Promise<LanguageModel> {
  const name = node.declareParameter('model', 'reasoner', {
    description: `language model: ${modelNames.join(', ')}`,
    readOnly: true,
  });
  const url = node.declareParameter('model_url', '', {
    description: 'address of an OpenAI-compatible server; empty takes EFFERENT_MODEL_URL',
    readOnly: true,
  });
  const id = node.declareParameter('model_name', '', {
    description: 'model on that server; empty takes EFFERENT_MODEL',
    readOnly: true,
  });
  const noise = declareNoise(node);
  if (name === 'reasoner') return new Reasoner();
  if (name === 'reasoner-noisy') return new NoisyReasoner(noise);
  if (name === 'openai-compatible') {
    // Its client is loaded only where it is used: it takes longer to load than all the rest of the agent.
    const { OpenAiCompatibleModel, openAiCompatibleFromEnvironment } = await import(
      './model/openai-compatible.ts'
    );
    return new OpenAiCompatibleModel(
      openAiCompatibleFromEnvironment(process.env, { baseUrl: url, model: id }),
    );
  }
  throw new ConfigurationError({
    code: 'unknown-model',
    message: `parameter model: there is no language model "${name}"; there are: ${modelNames.join(', ')}`,
    fields: { model: name },
  });
}

/** Of the emulator of an imperfect model only. */
function declareNoise(node: RosNode): NoiseSettings {
  const share = (name: string, value: number, description: string) =>
    node.declareParameter(name, value, { description, range: [0, 1], readOnly: true });
  return {
    errorRate: share('noise_error_rate', 0.2, 'reasoner-noisy: share of its answers that carry a fault'),
    persistence: share(
      'noise_persistence',
      0.5,
      'reasoner-noisy: chance that it repeats its last answer to a question',
    ),
    seed: node.declareParameter('noise_seed', 1, {
      description: 'reasoner-noisy: seed of its faults',
      integer: true,
      readOnly: true,
    }),
  };
}

/** Declares the planner's thresholds and bounds; they may be changed between tasks. */
function declareSettings(node: RosNode): (planner: string) => TaskSettings {
  const number = (
    name: string,
    value: number,
    range: readonly [number, number],
    description: string,
    integer = false,
  ) => {
    node.declareParameter(name, value, { description, range, ...(integer ? { integer } : {}) });
    return () => node.getParameter(name) as number;
  };
  const planner = declareChoice(node, 'planner', defaultPlanner, plannerNames, 'how tasks are planned');
  const selector = declareChoice(
    node,
    'selector',
    'cost',
    selectorNames,
    'how the next of several ready sub-goals is chosen',
  );
  const d = defaultTaskLimits;
  const threshold = number(
    'feasibility_threshold',
    defaultCriticSettings.feasibilityThreshold,
    [0, 1],
    'a step whose chance of success is below this is not sent',
  );
  const stale = number(
    'stale_after_s',
    defaultCriticSettings.staleAfterS,
    [1, 3600],
    'a thing seen longer ago is looked at before it is used, s',
  );
  const vetoes = number(
    'max_vetoes',
    defaultCriticSettings.maxVetoes,
    [0, 20],
    'vetoes of one step after which the critic lets it pass',
    true,
  );
  const replans = number('max_replans', d.maxReplans, [0, 100], 'replans of one task', true);
  const steps = number('max_steps', d.maxSteps, [1, 1000], 'skills of one task', true);
  const calls = number(
    'max_model_calls',
    d.maxModelCalls,
    [1, 1000],
    'language-model calls of one task',
    true,
  );
  const tokens = number(
    'max_tokens',
    d.maxTokens,
    [1000, 10_000_000],
    'tokens of all calls of one task',
    true,
  );
  const output = number(
    'max_output_tokens',
    d.maxOutputTokensPerCall,
    [100, 100_000],
    'tokens of one answer',
    true,
  );
  const taskS = number('max_task_s', d.maxTaskS, [1, 86_400], 'ROS time of one task, s');
  const equal = number('max_equal_failures', d.maxEqualFailures, [1, 20], 'equal failures in a row', true);
  const looks = number(
    'max_search_looks',
    d.maxSearchLooks,
    [1, 100],
    'looks while searching for one thing',
    true,
  );
  const questions = number('max_questions', d.maxQuestions, [0, 20], 'questions of one task', true);
  const answerS = number(
    'question_timeout_s',
    d.questionTimeoutS,
    [1, 3600],
    'how long an answer is waited for, s',
  );
  return (asked) => {
    const limits: TaskLimits = {
      maxReplans: replans(),
      maxSteps: steps(),
      maxModelCalls: calls(),
      maxTokens: tokens(),
      maxOutputTokensPerCall: output(),
      maxTaskS: taskS(),
      maxEqualFailures: equal(),
      maxSearchLooks: looks(),
      maxQuestions: questions(),
      questionTimeoutS: answerS(),
    };
    const critic = { feasibilityThreshold: threshold(), staleAfterS: stale(), maxVetoes: vetoes() };
    return { planner: isPlannerName(asked) ? asked : planner(), selector: selector(), limits, critic };
  };
}

/**
 * Declares a parameter that takes one of some words, or nothing for the usual one; it may be changed between tasks.
 *
 * @returns reads it
 * @throws {@link ConfigurationError} for another word at the start; later ones are refused
 */
function declareChoice<Choice extends string>(
  node: RosNode,
  name: string,
  usual: Choice,
  choices: readonly Choice[],
  purpose: string,
): () => Choice {
  const constraints = `one of ${choices.join(', ')}; ${usual} when empty`;
  const problem = (value: unknown) =>
    value === '' || choices.some((choice) => choice === value)
      ? undefined
      : `parameter ${name}: there is no ${name} "${value}"; there are: ${choices.join(', ')}`;
  const first = node.declareParameter(name, '', { description: `${purpose}: ${constraints}`, constraints });
  const reason = problem(first);
  if (reason !== undefined)
    throw new ConfigurationError({ code: `unknown-${name}`, message: reason, fields: { [name]: first } });
  node.onSetParameters((changes) => (changes.has(name) ? problem(changes.get(name)) : undefined));
  return () => (node.getParameter(name) as Choice | '') || usual;
}

/** Publishes the belief twice a second when anybody listens, and whenever the returned function is called. */
function publishBelief(node: RosNode, belief: Belief): () => void {
  const publisher = node.createPublisher(
    'efferent_interfaces/msg/Belief',
    '/agent/belief',
    qosProfiles.latched,
  );
  let newestNs = node.clock.nowNs();
  const publish = () => {
    const nowNs = node.clock.nowNs();
    publisher.publish(beliefMessage(belief, stampFromNs(nowNs), Number(nowNs) / 1e9));
  };
  node.createTimer(beliefPeriodNs, () => {
    const nowNs = node.clock.nowNs();
    // A clock that went back means a new run of the simulation: nothing that was seen is true any more.
    if (nowNs < newestNs - 1_000_000_000n) belief.reset();
    newestNs = nowNs;
    if (publisher.subscriptionCount > 0) publish();
  });
  return publish;
}
