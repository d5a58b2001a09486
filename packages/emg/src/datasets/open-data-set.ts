import { access } from 'node:fs/promises';
import { ConfigurationError } from '@efferent/core';
import { type EmgDataSet, invalidDataSet } from './data-set.ts';

/** Layouts by name; each loads its reader when it is asked for. */
const layouts: Readonly<Record<string, (folder: string) => Promise<EmgDataSet>>> = {
  flexwear: async (folder) => (await import('./flexwear.ts')).openFlexwear(folder),
  hyser: async (folder) => (await import('./hyser.ts')).openHyser(folder),
  capgmyo: async (folder) => (await import('./capgmyo.ts')).openCapgmyo(folder),
};

/** Names of the layouts that are read. */
export const dataSetNames: readonly string[] = Object.keys(layouts);

/**
 * Opens a data set; its trials are read when they are asked for.
 *
 * @param name - one of {@link dataSetNames}
 * @param folder - where it was unpacked
 * @throws {@link ConfigurationError} code `unknown-data-set` or `invalid-data-set`
 */
export async function openDataSet(name: string, folder: string): Promise<EmgDataSet> {
  const open = layouts[name];
  if (open === undefined) {
    throw new ConfigurationError({
      code: 'unknown-data-set',
      message: `data set: got "${name}", expected one of ${dataSetNames.join(', ')}`,
      fields: { dataSet: name },
    });
  }
  try {
    await access(folder);
  } catch {
    throw invalidDataSet(folder, 'is not there; give the folder that the data set was unpacked to');
  }
  return open(folder);
}
