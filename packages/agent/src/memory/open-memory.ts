import { resolve } from 'node:path';
import { type Clock, systemWallClock } from '@efferent/core';
import type { EpisodicMemory } from './episodic-memory.ts';
import { workspaceMemoryFile } from './memory-archive.ts';
import { inProcess, MemoryDatabase } from './memory-database.ts';
import { SqliteMemory } from './sqlite-memory.ts';

/**
 * Opens the memory that a setting names; when its file cannot be used, one that lasts as long as the process.
 *
 * @param setting - `workspace`, the path of a file, or empty to keep nothing beyond the process
 * @param workspaceFolders - the first is the person's own, or the repository
 * @param map - id of the scene or household
 * @param clock - tells the time when nothing is kept
 * @param onTrouble - told when a file cannot be used, or no longer
 */
export function openMemory(
  setting: string,
  workspaceFolders: readonly string[],
  map: string,
  clock: Clock,
  onTrouble: (error: unknown) => void,
): EpisodicMemory {
  const inThisProcess = () => new SqliteMemory(new MemoryDatabase(inProcess), map, clock, onTrouble);
  if (setting === '') return inThisProcess();
  try {
    const database = new MemoryDatabase(memoryFile(setting, workspaceFolders));
    return new SqliteMemory(database, map, systemWallClock, onTrouble);
  } catch (error) {
    onTrouble(error);
    return inThisProcess();
  }
}

/** The file that a setting other than the empty one names. */
export const memoryFile = (setting: string, [workspaceFolder = '.']: readonly string[]): string =>
  setting === 'workspace' ? workspaceMemoryFile(workspaceFolder) : resolve(setting);
