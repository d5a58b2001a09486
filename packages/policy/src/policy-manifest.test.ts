import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import {
  checkRobotFits,
  loadOnnxPolicy,
  loadPolicyManifest,
  observationWidth,
  parsePolicyManifest,
  parseRobotFacts,
} from './index.ts';

const workspace = join(import.meta.dirname, '../../..');
const folders = await readdir(join(workspace, 'policies'), { withFileTypes: true });
const ids = folders
  .filter((entry) => entry.isDirectory() && entry.name !== 'training')
  .map((entry) => entry.name);
const stretchPick = await readFile(join(workspace, 'policies/stretch-pick/policy.yaml'), 'utf8');

const robotFacts = async (id: string) => {
  const file = join(workspace, 'robots', id, 'robot.yaml');
  return parseRobotFacts(await readFile(file, 'utf8'), file);
};

/** The manifest of stretch-pick with some fields replaced. */
const changed = (changes: Record<string, unknown>): string =>
  dump({ ...(load(stretchPick) as object), ...changes });

describe.each(ids)('the policy %s', (id) => {
  test('fits its robot and its ONNX file', async () => {
    const { manifest, folder } = await loadPolicyManifest([workspace], id);
    checkRobotFits(manifest, await robotFacts(manifest.robot));
    const policy = await loadOnnxPolicy(manifest, folder);
    await policy.dispose();
  });

  test('answers zeros and extremes with finite actions within its limits, and the same twice', async () => {
    const { manifest, folder } = await loadPolicyManifest([workspace], id);
    const policy = await loadOnnxPolicy(manifest, folder);
    const answer = async (value: number) => {
      const observation = Object.fromEntries(
        manifest.observations.map((spec) => [
          spec.name,
          new Float32Array(observationWidth(spec, manifest.actions.length)).fill(value),
        ]),
      );
      return [...(await policy.act(observation))];
    };
    for (const value of [0, 1000, -1000]) {
      const actions = await answer(value);
      expect(actions).toHaveLength(manifest.chunk_length * manifest.actions.length);
      for (const [i, action] of actions.entries()) {
        expect(Math.abs(action)).toBeLessThanOrEqual(
          manifest.actions[i % manifest.actions.length]!.limit * 1.0001,
        );
      }
      expect(await answer(value)).toEqual(actions);
    }
    await policy.dispose();
  });

  test('is smaller than a megabyte and has a model card', async () => {
    const folder = join(workspace, 'policies', id);
    expect((await readFile(join(folder, 'policy.onnx'))).length).toBeLessThan(1_000_000);
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('policy eval');
  });
});

describe('a policy manifest', () => {
  test('that its ONNX file contradicts is refused by name', async () => {
    const { folder } = await loadPolicyManifest([workspace], 'stretch-pick');
    const wrong = parsePolicyManifest(changed({ rate_hz: 10, chunk_length: 16 }), 'policy.yaml');
    const failure = loadOnnxPolicy(wrong, folder);
    await expect(failure).rejects.toMatchObject({ code: 'model-mismatch' });
    await expect(failure).rejects.toThrow(/output "actions" has shape \[1, 8, 4\], expected \[1, 16, 4\]/);
    await expect(failure).rejects.toThrow(/metadata "efferent.rate_hz" is "20", expected "10"/);
  });

  test('that the robot contradicts is refused by name', async () => {
    const facts = await robotFacts('stretch');
    const other = parsePolicyManifest(
      changed({ robot: 'ranger', frames: { base: 'base_link', tool: 'hand', odometry: 'odom' } }),
      'policy.yaml',
    );
    expect(() => checkRobotFits(other, facts)).toThrow(
      /robot is "stretch", expected "ranger"[\s\S]*frame tool is "link_grasp_center", expected "hand"/,
    );
    const actions = (load(stretchPick) as { actions: { name: string }[] }).actions.map(
      (action: { name: string }) => (action.name === 'lift' ? { ...action, limit: 5 } : action),
    );
    expect(() => checkRobotFits(parsePolicyManifest(changed({ actions }), 'policy.yaml'), facts)).toThrow(
      /action "lift": 5 m\/s is above the robot's limit/,
    );
  });

  test('with a wrong field names file and field', () => {
    expect(() => parsePolicyManifest(changed({ rate_hz: -1 }), 'policy.yaml')).toThrow(
      /policy\.yaml: rate_hz/,
    );
    expect(() => parsePolicyManifest(changed({ execute_length: 9 }), 'policy.yaml')).toThrow(
      /execute_length: 9 is more than chunk_length 8/,
    );
    expect(() => parsePolicyManifest('a: [', 'policy.yaml')).toThrow(/policy\.yaml:1: not YAML/);
  });

  test('that does not exist is answered with those that do', async () => {
    await expect(loadPolicyManifest([workspace], 'juggle')).rejects.toThrow(
      /no policy "juggle"; known are .*stretch-pick/,
    );
  });
});
