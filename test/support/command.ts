import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { repositoryFolder } from '@efferent/runtime';

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the `efferent` command as a person would and waits for its end. */
export function runEfferent(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  { cwd = repositoryFolder }: { readonly cwd?: string } = {},
): Promise<CommandResult> {
  const child = spawn(process.execPath, [join(repositoryFolder, 'packages/cli/src/main.ts'), ...words], {
    cwd,
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}
