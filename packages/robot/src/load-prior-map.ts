import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@efferent/core';
import { parsePriorMap } from './prior-map.ts';
import type { PriorMap } from './prior-map-schema.ts';

/**
 * Loads `sim-scenes/<scene>/map.yaml` from the first workspace folder that has it.
 *
 * @throws {@link ConfigurationError} codes `unknown-scene`, `invalid-file`
 */
export function loadPriorMap(workspaceFolders: readonly string[], scene: string): PriorMap {
  const file = workspaceFolders
    .map((folder) => join(folder, 'sim-scenes', scene, 'map.yaml'))
    .find((path) => existsSync(path));
  if (file === undefined) {
    throw new ConfigurationError({
      code: 'unknown-scene',
      message: `no scene "${scene}" with a map.yaml under sim-scenes/ of ${workspaceFolders.join(', ')}`,
      fields: { scene, workspaceFolders },
    });
  }
  return parsePriorMap(readFileSync(file, 'utf8'), file);
}
