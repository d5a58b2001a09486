import { Rng } from '@efferent/core';
import {
  loadOnnxPolicy,
  loadPolicyManifest,
  type Observation,
  type Policy,
  type PolicyManifest,
} from '@efferent/policy';
import { loadRobotModel } from '@efferent/robot';
import { findWorkspaceFolders } from '@efferent/runtime';
import { loadScene } from '@efferent/sim';
import { type Figure, makeReport, type Report, rateFigure, type SuiteOptions } from './figure.ts';
import { PickEnvironment, type PickResult } from './pick/pick-environment.ts';
import { drawPickScenario } from './pick/pick-scenario.ts';
import { ScriptedPickPolicy } from './pick/scripted-pick.ts';
import type { Tally } from './suites.ts';

export interface PolicyEvalOptions extends SuiteOptions {
  /** Folder below `policies/`. */
  readonly policy: string;
}

/** Who chooses the actions: the policy itself, what it is compared with, and two ways of taking its mind away. */
const arms = ['policy', 'expert', 'planned-grasp', 'zero-actions', 'shuffled-target'] as const;
type Arm = (typeof arms)[number];

/** Targets of the issue that asked for these figures. */
const targets: Partial<Record<Arm, readonly ['>=' | '<=', number]>> = {
  policy: ['>=', 0.92],
  'zero-actions': ['<=', 0.2],
  'shuffled-target': ['<=', 0.2],
};

/**
 * Measures how often a picking policy lifts things in the simulated kitchen, on drawn objects, places and errors of base
 * and hand, beside the scripted expert that knows the truth, the plain planned grasp (open loop to the first noisy
 * detection), the policy with its actions zeroed and the policy that is shown another episode's target.
 *
 * Every arm gets the same scenarios: seeds `seed`, `seed + 1`, …
 */
export async function benchPolicy(options: PolicyEvalOptions): Promise<Report> {
  const workspaceFolders = findWorkspaceFolders();
  const { manifest, folder } = await loadPolicyManifest(workspaceFolders, options.policy);
  const scene = loadScene(workspaceFolders, 'kitchen');
  const model = loadRobotModel(workspaceFolders, manifest.robot);
  const policy = await loadOnnxPolicy(manifest, folder);
  const results = new Map<Arm, PickResult[]>(arms.map((arm) => [arm, []]));
  let otherTargets: readonly Observation[] = [];
  try {
    for (let index = 0; index < options.episodes; index++) {
      if (index % options.shard.count !== options.shard.index) continue;
      const seed = options.seed + index;
      const scenario = drawPickScenario(scene, model, seed);
      const seen: Observation[] = [];
      for (const arm of arms) {
        const environment = new PickEnvironment(scene, model, scenario);
        const acting = actingPolicy(
          arm,
          policy,
          manifest,
          environment,
          otherTargets,
          new Rng(seed).fork('shuffle'),
        );
        const result = await environment.run(manifest, acting, {
          isOpenLoop: arm === 'planned-grasp',
          ...(arm === 'policy'
            ? { onTick: (observation: Observation) => void seen.push(copyTarget(observation)) }
            : {}),
        });
        results.get(arm)?.push(result);
        options.onEpisode({ seed, arm, object: scenario.objectId, ...result });
      }
      if (seen.length > 0) otherTargets = [...otherTargets.slice(-400), ...seen];
      options.onProgress(progressLine(index, options.episodes, results));
    }
  } finally {
    await policy.dispose();
  }
  return makeReport('policy', options.seed, policyFigures(tallyOf(results)), {
    policy: options.policy,
    shard: options.shard,
    tally: tallyOf(results),
    outcomes: outcomesOf(results),
  });
}

function actingPolicy(
  arm: Arm,
  policy: Policy,
  manifest: PolicyManifest,
  environment: PickEnvironment,
  otherTargets: readonly Observation[],
  rng: Rng,
): Policy {
  const none = () => Promise.resolve();
  switch (arm) {
    case 'policy':
      return policy;
    case 'expert':
      return new ScriptedPickPolicy(manifest, () => environment.trueOffset());
    case 'planned-grasp':
      // The same motion, to where the first picture showed the target: its sightings never change.
      return new ScriptedPickPolicy(manifest, () => undefined);
    case 'zero-actions': {
      const still = new Float32Array(manifest.chunk_length * manifest.actions.length);
      return { act: () => Promise.resolve(still), dispose: none };
    }
    case 'shuffled-target':
      return {
        act: (observation) =>
          policy.act({
            ...observation,
            ...(otherTargets.length === 0 ? strangeTarget(rng) : rng.pick(otherTargets)),
          }),
        dispose: none,
      };
  }
}

/** The target's part of an observation, copied. */
const copyTarget = (observation: Observation): Observation => ({
  target_offset: Float32Array.from(observation.target_offset ?? []),
  target_size: Float32Array.from(observation.target_size ?? []),
  target_age: Float32Array.from(observation.target_age ?? []),
});

/** A target for the first episode, which has no other to take one from. */
const strangeTarget = (rng: Rng): Observation => ({
  target_offset: Float32Array.of(rng.range(-0.1, 0.1), rng.range(-0.2, 0.05), rng.range(-0.1, 0.1)),
  target_size: Float32Array.of(0.08, 0.08, 0.08),
  target_age: Float32Array.of(0),
});

/** Figures of a tally with `<arm>-successes` and `<arm>-episodes`; for merged shards. */
export function policyFigures(tally: Tally): Figure[] {
  return arms.map((arm) =>
    rateFigure(
      `success-rate-${arm}`,
      tally[`${arm}-successes`] ?? 0,
      tally[`${arm}-episodes`] ?? 0,
      targets[arm],
    ),
  );
}

function tallyOf(results: ReadonlyMap<Arm, readonly PickResult[]>): Tally {
  return Object.fromEntries(
    [...results].flatMap(([arm, list]) => [
      [`${arm}-successes`, list.filter((result) => result.success).length],
      [`${arm}-episodes`, list.length],
    ]),
  );
}

/** How often each arm ended how. */
function outcomesOf(results: ReadonlyMap<Arm, readonly PickResult[]>): Readonly<Record<string, Tally>> {
  return Object.fromEntries(
    [...results].map(([arm, list]) => {
      const counts: Record<string, number> = {};
      for (const { outcome } of list) counts[outcome] = (counts[outcome] ?? 0) + 1;
      return [arm, counts];
    }),
  );
}

function progressLine(
  index: number,
  episodes: number,
  results: ReadonlyMap<Arm, readonly PickResult[]>,
): string {
  const rates = arms.map((arm) => {
    const list = results.get(arm) ?? [];
    return `${arm} ${list.filter((result) => result.success).length}/${list.length}`;
  });
  return `${index + 1} of ${episodes}  ${rates.join('  ')}`;
}
