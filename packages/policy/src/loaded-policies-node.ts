import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '@efferent/core';
import type { NodeServices, RosNode } from '@efferent/ros';
import { loadPolicyManifest } from './load-policy-manifest.ts';
import type { Policy, PolicyLoader } from './policy.ts';
import { checkRobotFits, type PolicyManifest, parseRobotFacts } from './policy-manifest.ts';

export interface LoadedPolicy {
  readonly manifest: PolicyManifest;
  readonly policy: Policy;
}

/** The policies of one robot, each loaded once. */
export class LoadedPolicies {
  readonly #node: RosNode;
  readonly #services: NodeServices;
  readonly #loadPolicy: PolicyLoader;
  readonly #robot: string;
  readonly #policies = new Map<string, Promise<LoadedPolicy>>();

  /** @param robot - id of a folder under robots/ */
  constructor(node: RosNode, services: NodeServices, loadPolicy: PolicyLoader, robot: string) {
    this.#node = node;
    this.#services = services;
    this.#loadPolicy = loadPolicy;
    this.#robot = robot;
  }

  /** Frees every loaded policy. */
  async unload(): Promise<void> {
    for (const loaded of this.#policies.values()) await (await loaded).policy.dispose();
  }

  /** Loads a policy once; a failure is not kept, so that a corrected file is tried again. */
  load(id: string): Promise<LoadedPolicy> {
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
      .map((workspace) => join(workspace, 'robots', this.#robot, 'robot.yaml'))
      .find(existsSync);
    if (robotFile === undefined) {
      throw new ConfigurationError({
        code: 'unknown-robot',
        message: `parameter robot: no robots/${this.#robot}/robot.yaml in ${folders.join(', ')}`,
        fields: { robot: this.#robot },
      });
    }
    checkRobotFits(manifest, parseRobotFacts(await readFile(robotFile, 'utf8'), robotFile));
    const policy = await this.#loadPolicy(manifest, folder);
    this.#node.logger.info('policy-loaded', { policy: id, rateHz: manifest.rate_hz });
    return { manifest, policy };
  }
}
