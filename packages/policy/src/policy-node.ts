import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConfigurationError,
  describeError,
  nsToSeconds,
  secondsToNs,
  type Transform,
  type Vector3,
} from '@efferent/core';
import type { ActionTypes, MessageTypes } from '@efferent/interfaces';
import {
  DiagnosticUpdater,
  managedNode,
  type NodeModule,
  type NodeScope,
  type NodeServices,
  qosProfiles,
  type RosNode,
  type ServerGoalHandle,
  stampFromNs,
  stampToNs,
  TransformListener,
} from '@efferent/ros';
import { listPoliciesFor, loadPolicyManifest } from './load-policy-manifest.ts';
import { PickRun } from './pick-run.ts';
import { loadOnnxPolicy, type Policy, type PolicyLoader } from './policy.ts';
import { checkRobotFits, type PolicyManifest, parseRobotFacts } from './policy-manifest.ts';
import { extentAlongAxes, sightingsFromDetections } from './sightings.ts';

type RunPolicy = 'efferent_interfaces/action/RunPolicy';
type RunPolicyGoal = ActionTypes[RunPolicy]['Goal'];
type RunPolicyResult = ActionTypes[RunPolicy]['Result'];
type JointState = MessageTypes['sensor_msgs/msg/JointState'];
type GateStatus = MessageTypes['efferent_interfaces/msg/GateStatus'];

interface LoadedPolicy {
  readonly manifest: PolicyManifest;
  readonly policy: Policy;
}

interface Outcome {
  readonly success: boolean;
  readonly failureCode: string;
  readonly message: string;
}

/** How long a run waits for the robot's first states and for a gate that holds it, s. */
const patienceS = 5;
const defaultTimeLimitS = 30;
/** An inference that takes longer leaves a gap between chunks, ms. */
const inferenceMaxMs = 200;

/** Makes the policy node; `loadPolicy` is where a policy server's adapter, or a benchmark's expert, takes the ONNX file's place. */
export function createPolicyNode(loadPolicy: PolicyLoader = loadOnnxPolicy): NodeModule {
  return managedNode({
    name: 'policy',
    async configure(node, services) {
      const server = new PolicyServer(node, services, loadPolicy);
      await server.start();
      return {
        deactivate: (reason) => server.stop(`the policy node ${reason}`),
        cleanUp: () => server.unload(),
      };
    },
  });
}

/** Serves `run_policy`: runs a learned policy at its rate, with commands to the gate, and judges from what the gripper feels. */
export const policyNode: NodeModule = createPolicyNode();

class PolicyServer {
  readonly #node: NodeScope;
  readonly #services: NodeServices;
  readonly #loadPolicy: PolicyLoader;
  readonly #transforms: TransformListener;
  readonly #jog;
  readonly #baseVelocity;
  readonly #status;
  readonly #policies = new Map<string, Promise<LoadedPolicy>>();
  readonly #jointIndex = new Map<string, number>();
  readonly #inferences;
  #robotId = '';
  #jointState: JointState | undefined;
  #gate: GateStatus | undefined;
  #active: PolicyRun | undefined;

  constructor(node: NodeScope, services: NodeServices, loadPolicy: PolicyLoader) {
    this.#node = node;
    this.#services = services;
    this.#loadPolicy = loadPolicy;
    this.#transforms = new TransformListener(node);
    this.#inferences = new DiagnosticUpdater(node).watch('inference', { maxLatencyMs: inferenceMaxMs });
    this.#jog = node.createLifecyclePublisher('control_msgs/msg/JointJog', 'gate/agent/joint_jog');
    this.#baseVelocity = node.createLifecyclePublisher(
      'geometry_msgs/msg/TwistStamped',
      'gate/agent/cmd_vel',
    );
    this.#status = node.createPublisher('efferent_interfaces/msg/PolicyStatus', 'policy_status');
  }

  async start(): Promise<void> {
    const node = this.#node;
    this.#robotId = node.declareParameter('robot', 'stretch', {
      description: 'id of a folder under robots/',
      readOnly: true,
    });
    const preload = node.declareParameter('policies', [] as readonly string[], {
      description:
        'ids under policies/ that are loaded and checked at start; those made for the robot without any',
      readOnly: true,
    });
    const made =
      preload.length > 0 ? preload : listPoliciesFor(this.#services.workspaceFolders, this.#robotId);
    for (const id of made) await this.#load(id);
    node.createSubscription('sensor_msgs/msg/JointState', 'joint_states', {}, (message) => {
      if (message.name.length !== this.#jointIndex.size) {
        this.#jointIndex.clear();
        for (const [index, name] of message.name.entries()) this.#jointIndex.set(name, index);
      }
      this.#jointState = message;
    });
    node.createSubscription(
      'efferent_interfaces/msg/GateStatus',
      'gate/status',
      { qos: qosProfiles.latched },
      (message) => {
        this.#gate = message;
      },
    );
    node.createSubscription(
      'vision_msgs/msg/Detection3DArray',
      'detections',
      { qos: qosProfiles.sensorData },
      (message) => this.#see(message),
    );
    node.createActionServer('efferent_interfaces/action/RunPolicy', 'run_policy', {
      onGoal: () => this.#active === undefined,
      execute: (goal) => this.#execute(goal),
    });
  }

  /** Ends the policy that runs. */
  stop(message: string): void {
    this.#active?.finish({ success: false, failureCode: 'stopped', message });
  }

  /** Frees every loaded policy. */
  async unload(): Promise<void> {
    for (const loaded of this.#policies.values()) await (await loaded).policy.dispose();
  }

  /** Loads a policy once; a failure is not kept, so that a corrected file is tried again. */
  #load(id: string): Promise<LoadedPolicy> {
    const known = this.#policies.get(id);
    if (known !== undefined) return known;
    const loading = this.#services.jobs.run({ name: 'load-policy', modelledLatencyMs: 50 }, () =>
      this.#loadAndCheck(id),
    );
    this.#policies.set(id, loading);
    loading.catch(() => this.#policies.delete(id));
    return loading;
  }

  async #loadAndCheck(id: string): Promise<LoadedPolicy> {
    const folders = this.#services.workspaceFolders;
    const { manifest, folder } = await loadPolicyManifest(folders, id);
    const robotFile = folders
      .map((workspace) => join(workspace, 'robots', this.#robotId, 'robot.yaml'))
      .find(existsSync);
    if (robotFile === undefined) {
      throw new ConfigurationError({
        code: 'unknown-robot',
        message: `parameter robot: no robots/${this.#robotId}/robot.yaml in ${folders.join(', ')}`,
        fields: { robot: this.#robotId },
      });
    }
    checkRobotFits(manifest, parseRobotFacts(await readFile(robotFile, 'utf8'), robotFile));
    const policy = await this.#loadPolicy(manifest, folder);
    this.#node.logger.info('policy-loaded', { policy: id, rateHz: manifest.rate_hz });
    return { manifest, policy };
  }

  #see(message: MessageTypes['vision_msgs/msg/Detection3DArray']): void {
    const run = this.#active;
    if (run === undefined) return;
    const { tool, odometry } = run.manifest.frames;
    const stampNs = stampToNs(message.header.stamp);
    const camera = message.header.frame_id;
    const pairs = [
      [odometry, camera],
      [tool, camera],
    ] as const;
    this.#transforms.whenKnown(pairs, stampNs, () => {
      const odometryFromCamera = this.#transforms.lookup(odometry, camera, stampNs);
      const toolFromCamera = this.#transforms.lookup(tool, camera, stampNs);
      if (odometryFromCamera === undefined || toolFromCamera === undefined || run !== this.#active) return;
      run.see(sightingsFromDetections(message, odometryFromCamera, toolFromCamera), nsToSeconds(stampNs));
    });
  }

  async #execute(goal: ServerGoalHandle<RunPolicy>): Promise<RunPolicyResult> {
    const refused = (failureCode: string, message: string): RunPolicyResult => {
      goal.abort();
      return { success: false, failure_code: failureCode, message, steps: 0, inference_ms_p50: 0 };
    };
    let loaded: LoadedPolicy;
    try {
      loaded = await this.#load(goal.request.policy);
    } catch (error) {
      this.#node.logger.error('policy-refused', { policy: goal.request.policy, error: describeError(error) });
      return refused('policy-failed', describeError(error));
    }
    const target = this.#targetOf(goal.request, loaded.manifest);
    if (target === undefined) {
      return refused(
        'policy-failed',
        `the pose of the target is in frame "${goal.request.object_pose.header.frame_id}", which is not connected to ${loaded.manifest.frames.odometry}`,
      );
    }
    const run = new PolicyRun(
      this.#node,
      this.#services,
      loaded,
      target,
      goal.request.object_class,
      (latencyMs) => {
        this.#inferences.tick();
        this.#inferences.took(latencyMs);
      },
    );
    this.#active = run;
    const timer = this.#node.createTimer(
      secondsToNs(1 / loaded.manifest.rate_hz),
      () => this.#tick(run, goal),
      this.#node.steadyClock,
    );
    const outcome = await run.finished;
    timer.cancel();
    this.#active = undefined;
    this.#send(run, new Float32Array(loaded.manifest.actions.length));
    if (outcome.success) goal.succeed();
    else if (outcome.failureCode === 'cancelled') goal.canceled();
    else goal.abort();
    this.#node.logger.info('policy-ended', { policy: loaded.manifest.id, ...outcome, steps: run.pick.steps });
    return {
      success: outcome.success,
      failure_code: outcome.failureCode,
      message: outcome.message,
      steps: run.pick.steps,
      inference_ms_p50: run.inferenceMsP50,
    };
  }

  /** The believed pose of the goal in the odometry frame and its extent along the axes of the tool. */
  #targetOf(
    goal: RunPolicyGoal,
    manifest: PolicyManifest,
  ): { positionM: Vector3; sizeM: Vector3 } | undefined {
    const frame = goal.object_pose.header.frame_id;
    const odometryFromGiven = this.#transforms.lookup(manifest.frames.odometry, frame);
    const toolFromGiven = this.#transforms.lookup(manifest.frames.tool, frame);
    if (odometryFromGiven === undefined || toolFromGiven === undefined) return undefined;
    const { position, orientation } = goal.object_pose.pose;
    const { x, y, z } = goal.object_size;
    return {
      positionM: odometryFromGiven.apply([position.x, position.y, position.z]),
      sizeM: extentAlongAxes(
        [x, y, z],
        [orientation.x, orientation.y, orientation.z, orientation.w],
        toolFromGiven.rotation,
      ),
    };
  }

  #tick(run: PolicyRun, goal: ServerGoalHandle<RunPolicy>): void {
    if (goal.isCancelRequested) {
      run.finish({ success: false, failureCode: 'cancelled', message: 'cancelled by the caller' });
      return;
    }
    const limitS = goal.request.time_limit_s > 0 ? goal.request.time_limit_s : defaultTimeLimitS;
    if (run.elapsedS > limitS) {
      run.finish({
        success: false,
        failureCode: 'time-out',
        message: `not done after ${limitS} s, ${run.phase}`,
      });
      return;
    }
    const held =
      this.#gate !== undefined &&
      (this.#gate.stopped || this.#gate.agent_paused || this.#gate.source === 'human');
    if (run.isHeldTooLong(held, patienceS)) {
      run.finish({
        success: false,
        failureCode: 'stopped',
        message: `the gate holds the robot: ${this.#gate?.reason ?? ''}`,
      });
      return;
    }
    if (held) return;
    const body = this.#bodyPoses(run.manifest);
    const joints = this.#jointState;
    if (body === undefined || joints === undefined) {
      if (run.elapsedS > patienceS) {
        const missing = joints === undefined ? 'joint_states' : `transforms to ${run.manifest.frames.tool}`;
        run.finish({
          success: false,
          failureCode: 'policy-failed',
          message: `no ${missing} for ${patienceS} s`,
        });
      }
      return;
    }
    const verdict = run.pick.observe({
      timeS: nsToSeconds(this.#node.clock.nowNs()),
      jointIndex: this.#jointIndex,
      positions: joints.position,
      efforts: joints.effort,
      ...body,
    });
    if (verdict.state === 'incomplete') {
      run.finish({
        success: false,
        failureCode: 'policy-failed',
        message: `joint_states has no joint "${verdict.joint}"`,
      });
    } else if (verdict.state === 'success') {
      run.finish({ success: true, failureCode: '', message: verdict.message });
    } else if (verdict.state === 'failure') {
      run.finish({ success: false, failureCode: verdict.code, message: verdict.message });
    } else {
      run.phase = verdict.phase;
      run.advance((action) => this.#send(run, action));
      if (run.pick.steps % 10 === 0) {
        goal.publishFeedback({ phase: run.phase, step: run.pick.steps, attention: this.#attention(run) });
      }
    }
  }

  #bodyPoses(manifest: PolicyManifest): { odometryFromBase: Transform; baseFromTool: Transform } | undefined {
    const odometryFromBase = this.#transforms.lookup(manifest.frames.odometry, manifest.frames.base);
    const baseFromTool = this.#transforms.lookup(manifest.frames.base, manifest.frames.tool);
    return odometryFromBase && baseFromTool && { odometryFromBase, baseFromTool };
  }

  /** Publishes one action: joint velocities and, when the policy moves the base, a base velocity. */
  #send(run: PolicyRun, action: Float32Array): void {
    const stamp = stampFromNs(this.#node.clock.nowNs());
    const names: string[] = [];
    const velocities: number[] = [];
    for (const [i, spec] of run.manifest.actions.entries()) {
      if (spec.sends === 'joint-velocity') {
        names.push(spec.joint);
        velocities.push(action[i]!);
      } else {
        this.#baseVelocity.publish({
          header: { stamp, frame_id: run.manifest.frames.base },
          twist: { linear: { x: action[i]! } },
        });
      }
    }
    const duration = 1 / run.manifest.rate_hz;
    this.#jog.publish({
      header: { stamp, frame_id: run.manifest.frames.base },
      joint_names: names,
      velocities: Float64Array.from(velocities),
      duration,
    });
    this.#status.publish({
      header: { stamp, frame_id: run.manifest.frames.odometry },
      policy: run.manifest.id,
      target_class: run.targetClass,
      attention: this.#attention(run),
      step: run.pick.steps,
      action: Float32Array.from(action),
      inference_ms: run.inferenceMs,
    });
  }

  #attention(run: PolicyRun) {
    const [x, y, z] = run.pick.attentionM;
    const stamp = stampFromNs(this.#node.clock.nowNs());
    return { header: { stamp, frame_id: run.manifest.frames.odometry }, point: { x, y, z } };
  }
}

/** One goal of `run_policy` while it runs. */
class PolicyRun {
  readonly manifest: PolicyManifest;
  readonly pick: PickRun;
  readonly targetClass: string;
  readonly finished: Promise<Outcome>;
  phase: 'approach' | 'grasp' | 'lift' = 'approach';
  inferenceMs = 0;
  readonly #node: RosNode;
  readonly #services: NodeServices;
  readonly #policy: Policy;
  readonly #startNs: bigint;
  readonly #inferencesMs: number[] = [];
  readonly #onInference: (latencyMs: number) => void;
  #heldSinceNs: bigint | undefined;
  #isInferring = false;
  #isOver = false;
  #resolve: (outcome: Outcome) => void = () => undefined;

  constructor(
    node: RosNode,
    services: NodeServices,
    loaded: LoadedPolicy,
    target: { readonly positionM: Vector3; readonly sizeM: Vector3 },
    className: string,
    onInference: (latencyMs: number) => void,
  ) {
    this.#node = node;
    this.#onInference = onInference;
    this.#services = services;
    this.#policy = loaded.policy;
    this.manifest = loaded.manifest;
    this.targetClass = className;
    this.#startNs = node.clock.nowNs();
    this.pick = new PickRun(loaded.manifest, { className, ...target }, nsToSeconds(this.#startNs));
    this.finished = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  get elapsedS(): number {
    return nsToSeconds(this.#node.clock.nowNs() - this.#startNs);
  }

  /** Median wall time of an inference, ms. */
  get inferenceMsP50(): number {
    const sorted = this.#inferencesMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? 0;
  }

  see(sightings: Parameters<PickRun['see']>[0], stampS: number): void {
    this.pick.see(sightings, stampS);
  }

  finish(outcome: Outcome): void {
    this.#isOver = true;
    this.#resolve(outcome);
  }

  isHeldTooLong(held: boolean, patience: number): boolean {
    const nowNs = this.#node.clock.nowNs();
    if (!held) this.#heldSinceNs = undefined;
    else this.#heldSinceNs ??= nowNs;
    return this.#heldSinceNs !== undefined && nsToSeconds(nowNs - this.#heldSinceNs) > patience;
  }

  /** Sends the tick's action: at once, or as soon as the chunk that is due has been computed. */
  advance(send: (action: Float32Array) => void): void {
    if (!this.pick.needsChunk || this.#isInferring) {
      send(this.pick.nextAction());
      return;
    }
    this.#isInferring = true;
    const startedNs = this.#node.steadyClock.nowNs();
    this.#services.jobs
      .run({ name: `policy ${this.manifest.id}`, modelledLatencyMs: this.manifest.modelled_latency_ms }, () =>
        this.#policy.act(this.pick.observation),
      )
      .then(
        (chunk) => {
          this.#isInferring = false;
          this.inferenceMs = nsToSeconds(this.#node.steadyClock.nowNs() - startedNs) * 1000;
          this.#inferencesMs.push(this.inferenceMs);
          this.#onInference(this.inferenceMs);
          if (this.#isOver) return;
          this.pick.accept(chunk);
          send(this.pick.nextAction());
        },
        (error: unknown) => {
          this.#node.logger.error('inference-failed', {
            policy: this.manifest.id,
            error: describeError(error),
          });
          this.finish({ success: false, failureCode: 'policy-failed', message: describeError(error) });
        },
      );
  }
}
