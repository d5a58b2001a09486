import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Rng } from '@efferent/core';
import {
  loadOnnxPolicy,
  loadPolicyManifest,
  modelContract,
  type Observation,
  observationWidth,
  type Policy,
  type PolicyManifest,
} from '@efferent/policy';
import { loadRobotModel } from '@efferent/robot';
import { loadScene } from '@efferent/sim';
import { PickEnvironment } from './pick-environment.ts';
import { drawPickScenario } from './pick-scenario.ts';
import { ScriptedPickPolicy } from './scripted-pick.ts';

/**
 * Writes a data set of picks for policies/training/train.py: every observation with what the scripted expert would do on
 * seeing just that. An expert that knew the true pose would teach hesitation: equal observations, different answers.
 *
 * node generate.ts --output FILE --first-seed N --episodes N [--student MODEL.onnx] [--commit TEXT]
 *
 * Without a student the expert acts, with noise on its actions; with one, the student acts and the expert only labels
 * (DAgger: Ross, Gordon and Bagnell, AISTATS 2011).
 */
const { values } = parseArgs({
  options: {
    output: { type: 'string' },
    'first-seed': { type: 'string', default: '1000' },
    episodes: { type: 'string', default: '100' },
    student: { type: 'string' },
    commit: { type: 'string', default: 'untrained' },
  },
});
const workspace = resolve(import.meta.dirname, '../../../..');
const firstSeed = Number(values['first-seed']);
const episodes = Number(values.episodes);
if (values.output === undefined || !(firstSeed >= 1000) || !(episodes > 0)) {
  process.stderr.write(
    'usage: generate.ts --output FILE --first-seed N (>= 1000) --episodes N [--student MODEL.onnx]\n',
  );
  process.exit(2);
}

const scene = loadScene([workspace], 'kitchen');
const model = loadRobotModel([workspace], 'stretch');
const loaded = await loadPolicyManifest([workspace], 'stretch-pick');
const manifest: PolicyManifest = { ...loaded.manifest, training_commit: values.commit };
const student =
  values.student === undefined
    ? undefined
    : await loadOnnxPolicy({ ...manifest, model: resolve(values.student) }, '/');
const widths = manifest.observations.map((spec) => observationWidth(spec, manifest.actions.length));
const rowLength =
  widths.reduce((sum, width) => sum + width, 0) + manifest.chunk_length * manifest.actions.length;
const file = openSync(`${values.output}.f32`, 'w');
let rows = 0;
let successes = 0;

for (let seed = firstSeed; seed < firstSeed + episodes; seed++) {
  const environment = new PickEnvironment(scene, model, drawPickScenario(scene, model, seed));
  const expert = new ScriptedPickPolicy(manifest, () => undefined);
  const rng = new Rng(seed).fork('action-noise');
  const acting = student ?? noisy(expert, manifest, rng);
  const block: number[] = [];
  const result = await environment.run(manifest, acting, {
    onTick: (observation) => {
      for (const spec of manifest.observations) block.push(...observation[spec.name]!);
      block.push(...expert.label(observation));
    },
  });
  const data = Float32Array.from(block);
  writeSync(file, new Uint8Array(data.buffer));
  rows += data.length / rowLength;
  if (result.success) successes += 1;
  process.stdout.write(
    `seed ${seed}  ${environment.scenario.objectId}  ${result.grasp}  ${result.outcome}  ${result.durationS.toFixed(1)} s  ${rows} rows, ${successes}/${seed - firstSeed + 1}\n`,
  );
}
closeSync(file);
const header = {
  observations: manifest.observations.map((spec, i) => ({ name: spec.name, width: widths[i] })),
  actions: manifest.actions.map(({ name, limit }) => ({ name, limit })),
  chunk_length: manifest.chunk_length,
  output: manifest.output,
  rows,
  metadata: modelContract(manifest).metadata,
};
writeFileSync(`${values.output}.json`, JSON.stringify(header));
await student?.dispose();

/** Adds a disturbance to some chunks, so that the data also shows how to come back. */
function noisy(policy: ScriptedPickPolicy, of: PolicyManifest, rng: Rng): Policy {
  return {
    act: (observation: Observation) => {
      const chunk = Float32Array.from(policy.label(observation));
      if (!rng.chance(0.3)) return Promise.resolve(chunk);
      const shift = of.actions.map(({ name, limit }) =>
        name === 'gripper' ? 0 : rng.normal(0, 0.3 * limit),
      );
      return Promise.resolve(chunk.map((value, i) => value + shift[i % of.actions.length]!));
    },
    dispose: () => policy.dispose(),
  };
}
