import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, test } from 'vitest';

const main = join(import.meta.dirname, 'main.ts');

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

test('over stdio a client starts a system of its own, uses it, and ends it by hanging up', {
  timeout: 120_000,
}, async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, 'mcp', '--start', '--middleware', 'inproc', '--port', String(await freePort())],
    stderr: 'pipe',
  });
  const client = new Client({ name: 'test', version: '1' });
  // Anything on standard output that is no message of the protocol would be an error here. The SDK's client takes the last
  // progress of a call for unknown when it reads it together with the result: it hands out results first.
  const errors: Error[] = [];
  client.onerror = (error) => {
    if (!error.message.startsWith('Received a progress notification for an unknown token'))
      errors.push(error);
  };
  await client.connect(transport);
  const told: string[] = [];
  const answer = await client.callTool(
    { name: 'execute_task', arguments: { instruction: 'look at the table' } },
    undefined,
    { onprogress: ({ message }) => told.push(message ?? '') },
  );
  expect(answer.structuredContent).toMatchObject({ success: true });
  expect(told.some((text) => text.startsWith('step-start'))).toBe(true);
  const pid = transport.pid!;
  await client.close();
  expect(errors).toEqual([]);
  await expect.poll(() => isRunning(pid), { timeout: 30_000 }).toBe(false);
});

test('wrong use is said on standard error, before anything starts', async () => {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [main, 'mcp', '--allow', 'fly'],
    stderr: 'pipe',
  });
  let said = '';
  transport.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const client = new Client({ name: 'test', version: '1' });
  await expect(client.connect(transport)).rejects.toThrow();
  expect(said).toContain('--allow: there is no tool "fly"');
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
