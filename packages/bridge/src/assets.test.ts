import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readAsset } from './assets.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assets-'));
  await mkdir(join(folder, 'robots/arm/meshes'), { recursive: true });
  await writeFile(join(folder, 'robots/arm/meshes/base.stl'), 'solid');
  await writeFile(join(folder, 'secret.stl'), 'secret');
  await symlink(join(folder, 'secret.stl'), join(folder, 'robots/arm/meshes/link.stl'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('readAsset', () => {
  it('reads a mesh of a robot', async () => {
    const data = await readAsset('package://arm/meshes/base.stl', [join(folder, 'nowhere'), folder]);
    expect(Buffer.from(data).toString()).toBe('solid');
  });

  it.each([
    'package://arm/../../secret.stl',
    'package://arm/meshes/../../../secret.stl',
    'package://arm/meshes/link.stl',
    'package://arm/meshes/%2e%2e/base.stl',
    'package://../secret.stl',
    'file:///etc/passwd',
    'package://arm/robot.yaml',
    'package://arm/meshes/missing.stl',
  ])('refuses %s', async (uri) => {
    await expect(readAsset(uri, [folder])).rejects.toThrow(/asset/);
  });
});
