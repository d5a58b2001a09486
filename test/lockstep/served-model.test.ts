import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryFolder } from '@efferent/runtime';
import { runEpisode } from '@efferent/runtime/simulation';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** Starts `efferent model serve` as a person would; resolves with its address. */
async function serveReasoner(): Promise<{ readonly url: string; stop(): Promise<number | null> }> {
  const main = join(repositoryFolder, 'packages/cli/src/main.ts');
  const child = spawn(process.execPath, [main, 'model', 'serve', '--model', 'reasoner', '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  for await (const line of createInterface(child.stdout)) {
    const url = /reasoner at (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      stop: () => {
        child.kill('SIGINT');
        return ended;
      },
    };
  }
  throw new Error('`efferent model serve` ended without an address');
}

describe('the agent with a model behind HTTP, in full simulation', () => {
  let server: Awaited<ReturnType<typeof serveReasoner>>;
  beforeAll(async () => {
    server = await serveReasoner();
    vi.stubEnv('EFFERENT_MODEL_URL', server.url);
    vi.stubEnv('EFFERENT_MODEL', 'reasoner');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    expect(await server.stop()).toBe(130);
  });

  it.each([
    ['hybrid', 'put-in-bowl'],
    ['deps', 'open-or-close'],
    ['clea', 'open-or-close'],
  ])('%s carries out %s with a server that sees only the text of its prompts', async (planner, task) => {
    const { success, message, modelCalls } = await runEpisode({
      ...{ scene: 'kitchen', robot: 'stretch', seed: 1000 },
      ...{ task, planner, model: 'openai-compatible' },
    });
    expect(success, message).toBe(true);
    expect(modelCalls).toBeGreaterThan(0);
  });
});
