import { describeError, nsToSeconds, secondsToNs } from '@efferent/core';
import type { ActionTypes } from '@efferent/interfaces';
import {
  DiagnosticUpdater,
  managedNode,
  type NodeModule,
  type NodeScope,
  type NodeServices,
  type ServerGoalHandle,
} from '@efferent/ros';
import { listPoliciesFor } from './load-policy-manifest.ts';
import { LoadedPolicies, type LoadedPolicy } from './loaded-policies-node.ts';
import { loadOnnxPolicy, type PolicyLoader } from './policy.ts';
import { PolicyRun } from './policy-run-node.ts';
import { RunInputs } from './run-inputs-node.ts';
import { RunOutputs } from './run-outputs-node.ts';

type RunPolicy = 'efferent_interfaces/action/RunPolicy';
type RunPolicyResult = ActionTypes[RunPolicy]['Result'];

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
  readonly #inputs: RunInputs;
  readonly #outputs: RunOutputs;
  readonly #inferences;
  #policies!: LoadedPolicies;
  #active: PolicyRun | undefined;

  constructor(node: NodeScope, services: NodeServices, loadPolicy: PolicyLoader) {
    this.#node = node;
    this.#services = services;
    this.#loadPolicy = loadPolicy;
    this.#inputs = new RunInputs(node);
    this.#inferences = new DiagnosticUpdater(node).watch('inference', { maxLatencyMs: inferenceMaxMs });
    this.#outputs = new RunOutputs(node);
  }

  async start(): Promise<void> {
    const node = this.#node;
    const robot = node.declareParameter('robot', 'stretch', {
      description: 'id of a folder under robots/',
      readOnly: true,
    });
    const preload = node.declareParameter('policies', [] as readonly string[], {
      description:
        'ids under policies/ that are loaded and checked at start; those made for the robot without any',
      readOnly: true,
    });
    const made = preload.length > 0 ? preload : listPoliciesFor(this.#services.workspaceFolders, robot);
    this.#policies = new LoadedPolicies(node, this.#services, this.#loadPolicy, robot);
    for (const id of made) await this.#policies.load(id);
    this.#inputs.listen(() => this.#active);
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
  unload(): Promise<void> {
    return this.#policies.unload();
  }

  async #execute(goal: ServerGoalHandle<RunPolicy>): Promise<RunPolicyResult> {
    const refused = (failureCode: string, message: string): RunPolicyResult => {
      goal.abort();
      return { success: false, failure_code: failureCode, message, steps: 0, inference_ms_p50: 0 };
    };
    let loaded: LoadedPolicy;
    try {
      loaded = await this.#policies.load(goal.request.policy);
    } catch (error) {
      this.#node.logger.error('policy-refused', { policy: goal.request.policy, error: describeError(error) });
      return refused('policy-failed', describeError(error));
    }
    const target = this.#inputs.targetOf(goal.request, loaded.manifest);
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
    this.#outputs.send(run, new Float32Array(loaded.manifest.actions.length));
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
    const held = this.#inputs.isHeld;
    if (run.isHeldTooLong(held, patienceS)) {
      run.finish({
        success: false,
        failureCode: 'stopped',
        message: `the gate holds the robot: ${this.#inputs.gate?.reason ?? ''}`,
      });
      return;
    }
    if (held) return;
    const body = this.#inputs.bodyPoses(run.manifest);
    const joints = this.#inputs.jointState;
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
      jointIndex: this.#inputs.jointIndex,
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
      run.advance((action) => this.#outputs.send(run, action));
      if (run.pick.steps % 10 === 0) {
        goal.publishFeedback({
          phase: run.phase,
          step: run.pick.steps,
          attention: this.#outputs.attention(run),
        });
      }
    }
  }
}
