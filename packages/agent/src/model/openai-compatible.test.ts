import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { skillContracts } from '@efferent/skills';
import { afterEach, expect, test } from 'vitest';
import { everydayObjects, kitchenView, robotName, robotOffer } from '../testing/kitchen-view.ts';
import type { LanguageModelRequest } from './language-model.ts';
import { OpenAiCompatibleModel, openAiCompatibleFromEnvironment } from './openai-compatible.ts';
import { type PlanProposal, planProposalSchema } from './proposal.ts';

const plan: PlanProposal = {
  status: 'plan',
  message: '',
  goals: ['open(left-drawer)'],
  subGoals: [
    {
      id: 's1',
      robot: robotName,
      skill: 'open',
      arguments: [{ name: 'fixture', value: 'left-drawer' }],
      dependsOn: [],
    },
  ],
  references: [],
  complete: true,
  question: null,
};

interface Reply {
  readonly status?: number;
  readonly content?: string;
  readonly finish?: string;
  /** Never answers. */
  readonly hang?: boolean;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface ChatRequest {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens?: number;
  readonly response_format: { readonly type: string; readonly json_schema: { readonly schema: object } };
}

/** A server that speaks the chat protocol and answers with `replies`, the last one again and again. */
async function serve(replies: readonly Reply[]): Promise<{
  readonly url: string;
  readonly requests: ChatRequest[];
  readonly keys: (string | undefined)[];
}> {
  const requests: ChatRequest[] = [];
  const keys: (string | undefined)[] = [];
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests.push(JSON.parse(await bodyOf(incoming)) as ChatRequest);
    keys.push(incoming.headers.authorization);
    const reply = replies[Math.min(requests.length, replies.length) - 1]!;
    if (reply.hang === true) return;
    response.setHeader('content-type', 'application/json');
    if (reply.status !== undefined) {
      response.writeHead(reply.status, { 'retry-after-ms': '1' });
      response.end(JSON.stringify({ error: { message: `status ${reply.status}` } }));
      return;
    }
    response.end(
      JSON.stringify({
        id: 'c1',
        object: 'chat.completion',
        created: 0,
        model: 'tiny',
        choices: [
          {
            index: 0,
            finish_reason: reply.finish ?? 'stop',
            message: { role: 'assistant', content: reply.content ?? '' },
          },
        ],
        usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 },
      }),
    );
  };
  const server = createServer((incoming, response) => void answer(incoming, response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, requests, keys };
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of incoming) body += String(chunk);
  return body;
}

const request = (
  fields: Partial<LanguageModelRequest<PlanProposal>> = {},
): LanguageModelRequest<PlanProposal> => ({
  question: { purpose: 'decompose' },
  instruction: 'open the left drawer',
  belief: kitchenView(everydayObjects()),
  skills: Object.values(skillContracts),
  robots: [robotOffer],
  history: [],
  failures: [],
  answers: {},
  achieved: [],
  bindings: {},
  schema: planProposalSchema,
  maxOutputTokens: 321,
  ...fields,
});

const model = (baseUrl: string, fields: { timeoutMs?: number; maxRetries?: number } = {}) =>
  new OpenAiCompatibleModel({
    baseUrl,
    model: 'tiny',
    apiKey: 'secret',
    timeoutMs: 5000,
    maxRetries: 2,
    modelledLatencyMs: 1,
    ...fields,
  });

test('sends the belief and the skills with a JSON schema and a token bound, and returns the plan with its tokens', async () => {
  const server = await serve([{ content: JSON.stringify(plan) }]);
  const reply = await model(server.url).generate(request());
  expect(reply).toEqual({ output: plan, inputTokens: 100, outputTokens: 20, attempts: 1 });
  expect(server.keys).toEqual(['Bearer secret']);
  const [sent] = server.requests;
  expect(sent).toMatchObject({ max_tokens: 321, response_format: { type: 'json_schema' } });
  expect(sent!.response_format.json_schema.schema).toMatchObject({
    type: 'object',
    required: Object.keys(plan),
    additionalProperties: false,
    properties: { status: { enum: ['plan', 'question', 'not-understood', 'impossible', 'refused'] } },
  });
  const text = sent!.messages.map((message) => message.content).join('\n');
  for (const part of [
    '# instruction\n"open the left drawer"\n',
    '- {"id":"apple-1","className":"apple",',
    '- {"name":"pick",',
    '"id":"left-drawer"',
  ])
    expect(text).toContain(part);
});

test.each([429, 500, 503])('tries again after a %d', async (status) => {
  const server = await serve([{ status }, { content: JSON.stringify(plan) }]);
  expect((await model(server.url).generate(request())).output).toEqual(plan);
  expect(server.requests).toHaveLength(2);
});

test('gives up after the last retry and says what to do', async () => {
  const server = await serve([{ status: 429 }]);
  await expect(model(server.url).generate(request())).rejects.toMatchObject({
    code: 'rate-limited',
    message: `tiny at ${server.url}: answered 429 (too many requests); wait, or use a key with a higher limit, after 3 tries`,
  });
  expect(server.requests).toHaveLength(3);
});

test.each([
  [401, 'unauthorised', 'check EFFERENT_MODEL_KEY'],
  [404, 'unknown-model', 'check EFFERENT_MODEL and that EFFERENT_MODEL_URL ends with the version'],
] as const)('does not retry a %d', async (status, code, advice) => {
  const server = await serve([{ status }]);
  await expect(model(server.url).generate(request())).rejects.toMatchObject({
    code,
    message: expect.stringContaining(advice),
  });
  expect(server.requests).toHaveLength(1);
});

test('a server that hangs ends the call after the timeout', async () => {
  const server = await serve([{ hang: true }]);
  await expect(model(server.url, { timeoutMs: 80, maxRetries: 0 }).generate(request())).rejects.toMatchObject(
    { code: 'timeout' },
  );
});

test('a cancelled task ends the call', async () => {
  const server = await serve([{ hang: true }]);
  const abort = new AbortController();
  const call = model(server.url).generate(request({ signal: abort.signal }));
  abort.abort();
  await expect(call).rejects.toMatchObject({ code: 'aborted' });
});

test('nobody listening is said to be so', async () => {
  await expect(model('http://127.0.0.1:9/v1', { maxRetries: 0 }).generate(request())).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('is the server running'),
  });
});

test.each([
  ['invalid JSON', '{"status": "pl', 'JSON'],
  ['another schema', '{"steps": []}', 'schema: status: is missing; message: is missing; '],
  ['prose', 'Sure! First open the drawer.', 'JSON'],
])('repairs %s in one more round, with the reason', async (_what, content, reason) => {
  const server = await serve([{ content }, { content: JSON.stringify(plan) }]);
  const reply = await model(server.url).generate(request());
  expect(reply).toMatchObject({ output: plan, attempts: 2, inputTokens: 200, outputTokens: 40 });
  const said = server.requests[1]!.messages.at(-1)!.content;
  expect(said).toContain('not an answer of the given schema');
  expect(said).toContain(reason);
});

test('refuses a model that answers nonsense twice', async () => {
  const server = await serve([{ content: 'no' }]);
  await expect(model(server.url).generate(request())).rejects.toMatchObject({
    code: 'wrong-schema',
    message: expect.stringContaining('--model reasoner'),
  });
  expect(server.requests).toHaveLength(2);
});

test('says that an answer was cut off', async () => {
  const server = await serve([{ content: '{"status": "plan", "mess', finish: 'length' }]);
  await expect(model(server.url).generate(request())).rejects.toMatchObject({
    code: 'truncated',
    message: expect.stringContaining('max_output_tokens'),
  });
});

test('names the environment variable that is missing', () => {
  expect(() => openAiCompatibleFromEnvironment({}, { baseUrl: '', model: '' })).toThrow('EFFERENT_MODEL_URL');
  expect(() =>
    openAiCompatibleFromEnvironment({ EFFERENT_MODEL_URL: 'http://h/v1' }, { baseUrl: '', model: '' }),
  ).toThrow('EFFERENT_MODEL,');
  expect(() =>
    openAiCompatibleFromEnvironment({ EFFERENT_MODEL: 'm' }, { baseUrl: 'nonsense', model: '' }),
  ).toThrow('is not a URL');
});
