import { ConfigurationError } from '@efferent/core';
import type { EmgSourceKind } from './emg-source-kind.ts';
import { syntheticKind } from './synthetic-kind.ts';

/** Every way to get raw samples; what only some users need is loaded when it is asked for. */
const kinds: Readonly<Record<string, () => Promise<EmgSourceKind>>> = {
  synthetic: async () => syntheticKind,
  sessantaquattro: async () => (await import('./devices/sessantaquattro-kind.ts')).sessantaquattroKind,
  quattrocento: async () => (await import('./devices/quattrocento-kind.ts')).quattrocentoKind,
  lsl: async () => (await import('./lsl/lsl-kind.ts')).lslKind,
};

/** Names for the parameter `source`. */
export const emgSourceNames: readonly string[] = Object.keys(kinds);

/** Returns the kind of source of a name. @throws {@link ConfigurationError} code `unknown-source` */
export async function loadEmgSourceKind(name: string): Promise<EmgSourceKind> {
  const load = kinds[name];
  if (load === undefined) {
    throw new ConfigurationError({
      code: 'unknown-source',
      message: `source: got "${name}", expected one of ${emgSourceNames.join(', ')}`,
      fields: { source: name },
    });
  }
  return load();
}
