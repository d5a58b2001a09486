import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';
import { runEpisode } from '@efferent/runtime/simulation';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const scratch = { plain: '', renamed: '' };
const robot = 'rover';
/** Words of robot.yaml that are also names in the URDF. */
const fields = new Set(['laser']);
const newNames: Readonly<Record<string, string>> = {
  base_link: 'base_footprint',
  head_camera: 'front_eye',
  camera_color_optical_frame: 'front_eye_optical_frame',
  wrist_extension: 'reach',
  gripper_aperture: 'jaw',
};

beforeEach(() => {
  scratch.plain = makeWorkspace((text) => text);
  const urdf = readFileSync(join(scratch.plain, 'robots', robot, 'stretch.urdf'), 'utf8');
  const inUrdf = [...urdf.matchAll(/<(?:link|joint) name="([^"]+)"/g)].map(([, name]) => name as string);
  const patterns = [...new Set([...inUrdf, ...Object.keys(newNames)])].map(
    (name) =>
      [
        new RegExp(`(?<![\\w/-])${name}(?![\\w-]${fields.has(name) ? '|:' : ''})`, 'g'),
        newNames[name] ?? `rover_${name}`,
      ] as const,
  );
  scratch.renamed = makeWorkspace((text) =>
    patterns.reduce((changed, [pattern, name]) => changed.replace(pattern, name), text),
  );
});
afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of Object.values(scratch)) rmSync(folder, { recursive: true });
});

/** Makes a workspace with a copy of the Stretch that picks by planned motion. @param change - of its URDF and manifest */
function makeWorkspace(change: (text: string) => string): string {
  const workspace = mkdtempSync(join(tmpdir(), 'efferent-names-'));
  const folder = join(workspace, 'robots', robot);
  cpSync(join(repositoryFolder, 'robots/stretch'), folder, { recursive: true });
  const edit = (file: string, edited: (text: string) => string) =>
    writeFileSync(join(folder, file), edited(readFileSync(join(folder, file), 'utf8')));
  edit('stretch.urdf', change);
  edit('robot.yaml', (text) =>
    change(text.replace(/^id: .*$/m, `id: ${robot}`).replace(/^namespace: .*$/m, `namespace: /${robot}`)),
  );
  edit('skills.yaml', (text) =>
    text.replace(/^robot: .*$/m, `robot: ${robot}`).replace(/^ {2}pick: .*$/m, '  pick: { backend: motion }'),
  );
  return workspace;
}

async function run(workspace: string) {
  vi.stubEnv('EFFERENT_WORKSPACE', workspace);
  const {
    wallS: _wall,
    processorS: _processor,
    ...record
  } = await runEpisode({
    scene: 'kitchen',
    robot,
    task: 'put-in-bowl',
    seed: 1001,
  });
  return record;
}

it('a robot does a task bit for bit the same when its links, joints, frames and camera have other names', {
  timeout: 120_000,
}, async () => {
  const renamed = await run(scratch.renamed);
  expect(renamed).toMatchObject({ success: true, outcome: 'success' });
  expect(JSON.stringify(renamed)).toBe(JSON.stringify(await run(scratch.plain)));
});
