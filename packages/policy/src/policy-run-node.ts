import { describeError, nsToSeconds } from '@efferent/core';
import type { NodeServices, RosNode } from '@efferent/ros';
import type { LoadedPolicy } from './loaded-policies-node.ts';
import { PickRun, type TargetBelief } from './pick-run.ts';
import type { Policy } from './policy.ts';
import type { PolicyManifest } from './policy-manifest.ts';

/** How a run ended. */
export interface Outcome {
  readonly success: boolean;
  readonly failureCode: string;
  readonly message: string;
}

/** One goal of `run_policy` while it runs. */
export class PolicyRun {
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
    target: Omit<TargetBelief, 'className'>,
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
