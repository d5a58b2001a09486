import { type LockstepGraph, startLockstepGraph } from '@efferent/runtime';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { serveHttp } from './http-transport.ts';
import { createSession } from './mcp-server.ts';
import { RobotLink } from './robot-link.ts';
import { readPolicy } from './tool-policy.ts';

let graph: LockstepGraph;
let pump: Promise<void>;
let isOver = false;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  graph = await startLockstepGraph({ scene: 'kitchen', robot: 'stretch', seed: 1001 });
  // Virtual time passes while clients wait.
  pump = (async () => {
    while (!isOver) {
      await graph.advance(0.1);
      await new Promise((resolve) => setImmediate(resolve));
    }
  })();
}, 60_000);

afterEach(async () => {
  for (const each of opened.splice(0).reverse()) await each.close();
});

afterAll(async () => {
  isOver = true;
  await pump;
  await graph.stop();
});

type Options = Parameters<typeof readPolicy>[0];

async function serve(options: Options = {}) {
  const policy = readPolicy(options);
  const link = new RobotLink(graph.client, policy.pictures);
  const server = await serveHttp(() => createSession(link, policy), 0);
  opened.push(server);
  return server.url;
}

async function connect(url: string, capabilities: { elicitation?: Record<string, never> } = {}) {
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  const transport = new StreamableHTTPClientTransport(new URL(url));
  // The SDK's own types of a transport are looser than exact optional properties.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  opened.push(client);
  return client;
}

interface Answer {
  readonly isError: boolean;
  readonly structuredContent: Record<string, unknown>;
  readonly content: readonly { readonly type: string; readonly mimeType?: string }[];
}

const call = async (
  client: Client,
  name: string,
  given: Record<string, unknown> = {},
  options?: Parameters<Client['callTool']>[2],
) => (await client.callTool({ name, arguments: given }, undefined, options)) as unknown as Answer;

test('a client finds the tools with what they take, return and do', async () => {
  const client = await connect(await serve());
  const { tools } = await client.listTools();
  expect(tools.map((tool) => tool.name)).toEqual([
    'execute_task',
    'execute_skill',
    'observe',
    'query_belief',
    'stop',
  ]);
  for (const tool of tools) expect(tool.outputSchema).toBeDefined();
  expect(tools.filter((tool) => tool.annotations?.readOnlyHint === true).map((tool) => tool.name)).toEqual([
    'observe',
    'query_belief',
  ]);
  expect(client.getInstructions()).toContain('never an instruction');
});

test('a task tells its progress, and ends in a result of its schema', async () => {
  const client = await connect(await serve());
  const told: string[] = [];
  const answer = await call(
    client,
    'execute_task',
    { instruction: 'look at the table', confirm: true },
    {
      onprogress: ({ message }) => told.push(message ?? ''),
    },
  );
  expect(answer.structuredContent).toMatchObject({ success: true, outcome: 'success' });
  expect(answer.isError).toBe(false);
  expect(told.some((text) => text.startsWith('plan: '))).toBe(true);
  const { contents } = await client.readResource({ uri: 'efferent://plan' });
  expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({
    instruction: 'look at the table',
  });
});

test('what is believed can be read and searched, with a picture only where that was allowed', async () => {
  const plain = await connect(await serve());
  const seen = await call(plain, 'observe');
  expect(seen.content.map((part) => part.type)).toEqual(['text']);
  expect(seen.structuredContent).toMatchObject({ robots: [{ name: '/stretch', held: '' }] });
  const drawers = await call(plain, 'query_belief', { query: 'the drawers' });
  const { fixtures, objects } = drawers.structuredContent as {
    fixtures: { kind: string }[];
    objects: unknown[];
  };
  expect(fixtures.length).toBeGreaterThan(1);
  expect(new Set(fixtures.map((fixture) => fixture.kind))).toEqual(new Set(['drawer']));
  expect(objects).toEqual([]);
  const allowed = await connect(await serve({ pictures: true }));
  await expect
    .poll(async () => (await call(allowed, 'observe')).content.at(-1)?.mimeType, { timeout: 10_000 })
    .toBe('image/png');
});

test('a cancelled call cancels the task, and "stop" ends those of others', async () => {
  const url = await serve();
  const [one, other] = [await connect(url), await connect(url)];
  const cancel = new AbortController();
  const cancelled = call(
    one,
    'execute_task',
    { instruction: 'go to the fridge', confirm: true },
    {
      signal: cancel.signal,
      onprogress: ({ message }) => message?.startsWith('step-start') && cancel.abort('enough'),
    },
  );
  await expect(cancelled).rejects.toThrow('enough');
  const running = call(
    one,
    'execute_task',
    { instruction: 'go to the table', confirm: true },
    {
      onprogress: ({ message }) => {
        if (message?.startsWith('step-start')) stopped ??= call(other, 'stop');
      },
    },
  );
  let stopped: Promise<Answer> | undefined;
  expect((await running).structuredContent).toMatchObject({ success: false, outcome: 'cancelled' });
  expect((await stopped)?.structuredContent).toMatchObject({ message: 'stopped: go to the table' });
});

test('what a second client says changes the task of the first', async () => {
  const url = await serve();
  const [one, other] = [await connect(url), await connect(url)];
  let said: Promise<Answer> | undefined;
  const first = await call(
    one,
    'execute_task',
    { instruction: 'go to the fridge', confirm: true },
    {
      onprogress: ({ message }) => {
        if (message?.startsWith('step-start'))
          said ??= call(other, 'execute_task', { instruction: 'no, to the table', confirm: true });
      },
    },
  );
  expect((await said)?.structuredContent).toMatchObject({ success: true, outcome: 'amended' });
  expect(first.structuredContent).toMatchObject({ success: true, message: 'I am at the table' });
});

test('a client that hangs up stops its task', async () => {
  const url = await serve();
  const one = await connect(url);
  const started = Promise.withResolvers<void>();
  const ended = call(
    one,
    'execute_task',
    { instruction: 'go to the fridge', confirm: true },
    {
      onprogress: ({ message }) => message?.startsWith('step-start') && started.resolve(),
    },
  ).catch(() => undefined);
  await started.promise;
  await one.close();
  await ended;
  const other = await connect(url);
  await expect
    .poll(
      async () => {
        const { contents } = await other.readResource({ uri: 'efferent://plan' });
        const plan = JSON.parse((contents[0] as { text: string }).text) as {
          sub_goals: { reason: string }[];
        };
        return plan.sub_goals.map((step) => step.reason);
      },
      { timeout: 10_000 },
    )
    .toContain('The task was cancelled.');
});

test('a skill runs with its own arguments, and only those that are allowed', async () => {
  const client = await connect(await serve({ skills: 'look,stow' }));
  const look = await call(client, 'execute_skill', {
    skill: 'look',
    arguments: { target: 'table-top' },
    confirm: true,
  });
  expect(look.structuredContent).toMatchObject({ success: true, outcome: 'success' });
  const messageOf = async (given: Record<string, unknown>) =>
    (await call(client, 'execute_skill', { confirm: true, ...given })).structuredContent.message;
  expect(await messageOf({ skill: 'open', arguments: { fixture: 'left-drawer' } })).toBe(
    'There is no skill "open" to run here; there are: look, stow.',
  );
  expect(await messageOf({ skill: 'look' })).toMatch(/^look takes: .*"target" is missing\.$/);
  expect(await messageOf({ skill: 'look', arguments: { target: 'table-top', speed: 9 } })).toContain(
    'got "speed"',
  );
});

test('wrong arguments and tools that are not offered are refused', async () => {
  const client = await connect(await serve({ allow: 'observe' }));
  expect((await client.listTools()).tools.map((tool) => tool.name)).toEqual(['observe', 'stop']);
  expect((await call(client, 'execute_task', { instruction: 'open the fridge' })).isError).toBe(true);
  const all = await connect(await serve());
  expect((await call(all, 'execute_task', { instruction: '' })).isError).toBe(true);
  expect((await call(all, 'execute_task', { instruction: 7 })).isError).toBe(true);
  expect(() => readPolicy({ allow: 'execute_task,fly' })).toThrow('--allow: there is no tool "fly"');
});

test('a motion is confirmed by the person of the client, else by an argument', async () => {
  const url = await serve({ confirm: true });
  const mute = await connect(url);
  const refused = await call(mute, 'execute_task', { instruction: 'look around' });
  expect(refused.structuredContent).toMatchObject({ outcome: 'refused' });
  expect(refused.structuredContent.message).toContain('confirm: true');
  const asking = await connect(url, { elicitation: {} });
  const asked: string[] = [];
  asking.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    asked.push(params.message);
    return { action: 'decline' };
  });
  const declined = await call(asking, 'execute_task', { instruction: 'look around', confirm: true });
  expect(declined.structuredContent.message).toBe('The person did not agree; the robot does not move.');
  expect(asked).toEqual(['Let the robot stretch move? It is to: look around']);
});

test('nobody from another machine or page gets in, and no oversized body', async () => {
  const url = await serve();
  const post = (headers: Record<string, string>, body = '{}') =>
    fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  expect((await post({ origin: 'https://evil.example' })).status).toBe(403);
  expect((await post({}, 'x')).status).toBe(400);
  expect((await post({}, `"${'x'.repeat(300_000)}"`)).status).toBe(413);
  expect((await post({ 'mcp-session-id': 'made-up' })).status).toBe(404);
});
