import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createContext, type MiddlewareName } from '@efferent/ros';
import { describe, expect, test } from 'vitest';

const program = new URL('leaving-process.ts', import.meta.url).pathname;

/** Peers would keep the nodes of a process for ten seconds when it ends without a word. */
export function describeLeaving(middleware: MiddlewareName): void {
  describe(`a process with ${middleware} leaves the graph at once`, () => {
    test.each([
      ['when it exits in the middle of its work', 'exit', 0],
      ['when an error ends it', 'error', 1],
    ])('%s', async (_name, how, code) => {
      const context = await createContext({ middleware, logSink: () => undefined });
      const node = await context.createNode('watch', { namespace: '/lab' });
      const leaver = spawn(process.execPath, [program, middleware, how], {
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const names = () => node.getNodeNamesAndNamespaces().map(({ name }) => name);
      await expect.poll(names, { timeout: 15_000 }).toContain('leaver');
      const exit = once(leaver, 'exit');
      leaver.stdin.write('\n');
      expect(await exit).toEqual([code, null]);
      await expect.poll(names, { timeout: 4000 }).not.toContain('leaver');
      await context.shutdown();
    });
  });
}
