import { bundledTypeHashes } from './generated/type-hashes.ts';
import { interfaceRegistry } from './registry.ts';
import { type IndividualTypeDescription, type TypeDescription, typeDescription } from './type-description.ts';

const hashes = new Map<string, string>();
let hashesRevision = 0;

/**
 * Returns the RIHS01 hash by which ROS 2 tells whether two ends agree about a type.
 *
 * @param typeName - a message, or `pkg/srv/Name`, `pkg/action/Name`, `pkg/action/Name_SendGoal`, …
 * @returns `RIHS01_` and 64 hexadecimal digits
 * @throws {@link ContractError} code `unknown-type`
 * @see https://github.com/ros-infrastructure/rep/pull/381 (REP-2016)
 */
export function typeHash(typeName: string): string {
  if (hashesRevision !== interfaceRegistry.revision) {
    hashes.clear();
    hashesRevision = interfaceRegistry.revision;
  }
  let hash = interfaceRegistry.isAsBundled ? bundledTypeHashes[typeName] : undefined;
  hash ??= hashes.get(typeName);
  if (hash === undefined) {
    // Loaded when it is needed, for the start and the memory of nodes that use bundled types alone.
    const sha256 = process.getBuiltinModule('node:crypto').createHash('sha256');
    hash = `RIHS01_${sha256.update(hashedText(typeDescription(typeName))).digest('hex')}`;
    hashes.set(typeName, hash);
  }
  return hash;
}

function hashedText({ type_description, referenced_type_descriptions }: TypeDescription): string {
  return pythonJson({
    type_description: withoutDefaults(type_description),
    referenced_type_descriptions: referenced_type_descriptions.map(withoutDefaults),
  });
}

/** Default values do not count: they change nothing on the wire. */
function withoutDefaults({ type_name, fields }: IndividualTypeDescription): object {
  return { type_name, fields: fields.map(({ name, type }) => ({ name, type })) };
}

/** Writes JSON with the spaces of Python's `json.dumps`, which the hash is defined over. */
function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${pythonJson(item)}`)
    .join(', ')}}`;
}
