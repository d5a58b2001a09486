import { readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { ContractError } from '@efferent/core';

const maximumBytes = 64 * 1024 * 1024;
const extensions = /\.(urdf|stl|dae|obj|mtl|glb|gltf|bin|png|jpe?g)$/i;

/**
 * Reads a file that a robot description names, e.g. `package://stretch/meshes/base.stl`.
 *
 * The package is a folder under `robots/` of one of the workspace folders. Only mesh, texture and URDF files are read, and
 * only below that folder, links resolved.
 * @throws {@link ContractError} codes `asset-refused`, `asset-not-found`.
 */
export async function readAsset(uri: string, workspaceFolders: readonly string[]): Promise<Uint8Array> {
  const match = /^package:\/\/([A-Za-z0-9_-]+)\/([A-Za-z0-9_./ -]+)$/.exec(uri);
  if (!match || !extensions.test(uri) || uri.split('/').includes('..')) {
    throw new ContractError({
      code: 'asset-refused',
      message: `asset ${uri}: expected package://<robot>/<path> of a mesh, texture or URDF file`,
      fields: { uri },
    });
  }
  const [, robot, path] = match as unknown as [string, string, string];
  for (const folder of workspaceFolders) {
    const root = await existing(join(folder, 'robots', robot));
    const file = root && (await existing(join(root, path)));
    if (!root || !file?.startsWith(root + sep)) continue;
    const { size } = await stat(file);
    if (size > maximumBytes) {
      throw new ContractError({
        code: 'asset-refused',
        message: `asset ${uri} has ${size} bytes, the limit is ${maximumBytes}`,
      });
    }
    return readFile(file);
  }
  throw new ContractError({
    code: 'asset-not-found',
    message: `asset ${uri} is not under robots/${robot} of ${workspaceFolders.join(', ')}`,
    fields: { uri },
  });
}

async function existing(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
