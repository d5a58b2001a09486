export type { Episode } from './episodic-memory.ts';
export { forgetEverything, MemoryArchive } from './memory-archive.ts';
export { memoryFile } from './open-memory.ts';
export { agoText } from './recollection.ts';
