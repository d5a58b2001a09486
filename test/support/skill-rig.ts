import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { immediateJobRunner, type JobRunner, nsToSeconds } from '@efferent/core';
import type { ActionTypes } from '@efferent/interfaces';
import { loadRobotModel } from '@efferent/robot';
import { qosProfiles, type RosContext, type RosNode, type RunningNode, stampFromNs } from '@efferent/ros';
import { loadNodeModule, repositoryFolder } from '@efferent/runtime';

type ExecuteSkill = ActionTypes['efferent_interfaces/action/ExecuteSkill'];
export type SkillResult = ExecuteSkill['Result'] & { readonly status: number };

/** An argument's value, or its value and where it is believed to be. */
type GivenArguments = Readonly<Record<string, string | readonly [string, number, number, number]>>;

export interface RunningSkill {
  readonly result: Promise<SkillResult>;
  cancel(): void;
}

export interface SkillRigOptions {
  readonly context: RosContext;
  /** Text of the `skills.yaml` under test. */
  readonly mapping: string;
  /** Leave the skill node to {@link SkillRig.spawnSkills}. */
  readonly isSpawned?: boolean;
  readonly jobs?: JobRunner;
  /** Waits for a promise, letting time pass; on a virtual clock somebody must. */
  readonly settle: <T>(promise: Promise<T>) => Promise<T>;
}

const model = loadRobotModel([repositoryFolder], 'stretch');
const periodNs = 20_000_000n;

/**
 * The real skill node on a robot that only says where it is: joint states, `map -> odom -> base_link`, and a base that does what
 * `gate/agent/cmd_vel` says. Whoever is under test serves the rest.
 */
export class SkillRig {
  readonly pose = { x: 0, y: 0, yaw: 0 };
  readonly joints = model.namedPose('stow');
  /** What is lifted up in feedback, in order. */
  readonly feedback: ExecuteSkill['Feedback'][] = [];
  readonly client: RosNode;
  readonly #options: SkillRigOptions;
  readonly #folder: string;
  #skills: { readonly node: RosNode; readonly running: RunningNode } | undefined;
  #velocity = { linear: 0, angular: 0, untilS: 0 };

  static async start(options: SkillRigOptions): Promise<SkillRig> {
    const { context, settle } = options;
    const robot = await settle(context.createNode('stand_in', { namespace: '/stretch' }));
    const client = await settle(context.createNode('tester', { namespace: '/stretch' }));
    const rig = new SkillRig(options, robot, client);
    if (options.isSpawned !== true) await rig.startSkills();
    return rig;
  }

  private constructor(options: SkillRigOptions, robot: RosNode, client: RosNode) {
    this.#options = options;
    this.client = client;
    this.#folder = mkdtempSync(join(tmpdir(), 'efferent-skills-'));
    writeFileSync(join(this.#folder, 'skills.yaml'), options.mapping);
    this.joints[model.actuatorIndex('joint_head_tilt')] = -0.4;
    const states = robot.createPublisher('sensor_msgs/msg/JointState', 'joint_states');
    const transforms = robot.createPublisher('tf2_msgs/msg/TFMessage', '/tf', qosProfiles.tf);
    const names = model.actuators.map((actuator) => actuator.name);
    robot.createSubscription('geometry_msgs/msg/TwistStamped', 'gate/agent/cmd_vel', {}, ({ twist }) => {
      const untilS = nsToSeconds(robot.clock.nowNs()) + 0.2;
      this.#velocity = { linear: twist.linear.x, angular: twist.angular.z, untilS };
    });
    robot.createTimer(periodNs, () => {
      this.#move(nsToSeconds(robot.clock.nowNs()));
      const stamp = stampFromNs(robot.clock.nowNs());
      const zeros = new Float64Array(names.length);
      states.publish({
        header: { stamp },
        name: names,
        position: this.joints.slice(),
        velocity: zeros,
        effort: zeros,
      });
      const { x, y, yaw } = this.pose;
      transforms.publish({
        transforms: [
          { header: { stamp, frame_id: 'map' }, child_frame_id: 'odom', transform: { rotation: { w: 1 } } },
          {
            header: { stamp, frame_id: 'odom' },
            child_frame_id: model.manifest.frames.base,
            transform: {
              translation: { x, y },
              rotation: { z: Math.sin(yaw / 2), w: Math.cos(yaw / 2) },
            },
          },
        ],
      });
    });
  }

  /** Starts the skill node; also again, after {@link killSkills}. */
  async startSkills(): Promise<void> {
    const { context, settle, jobs = immediateJobRunner } = this.#options;
    const module = await loadNodeModule('skills');
    const parameters = new Map([['skills_file', join(this.#folder, 'skills.yaml')]]);
    const node = await settle(
      context.createNode('skills', {
        namespace: '/stretch',
        rosArguments: { remaps: new Map(), parameters },
      }),
    );
    const running = await settle(module.start(node, { jobs, workspaceFolders: [repositoryFolder] }));
    this.#skills = { node, running };
  }

  /** Starts the skill node as a process of its own, over DDS; resolves when it is ready. */
  async spawnSkills(): Promise<ChildProcess> {
    const file = join(this.#folder, 'skills.yaml');
    const child = spawn(
      join(repositoryFolder, 'launch/bin/skills'),
      ['--ros-args', '-r', '__ns:=/stretch', '-p', `skills_file:=${file}`],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, EFFERENT_MIDDLEWARE: 'cyclonedds' } },
    );
    for await (const line of createInterface(child.stderr)) if (line.includes('node-ready')) return child;
    throw new Error('the skill node ended before it was ready');
  }

  /** Takes the skill node away as its death would: nothing is cancelled. */
  async killSkills(): Promise<void> {
    await this.#options.settle(this.#skills!.node.destroy());
    this.#skills = undefined;
  }

  /** Stops the skill node as SIGINT would. */
  stopSkills(): Promise<void> {
    return this.#options.settle(this.#skills!.running.stop());
  }

  /** Sends a skill and waits for its end. */
  async execute(skill: string, given: GivenArguments = {}): Promise<SkillResult> {
    const { result } = await this.begin(skill, given);
    return await this.#options.settle(result);
  }

  /** Sends a skill; `result` comes as time passes. */
  async begin(skill: string, given: GivenArguments = {}): Promise<RunningSkill> {
    const goal = {
      skill,
      arguments: Object.entries(given).map(([name, text]) => {
        if (typeof text === 'string') return { name, value: text };
        const [value, x, y, z] = text;
        const pose = { position: { x, y, z }, orientation: { w: 1 } };
        return { name, value, object_class: value, pose: { header: { frame_id: 'map' }, pose } };
      }),
    };
    const client = this.client.createActionClient(
      'efferent_interfaces/action/ExecuteSkill',
      '/stretch/execute_skill',
    );
    const onFeedback = (feedback: ExecuteSkill['Feedback']) => this.feedback.push(feedback);
    const handle = await this.#options.settle(client.sendGoal(goal, { timeoutMs: 10_000, onFeedback }));
    const result = handle
      .getResult({ timeoutMs: 120_000 })
      .then(({ status, result: told }) => ({ ...told, status }));
    result.catch(() => undefined);
    return { result, cancel: () => void handle.cancelGoal({ timeoutMs: 5000 }) };
  }

  stop(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #move(nowS: number): void {
    if (nowS > this.#velocity.untilS) return;
    const dtS = nsToSeconds(periodNs);
    const { linear, angular } = this.#velocity;
    this.pose.x += linear * Math.cos(this.pose.yaw) * dtS;
    this.pose.y += linear * Math.sin(this.pose.yaw) * dtS;
    this.pose.yaw += angular * dtS;
  }
}
