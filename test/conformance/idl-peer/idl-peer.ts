import { type ExecFileSyncOptions, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cycloneConfiguration } from '@efferent/cyclonedds';
import { realTimeWaits } from '../harness.ts';

/**
 * Builds the peer in C into a folder.
 *
 * @returns what is missing for it; undefined when it was built
 */
export function buildIdlPeer(folder: string): string | undefined {
  const options: ExecFileSyncOptions = { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] };
  const source = (name: string) => join(import.meta.dirname, name);
  const parts = ['peer.c', 'echo.c', 'service.c'].map(source);
  try {
    execFileSync('idlc', ['-x', 'final', source('messages.idl')], options);
    execFileSync(
      'cc',
      ['-I.', `-I${import.meta.dirname}`, ...parts, 'messages.c', '-lddsc', '-o', 'peer'],
      options,
    );
    return undefined;
  } catch (error) {
    // Only a missing tool may skip the test; a peer that does not compile must fail it.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return `no ${(error as NodeJS.ErrnoException).path}; install cyclonedds-tools and a C compiler`;
  }
}

export interface IdlPeer {
  /** Waits for the next line that it prints. */
  line(): Promise<string>;
  /** Lets it go on. */
  go(): void;
  /** Ends it. @returns its exit code and signal */
  stop(): Promise<unknown[]>;
}

/** Starts the peer with what it is to do, on a domain of the default configuration. */
export function startIdlPeer(folder: string, domainId: string, ...words: readonly string[]): IdlPeer {
  const uri = cycloneConfiguration(process.env).replace('id="any"', `id="${domainId}"`);
  const peer = spawn(join(folder, 'peer'), words, {
    cwd: tmpdir(),
    env: { ...process.env, CYCLONEDDS_URI: uri },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(peer, 'close');
  let printed = '';
  let read = 0;
  peer.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return {
    line: async () => {
      await realTimeWaits.until(() => printed.includes('\n', read), `a line of the peer ${words[0]}`);
      const end = printed.indexOf('\n', read);
      const text = printed.slice(read, end);
      read = end + 1;
      return text;
    },
    go: () => peer.stdin.write('\n'),
    stop: () => {
      peer.stdin.end();
      return ended;
    },
  };
}
