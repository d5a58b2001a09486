/**
 * Writes `src/generated/`: the bundled interface definitions as text, their TypeScript types,
 * their constants and their type hashes.
 *
 * Sources, later ones win: the ROS 2 Jazzy set of @foxglove/rosmsg-msgs-common, `definitions/` (what that package
 * lacks, or folds: it turns `byte` into `uint8`), `efferent_interfaces/`.
 * Run: `node packages/interfaces/scripts/generate.ts`
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ros2jazzy } from '@foxglove/rosmsg-msgs-common';
import { textOfFoxgloveDefinition } from './foxglove-text.ts';
import {
  generateConstants,
  generateDefinitions,
  generateTypeHashes,
  generateTypes,
} from './generate-sources.ts';

const packageFolder = join(import.meta.dirname, '..');

/** Returns the generated files by their path. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const texts = collectTexts();
  const folder = join(packageFolder, 'src/generated');
  return new Map([
    [join(folder, 'definitions.ts'), generateDefinitions(texts)],
    [join(folder, 'types.ts'), generateTypes(texts)],
    [join(folder, 'constants.ts'), generateConstants(texts)],
    [join(folder, 'type-hashes.ts'), generateTypeHashes(texts)],
  ]);
}

function collectTexts(): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const [name, definition] of Object.entries(ros2jazzy)) {
    const [packageName, messageName] = name.split('/');
    if (packageName === 'test_msgs') continue;
    texts.set(`${packageName}/msg/${messageName}`, textOfFoxgloveDefinition(definition));
  }
  const definitionsFolder = join(packageFolder, 'definitions');
  for (const name of readdirSync(definitionsFolder)) readPackage(name, join(definitionsFolder, name), texts);
  readPackage('efferent_interfaces', join(packageFolder, 'efferent_interfaces'), texts);
  return new Map([...texts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function readPackage(packageName: string, folder: string, texts: Map<string, string>): void {
  for (const kind of readdirSync(folder)) {
    if (kind !== 'msg' && kind !== 'srv' && kind !== 'action') continue;
    for (const file of readdirSync(join(folder, kind))) {
      if (!file.endsWith(`.${kind}`)) continue;
      texts.set(
        `${packageName}/${kind}/${file.slice(0, -kind.length - 1)}`,
        readFileSync(join(folder, kind, file), 'utf8'),
      );
    }
  }
}

if (import.meta.main) for (const [path, text] of generatedFiles()) writeFileSync(path, text);
