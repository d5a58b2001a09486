import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { everydayObjects, kitchenView, robotOffer } from '../testing/kitchen-view.ts';
import { MisbehavingServer } from '../testing/misbehaving-server.ts';
import { createModel, defaultModelChoice, type ModelChoice } from './create-model.ts';
import { explanationSchema } from './proposal.ts';

const folders: string[] = [];
const servers: MisbehavingServer[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  for (const server of servers.splice(0)) await server.close();
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'efferent-model-'));
  folders.push(folder);
  return folder;
}

const create = (
  fields: Partial<ModelChoice>,
  environment: Record<string, string> = {},
  workspaceFolders: readonly string[] = [],
) => createModel({ ...defaultModelChoice, ...fields }, { environment, workspaceFolders });

const question = (instruction: string) => ({
  question: { purpose: 'explain' } as const,
  instruction,
  belief: kitchenView(everydayObjects()),
  skills: [],
  robots: [robotOffer],
  history: [],
  failures: [],
  answers: {},
  achieved: [],
  bindings: {},
  schema: explanationSchema,
  maxOutputTokens: 100,
});

/** A server that says the last word of the instruction. */
async function echo(): Promise<MisbehavingServer> {
  const server = await MisbehavingServer.start((_index, request) => {
    const words = JSON.stringify(request.messages.at(-1)).match(/mug of (\w+)/);
    return { content: JSON.stringify({ precondition: '', because: `It belongs to ${words?.[1]}.` }) };
  });
  servers.push(server);
  return server;
}

test.each([
  ['openai-compatible', {}, 'EFFERENT_MODEL_URL'],
  ['openai-compatible', { EFFERENT_MODEL_URL: 'http://h/v1' }, 'needs EFFERENT_MODEL,'],
  ['openai', { EFFERENT_MODEL: 'm' }, 'OPENAI_API_KEY'],
  ['openai', { OPENAI_API_KEY: 'k' }, 'needs EFFERENT_MODEL,'],
  ['anthropic', { EFFERENT_MODEL: 'm' }, 'ANTHROPIC_API_KEY'],
  ['openai-compatible', { EFFERENT_MODEL_URL: 'nonsense', EFFERENT_MODEL: 'm' }, 'is not a URL'],
  ['openai-compatible', { EFFERENT_MODEL_URL: 'ftp://h/v1', EFFERENT_MODEL: 'm' }, 'is not usable'],
])('%s with %j names the variable that is missing or wrong', async (model, environment, reason) => {
  await expect(create({ model }, environment)).rejects.toThrow(reason);
});

test('a password in the address is refused and not repeated', async () => {
  const environment = { EFFERENT_MODEL_URL: 'http://me:hunter2@h/v1', EFFERENT_MODEL: 'm' };
  const made = create({ model: 'openai-compatible' }, environment);
  await expect(made).rejects.toThrow('without user, password and query');
  await expect(made).rejects.not.toThrow('hunter2');
});

test('an unknown model or privacy is refused with those that there are', async () => {
  await expect(create({ model: 'oracle' })).rejects.toThrow('reasoner, reasoner-noisy, openai-compatible');
  await expect(create({ privacy: 'sometimes' })).rejects.toThrow('away, always, never');
});

test.each([
  ['openai', '/v1/chat/completions', 'authorization', 'Bearer k1'],
  ['anthropic', '/v1/messages', 'x-api-key', 'k1'],
] as const)(
  '%s is asked by its own protocol, the unchanging part of the prompt first',
  async (model, path, header, key) => {
    const seen: { url: string; headers: Record<string, unknown>; body: Record<string, unknown> }[] = [];
    const answer = JSON.stringify({ precondition: '', because: 'So.' });
    const serve = async (incoming: IncomingMessage, response: ServerResponse) => {
      let body = '';
      for await (const chunk of incoming) body += String(chunk);
      seen.push({ url: incoming.url ?? '', headers: incoming.headers, body: JSON.parse(body) });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(model === 'openai' ? openAiReply(answer) : anthropicReply(answer)));
    };
    const server = createServer((incoming, response) => void serve(incoming, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const made = await create(
        { model, url: `http://127.0.0.1:${port}/v1`, name: 'some-model' },
        { OPENAI_API_KEY: 'k1', ANTHROPIC_API_KEY: 'k1' },
      );
      const reply = await made.generate(question('open it'));
      expect(reply).toMatchObject({
        output: { because: 'So.' },
        inputTokens: 110,
        outputTokens: 7,
        cachedInputTokens: 90,
      });
      expect(seen[0]).toMatchObject({ url: path, headers: { [header]: key } });
      if (model === 'openai') expect(reply.meanLogProbability).toBeCloseTo(-0.5);
      if (model === 'anthropic')
        expect(seen[0]!.body.system).toMatchObject([{ type: 'text', cache_control: { type: 'ephemeral' } }]);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  },
);

const openAiReply = (content: string) => ({
  id: 'c1',
  created: 0,
  model: 'some-model',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content },
      logprobs: { content: [{ token: 'x', logprob: -0.5, top_logprobs: [] }] },
    },
  ],
  usage: { prompt_tokens: 110, completion_tokens: 7, prompt_tokens_details: { cached_tokens: 90 } },
});

const anthropicReply = (text: string) => ({
  type: 'message',
  id: 'm1',
  role: 'assistant',
  model: 'some-model',
  content: [{ type: 'tool_use', id: 't1', name: 'json', input: JSON.parse(text) as object }],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 20, output_tokens: 7, cache_read_input_tokens: 90, cache_creation_input_tokens: 0 },
});

test('what privacy.yaml lists stays on the machine when the server is elsewhere, and is in the answer again', async () => {
  const server = await echo();
  const workspace = newFolder();
  writeFileSync(join(workspace, 'privacy.yaml'), 'people: [Anna Bell, Anna]\nstrings: [Lindenweg 5]\n');
  const ask = async (privacy: string) => {
    const url = server.url;
    const model = await create({ model: 'openai-compatible', url, name: 'm', privacy }, {}, [workspace]);
    return model.generate(question('bring the mug of ANNA to Lindenweg 5'));
  };
  expect((await ask('always')).output.because).toBe('It belongs to ANNA.');
  expect(server.bodies[0]).not.toMatch(/anna|lindenweg/i);
  expect(server.bodies[0]).toContain('mug of PERSON2b to PRIVATE1');
  // A server on this machine is told everything, unless it is told otherwise.
  expect((await ask('away')).output.because).toBe('It belongs to ANNA.');
  expect(server.bodies[1]).toContain('mug of ANNA to Lindenweg 5');
});

test.each([
  ['people: [A]', 'people.0: is too short'],
  ['people: ["<Anna>"]', 'people.0: must be on one line'],
  ['strings: [PERSON1]', 'strings.0: looks like a placeholder'],
  ['persons: [Anna]', 'persons'],
  ['people: Anna', 'people'],
])('a privacy.yaml with "%s" is refused, naming the field', async (text, reason) => {
  const workspace = newFolder();
  writeFileSync(join(workspace, 'privacy.yaml'), `${text}\n`);
  const made = create({ model: 'openai-compatible', url: 'http://127.0.0.1:1/v1', name: 'm' }, {}, [
    workspace,
  ]);
  await expect(made).rejects.toThrow(reason);
});

test('a recording answers as the server did, in order, and without it', async () => {
  const server = await echo();
  const record = join(newFolder(), 'calls');
  const recorder = await create(
    { model: 'openai-compatible', url: server.url, name: 'm', record },
    { EFFERENT_MODEL_KEY: 'top-secret' },
  );
  const asked = [question('the mug of Anna'), question('the mug of Ben'), question('the mug of Anna')];
  const replies = [];
  for (const each of asked) replies.push(await recorder.generate(each));
  await server.close();
  servers.length = 0;
  expect(readFileSync(join(record, 'calls.jsonl'), 'utf8')).not.toContain('top-secret');
  const replayed = await create({ model: 'openai-compatible', replay: record });
  expect(replayed).toMatchObject({ id: 'm', modelledLatencyMs: recorder.modelledLatencyMs });
  for (const [index, each] of asked.entries()) expect(await replayed.generate(each)).toEqual(replies[index]);

  await expect(replayed.generate(question('the mug of Ben'))).rejects.toThrow('asked 1 times there');
  await expect(replayed.generate(question('the mug of Eve'))).rejects.toMatchObject({
    code: 'not-recorded',
    message: expect.stringMatching(/user line \d+ is ".*Eve.*", recorded was ".*(Anna|Ben).*"/),
  });
  await expect(replayed.generate({ ...question('the mug of Anna'), maxOutputTokens: 101 })).rejects.toThrow(
    'maxOutputTokens is "101", recorded was "100"',
  );
  const other = await create({ model: 'openai-compatible', replay: record, name: 'other' });
  await expect(other.generate(asked[0]!)).rejects.toThrow('model is "other", recorded was "m"');
});

test('a recording of a server elsewhere has placeholders, and is replayed with them', async () => {
  const server = await echo();
  const workspace = newFolder();
  writeFileSync(join(workspace, 'privacy.yaml'), 'people: [Anna]\n');
  const record = newFolder();
  const { url } = server;
  const made = { model: 'openai-compatible', url, name: 'm', privacy: 'always', record };
  const asked = question('the mug of Anna');
  const reply = await (await create(made, {}, [workspace])).generate(asked);
  const file = join(record, 'calls.jsonl');
  const text = readFileSync(file, 'utf8');
  expect(text).not.toContain('Anna');
  writeFileSync(file, text.replace(url, 'http://192.168.0.7:8000/v1'));
  const replayed = await create({ model: 'openai-compatible', replay: record }, {}, [workspace]);
  expect(await replayed.generate(asked)).toEqual(reply);
});

test('a failure is recorded and replayed as such', async () => {
  const server = await MisbehavingServer.start(() => ({ status: 404 }));
  servers.push(server);
  const record = newFolder();
  const recorder = await create({ model: 'openai-compatible', url: server.url, name: 'm', record });
  await expect(recorder.generate(question('x'))).rejects.toMatchObject({ code: 'unknown-model' });
  const replayed = await create({ model: 'openai-compatible', replay: record });
  await expect(replayed.generate(question('x'))).rejects.toMatchObject({ code: 'unknown-model' });
});

test.each([
  [{ model: 'reasoner', record: 'x' }, 'model_record is for models that are asked over HTTP'],
  [{ model: 'openai', record: 'x', replay: 'y' }, 'are both given'],
  [{ model: 'openai', replay: '/nowhere' }, '/nowhere/calls.jsonl: cannot be read'],
])('%j is refused', async (fields, reason) => {
  await expect(create(fields)).rejects.toThrow(reason);
});

test('a damaged recording is refused with its line, and none is overwritten', async () => {
  const folder = newFolder();
  const file = join(folder, 'calls.jsonl');
  writeFileSync(file, '{"format": "efferent-model-recording-1"}\n');
  const replay = { model: 'openai-compatible', url: 'http://127.0.0.1:1/v1', name: 'm', replay: folder };
  await expect(create(replay)).rejects.toThrow(`${file} line 1: model: is missing`);
  const record = create({ ...replay, replay: '', record: folder });
  await expect(record).rejects.toThrow('record into another folder');
  writeFileSync(file, 'nonsense\n');
  await expect(create(replay)).rejects.toThrow('line 1: is not JSON');
});
