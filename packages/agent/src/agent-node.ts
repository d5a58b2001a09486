import { Transform } from '@efferent/core';
import {
  listedRobots,
  loadPriorMap,
  loadRobotModel,
  mainCameraOf,
  type PriorMap,
  type RobotModel,
  standOf,
} from '@efferent/robot';
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
import { CameraEye } from './camera-eye-node.ts';
import type { SkillOutcomeStore } from './memory/episodic-memory.ts';
import { createModel } from './model/create-model.ts';
import { declareModelChoice, declarePictureConsent } from './model-parameters-node.ts';
import { SkillStatistics } from './plan/skill-statistics.ts';
import { QuestionDesk } from './question-desk-node.ts';
import { RobotClient } from './robot-client-node.ts';
import { publishSuggestions } from './suggestions-node.ts';
import { declareSettings } from './task-parameters-node.ts';
import { TaskServer } from './task-server-node.ts';

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
    // In lockstep virtual time must not pass while code is read.
    const load = <T>(what: string, work: () => Promise<T>) =>
      services.jobs.run({ name: `load ${what}`, modelledLatencyMs: 0 }, work);
    const sharesPictures = declarePictureConsent(node);
    const choice = declareModelChoice(node);
    const surroundings = { environment: process.env, workspaceFolders: services.workspaceFolders };
    const languageModel = await load('the model', () => createModel(choice, surroundings));
    const memorySetting = node.declareParameter('memory', '', {
      description:
        'file that keeps what is remembered of tasks; "workspace" is .efferent/memory.db there, empty keeps nothing beyond the process',
      readOnly,
    });
    const settings = declareSettings(node);
    node.declareParameter('confirm_steps', false, {
      description: 'every step of a plan waits for the answer "go on"; may be changed while a task runs',
    });

    const lead = loadRobotModel(services.workspaceFolders, robot);
    const models = listedRobots(others).map((name) => loadRobotModel(services.workspaceFolders, name));
    const map = loadPriorMap(services.workspaceFolders, scene);
    const { openMemory } = await load('the memory', () => import('./memory/open-memory.ts'));
    const memory = openMemory(memorySetting, services.workspaceFolders, scene, node.clock, (error) =>
      node.logger.warn('memory-unusable', { error }),
    );
    const belief = new Belief(
      new WorldMap(map),
      [lead, ...models].map((model) => bodyOf(model, map)),
      memory.places,
    );
    const transforms = new TransformListener(node);
    const leadCamera = camera || mainCameraOf(lead).name;
    new BeliefFeed(node, belief, lead, transforms, framePrefix, leadCamera);
    const eye = sharesPictures ? new CameraEye(node, `${lead.namespace}/${leadCamera}`) : undefined;
    for (const model of models)
      new BeliefFeed(node, belief, model, transforms, framePrefix, mainCameraOf(model).name);
    const publish = publishBelief(node, belief);
    const robots = [clientOf(node, lead), ...models.map((model) => clientOf(node, model))] as const;
    publishSuggestions(node, belief, robots);

    const server = new TaskServer(node, {
      belief,
      model: languageModel,
      settings,
      robots,
      statistics: statisticsFrom(memory),
      memory,
      questions: new QuestionDesk(node),
      confirmsSteps: () => node.getParameter('confirm_steps') === true,
      publishBelief: publish,
      ...(eye === undefined ? {} : { picture: () => eye.look() }),
      runModel: (work) =>
        services.jobs.run(
          { name: `model ${languageModel.id}`, modelledLatencyMs: languageModel.modelledLatencyMs },
          work,
        ),
      runNetwork: (work) => services.jobs.run({ name: 'selector', modelledLatencyMs: 5 }, work),
    });
    return {
      deactivate: (reason) => server.stop(`The agent ${reason}.`),
      cleanUp: async () => memory.close(),
    };
  },
});

const clientOf = (node: RosNode, model: RobotModel): RobotClient => new RobotClient(node, model.namespace);

/** Runs of earlier tasks that what is expected of skills starts from. */
const mostEarlierRuns = 500;

function statisticsFrom(memory: SkillOutcomeStore): SkillStatistics {
  const statistics = new SkillStatistics();
  for (const { skill, context, success, elapsedS } of memory.skillRuns(mostEarlierRuns))
    statistics.record(skill, context.className, success, elapsedS);
  return statistics;
}

function bodyOf(model: RobotModel, map: PriorMap): RobotBody {
  const { base } = model.manifest;
  if (base.kind !== 'fixed') return { name: model.namespace };
  const mapFromStand = Transform.fromPlanar(...standOf(map, model.id));
  return { name: model.namespace, fixedReachM: base.reach_m, mapFromStand };
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
