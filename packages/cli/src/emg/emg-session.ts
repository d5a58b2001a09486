import { steadyWallClock, systemWallClock } from '@efferent/core';
import {
  type EmgFrame,
  type EmgLink,
  type EmgSourceDescription,
  loadEmgSourceKind,
  openSource,
  settingsFrom,
  wallTicker,
} from '@efferent/emg';
import { findWorkspaceFolders, repositoryFolder } from '@efferent/runtime/workspace';
import type { Terminal } from '../terminal.ts';

/** Which source, as options say it. */
export interface SourceOptions {
  readonly source: string;
  /** Settings of the source, by name. */
  readonly param: Readonly<Record<string, string>>;
  /** End after so many seconds of samples. */
  readonly duration?: number;
}

/** What a command does with a source. */
export interface SourceUse {
  /** Called once, before the first frame. */
  onOpen(description: EmgSourceDescription): void | Promise<void>;
  onFrame(frame: EmgFrame): void;
  onLink(link: EmgLink): void;
}

/**
 * Opens a source, has it deliver until `signal` aborts or as long as `duration` says, and stops it.
 *
 * @throws {@link ConfigurationError} for an unknown source or a wrong setting
 * @throws {@link HardwareError} when it can never work
 */
export async function withSource(
  { source: name, param, duration = Number.POSITIVE_INFINITY }: SourceOptions,
  use: SourceUse,
  signal: AbortSignal,
): Promise<void> {
  const kind = await loadEmgSourceKind(name);
  const onLink = (link: EmgLink) => use.onLink(link);
  const context = { clock: systemWallClock, steadyClock: steadyWallClock, every: wallTicker, onLink, signal };
  const source = await openSource(kind, settingsFrom(name, kind, param), context);
  if (source === undefined) return;
  await use.onOpen(source.description);
  const ended = Promise.withResolvers<void>();
  const end = () => ended.resolve();
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  let leftS = duration;
  await source.start((frame) => {
    if (leftS <= 0) return;
    use.onFrame(frame);
    leftS -= frame.samplesUv.length / frame.channelCount / frame.sampleRateHz;
    if (leftS <= 0) end();
  });
  try {
    await ended.promise;
  } finally {
    signal.removeEventListener('abort', end);
    await source.stop();
  }
}

/** Prints a change of the link. */
export function printLink(terminal: Terminal, { state, reason }: EmgLink): void {
  terminal.row('source', `${state} · ${reason}`, { tone: state === 'connected' ? 'good' : 'waiting' });
}

/** Folder of what is kept of people's muscles. */
export function emgFolderOf(workspace = findWorkspaceFolders()[0] ?? repositoryFolder): string {
  return `${workspace}/.efferent/emg`;
}
