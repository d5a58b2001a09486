import { describeError, EfferentError, secondsToNs } from '@efferent/core';
import type { ActionTypes, ServiceTypes } from '@efferent/interfaces';
import { loadPriorMap, loadRobotModel, mainCameraOf } from '@efferent/robot';
import {
  managedNode,
  type NodeModule,
  type NodeScope,
  type NodeServices,
  type RosNode,
  type ServerGoalHandle,
} from '@efferent/ros';
import { allFailureCodes, type SkillContract, type SkillResource } from './contract.ts';
import type { SkillImplementation } from './library/skill.ts';
import { implementationsOf } from './library/skill-library.ts';
import { isMapped } from './mapping/mapping-schema.ts';
import { checkSkillsFit, loadSkillMapping, type SkillMapping } from './mapping/skill-mapping.ts';
import { formatPredicate } from './predicate.ts';
import { rehearsalVerdicts, rehearse } from './rehearse.ts';
import { RobotLink } from './robot-link-node.ts';
import { RosSkillBody } from './ros-body-node.ts';
import { readArguments, readSightings } from './skill-arguments.ts';
import { SkillFailure } from './skill-failure.ts';

type ExecuteSkill = 'efferent_interfaces/action/ExecuteSkill';
type Result = ActionTypes[ExecuteSkill]['Result'];
type CheckSkill = ServiceTypes['efferent_interfaces/srv/CheckSkill'];

const watchPeriodNs = secondsToNs(0.1);
/** A gate that holds the robot for longer than this ends the skill, s. */
const heldLimitS = 10;
/** Joint states and localisation must be there by then, s. */
const readyLimitS = 10;

/** What a rehearsal costs, s of a processor: the plans of one skill. */
const rehearsalLatencyMs = 300;

/** Serves `execute_skill`, `check_skill` and `list_skills` for one robot. */
export const skillNode: NodeModule = managedNode({
  name: 'skills',
  async configure(node, services) {
    const server = await createServer(node, services);
    return { deactivate: (reason) => server.stop(`the skill server ${reason}`) };
  },
});

async function createServer(node: NodeScope, services: NodeServices): Promise<SkillServer> {
  const robot = node.declareParameter('robot', 'stretch', {
    description: 'folder below robots/',
    readOnly: true,
  });
  const scene = node.declareParameter('scene', 'kitchen', {
    description: 'folder below sim-scenes/ whose map.yaml is the prior map',
    readOnly: true,
  });
  const camera = node.declareParameter('camera', '', {
    description: "name of the camera whose depth is used; empty takes the robot's first",
    readOnly: true,
  });
  const framePrefix = node.declareParameter('frame_prefix', '', {
    description: "before odom and the robot's base frame",
    readOnly: true,
  });
  node.declareParameter('arm_speed_scale', 1, {
    description: 'part of their limits at which arm, head and gripper move',
    range: [0.1, 1],
    constraints: 'counts for motions that begin after it was set',
  });
  const skillsFile = node.declareParameter('skills_file', '', {
    description:
      'which backend serves which skill: absolute, or below a workspace; empty takes robots/<robot>/skills.yaml',
    readOnly: true,
  });
  const model = loadRobotModel(services.workspaceFolders, robot);
  const map = loadPriorMap(services.workspaceFolders, scene);
  const mapping = await services.jobs.run({ name: 'load-skills', modelledLatencyMs: 10 }, () =>
    loadSkillMapping(services.workspaceFolders, robot, skillsFile),
  );
  checkSkillsFit(mapping, model);
  const link = new RobotLink(node, model, map, mapping, {
    mapFrame: 'map',
    baseFrame: `${framePrefix}${model.manifest.frames.base}`,
    camera: camera || mainCameraOf(model).name,
  });
  return new SkillServer(node, link, mapping, services.jobs);
}

class SkillServer {
  readonly #node: RosNode;
  readonly #link: RobotLink;
  readonly #mapping: SkillMapping;
  readonly #implementations: ReadonlyMap<string, SkillImplementation>;
  readonly #claims = new Map<SkillResource, string>();
  readonly #running = new Set<AbortController>();

  constructor(node: RosNode, link: RobotLink, mapping: SkillMapping, jobs: NodeServices['jobs']) {
    this.#node = node;
    this.#link = link;
    this.#mapping = mapping;
    this.#implementations = implementationsOf(mapping);
    node.createActionServer('efferent_interfaces/action/ExecuteSkill', 'execute_skill', {
      execute: (goal) => this.#execute(goal),
    });
    node.createService('efferent_interfaces/srv/CheckSkill', 'check_skill', (request) =>
      jobs.run({ name: 'rehearse-skill', modelledLatencyMs: rehearsalLatencyMs }, () => this.#check(request)),
    );
    node.createService('efferent_interfaces/srv/ListSkills', 'list_skills', () => ({
      robot: link.model.id,
      skills: [...this.#implementations.keys()].map((name) => this.#describe(mapping.contracts[name]!)),
    }));
  }

  /** Ends every skill that runs. */
  stop(reason: string): void {
    for (const controller of this.#running) controller.abort(new SkillFailure('stopped', reason));
  }

  async #execute(goal: ServerGoalHandle<ExecuteSkill>): Promise<Result> {
    const startS = this.#link.nowS();
    const { skill } = goal.request;
    const contract = this.#mapping.contracts[skill];
    let outcome: { readonly success: boolean; readonly code: string; readonly message: string };
    try {
      const message = await this.#run(goal, contract);
      outcome = { success: true, code: '', message };
    } catch (error) {
      outcome = { success: false, code: this.#codeOf(error, contract), message: describeError(error) };
    }
    if (outcome.success) goal.succeed();
    else if (outcome.code === 'cancelled') goal.canceled();
    else goal.abort();
    const elapsed = this.#link.nowS() - startS;
    this.#node.logger.info('skill-ended', { skill, ...outcome, elapsedS: Number(elapsed.toFixed(2)) });
    return {
      success: outcome.success,
      failure_code: outcome.code,
      message: outcome.message,
      elapsed_s: elapsed,
    };
  }

  async #run(goal: ServerGoalHandle<ExecuteSkill>, contract: SkillContract | undefined): Promise<string> {
    const { skill } = goal.request;
    const implementation = this.#implementations.get(skill);
    if (contract === undefined || implementation === undefined) {
      throw new SkillFailure(
        'invalid-argument',
        `${this.#link.model.id} has no skill "${skill}"; it has ${[...this.#implementations.keys()].join(', ')}`,
      );
    }
    const values = readArguments(contract, goal.request.arguments, (frame) => this.#link.mapFromFrame(frame));
    const release = this.#claim(contract);
    const controller = new AbortController();
    this.#running.add(controller);
    const watch = this.#watch(goal, contract, controller);
    try {
      const body = new RosSkillBody(this.#link, goal, controller.signal);
      while (!this.#link.isReady) await body.sleep(0.1);
      this.#node.logger.info('skill-started', {
        skill,
        arguments: goal.request.arguments.map(({ name, value }) => `${name}=${value}`).join(' '),
      });
      const text = await implementation(body, values);
      controller.signal.throwIfAborted();
      return text;
    } finally {
      watch.cancel();
      this.#running.delete(controller);
      release();
    }
  }

  /** Rehearses a skill of this robot's own while none runs; of what a user's server does nothing is known. Moves nothing. */
  async #check({ skill, arguments: given, things }: CheckSkill['Request']): Promise<CheckSkill['Response']> {
    const contract = this.#mapping.contracts[skill];
    const backend = this.#mapping.skills[skill];
    const implementation = this.#implementations.get(skill);
    const unknown = (message: string) => ({
      verdict: rehearsalVerdicts.unknown,
      failure_code: '',
      message,
    });
    if (contract === undefined || backend === undefined || implementation === undefined)
      return unknown(`${this.#link.model.id} has no skill "${skill}"`);
    // Planning takes this process whole: a skill that runs must not wait for it.
    if (this.#running.size > 0) return unknown('another skill is running');
    if (isMapped(backend)) return unknown(`${skill} is done by a server that cannot be rehearsed`);
    const mapFromBase = this.#link.mapFromFrame(this.#link.options.baseFrame);
    if (mapFromBase === undefined || !this.#link.isReady)
      return unknown('the robot does not know where it is');
    try {
      const mapFromFrame = (frame: string) => this.#link.mapFromFrame(frame);
      const values = readArguments(contract, given, mapFromFrame);
      const start = {
        model: this.#link.model,
        map: this.#link.map,
        openings: this.#link.openings,
        carried: this.#link.carried,
        mapFromBase: () => mapFromBase,
        actuatorPositions: () => this.#link.actuatorPositions(),
        effort: (actuator: string) => this.#link.effort(actuator),
        depthPoints: () => this.#link.depthPoints(),
      };
      const { verdict, code, message } = await rehearse(
        implementation,
        start,
        readSightings(things, mapFromFrame),
        values,
      );
      return { verdict: rehearsalVerdicts[verdict], failure_code: code, message };
    } catch (error) {
      this.#node.logger.warn('rehearsal-broke', { skill, error });
      return unknown(describeError(error));
    }
  }

  /** Takes the contract's resources. @throws {@link SkillFailure} code `unavailable` naming who has one */
  #claim(contract: SkillContract): () => void {
    for (const resource of contract.resources) {
      const holder = this.#claims.get(resource);
      if (holder !== undefined)
        throw new SkillFailure(
          'unavailable',
          `${contract.name} needs the ${resource}, which ${holder} is using`,
        );
    }
    for (const resource of contract.resources) this.#claims.set(resource, contract.name);
    return () => {
      for (const resource of contract.resources) this.#claims.delete(resource);
    };
  }

  /** Ends the skill when it is cancelled, takes too long, or the gate holds the robot. */
  #watch(goal: ServerGoalHandle<ExecuteSkill>, contract: SkillContract, controller: AbortController) {
    const startS = this.#link.nowS();
    const limitS = goal.request.time_limit_s > 0 ? goal.request.time_limit_s : contract.timeLimitS;
    let heldSinceS: number | undefined;
    const end = (code: string, message: string) => controller.abort(new SkillFailure(code, message));
    goal.cancelSignal.addEventListener('abort', () => end('cancelled', 'cancelled by the caller'), {
      once: true,
    });
    return this.#node.createTimer(
      watchPeriodNs,
      () => {
        const nowS = this.#link.nowS();
        const { gate } = this.#link;
        const isHeld = gate !== undefined && (gate.stopped || gate.agent_paused || gate.source === 'human');
        heldSinceS = isHeld ? (heldSinceS ?? nowS) : undefined;
        if (nowS - startS > limitS) end('time-out', `not done after ${limitS} s`);
        else if (heldSinceS !== undefined && nowS - heldSinceS > heldLimitS)
          end('stopped', `the gate holds the robot: ${gate?.reason ?? ''}`);
        else if (!this.#link.isReady && nowS - startS > readyLimitS)
          end('unavailable', `no joint states or no place in the map after ${readyLimitS} s`);
      },
      this.#node.clock,
    );
  }

  /** Keeps to the contract: a code that it does not list is a defect and is named in the log. */
  #codeOf(error: unknown, contract: SkillContract | undefined): string {
    if (SkillFailure.isInstance(error)) {
      const { code } = error;
      if (contract === undefined || allFailureCodes(contract).includes(code)) return code;
      this.#node.logger.warn('failure-code-not-in-contract', { skill: contract.name, code });
      return code === 'no-pictures' ? 'unavailable' : 'blocked';
    }
    this.#node.logger.error('skill-broke', {
      skill: contract?.name ?? '',
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      family: EfferentError.isInstance(error) ? error.family : 'defect',
    });
    return 'unavailable';
  }

  #describe(contract: SkillContract) {
    return {
      name: contract.name,
      description: contract.description,
      parameters: contract.parameters.map(({ name, types, required, description }) => ({
        name,
        type: types.join('|'),
        required,
        description,
      })),
      preconditions: contract.preconditions.map(formatPredicate),
      effects: contract.effects.map(formatPredicate),
      failure_codes: [...allFailureCodes(contract)],
      resources: [...contract.resources],
      time_limit_s: contract.timeLimitS,
      backend: this.#mapping.skills[contract.name]?.backend ?? 'motion',
    };
  }
}
