import { existsSync } from 'node:fs';
import { agoText, type Episode, forgetEverything, MemoryArchive, memoryFile } from '@efferent/agent/memory';
import { ConfigurationError, systemWallClock } from '@efferent/core';
import { findWorkspaceFolders } from '@efferent/runtime/workspace';
import { plural, Terminal } from './terminal.ts';

interface MemoryOptions {
  readonly file?: string;
  readonly number: number;
  readonly json?: boolean;
}

/** `efferent memory search`: episodes that hold all of some words. */
export async function searchMemory(text: string, options: MemoryOptions): Promise<void> {
  show(options, (archive) => archive.search(text, options.number), `nothing is remembered of "${text}"`);
}

/** `efferent memory list`: the newest episodes, and how much is remembered. */
export async function listMemory(options: MemoryOptions): Promise<void> {
  show(options, (archive) => archive.newest(options.number), 'nothing is remembered');
}

/** `efferent memory forget`: deletes everything. */
export async function forgetMemory(options: MemoryOptions): Promise<void> {
  const file = fileOf(options);
  const terminal = new Terminal(process.stdout);
  if (forgetEverything(file)) terminal.row('forgotten', file, { tone: 'good' });
  else terminal.row('memory', `there is none: ${file}`);
}

/** `efferent memory path`: the file. */
export async function printMemoryPath(options: MemoryOptions): Promise<void> {
  process.stdout.write(`${fileOf(options)}\n`);
}

function show(
  options: MemoryOptions,
  read: (archive: MemoryArchive) => readonly Episode[],
  nothing: string,
): void {
  const file = fileOf(options);
  const terminal = new Terminal(process.stdout);
  const archive = existsSync(file) ? new MemoryArchive(file) : undefined;
  const episodes = archive === undefined ? [] : read(archive);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ file, episodes })}\n`);
  else {
    const nowS = Number(systemWallClock.nowNs()) / 1e9;
    for (const { stampS, kind, text } of episodes)
      terminal.row(kind, text, { right: agoText(Math.max(0, nowS - stampS)) });
    if (episodes.length === 0) terminal.row('memory', nothing);
    const count = archive?.count();
    if (count !== undefined)
      terminal.row(
        'memory',
        `${[plural(count.episodes, 'episode'), plural(count.places, 'place'), plural(count.runs, 'skill')].join(' · ')}`,
        {
          right: file,
        },
      );
  }
  archive?.close();
}

/** @throws {@link ConfigurationError} code `no-memory` where nothing is kept */
function fileOf({ file }: MemoryOptions): string {
  const setting = file ?? process.env.EFFERENT_MEMORY ?? 'workspace';
  if (setting === '')
    throw new ConfigurationError({
      code: 'no-memory',
      message: 'EFFERENT_MEMORY is empty, so nothing is kept; unset it, or name a file with --file',
    });
  return memoryFile(setting, findWorkspaceFolders());
}
