import { skillContracts } from '@efferent/skills';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerSchemas } from '../model/answer-schemas.ts';
import { createModel, defaultModelChoice } from '../model/create-model.ts';
import { NoisyReasoner } from '../model/noisy-reasoner.ts';
import type { PromptContent } from '../model/prompt-content.ts';
import { planProposalSchema } from '../model/proposal.ts';
import { renderPrompt } from '../model/render-prompt.ts';
import { schemaForServer } from '../model/schema-for-server.ts';
import { Reasoner } from '../reasoner/reasoner.ts';
import { everydayObjects, kitchenView, robotOffer } from '../testing/kitchen-view.ts';
import { type ModelServer, startModelServer } from './model-server.ts';

const content: PromptContent = {
  question: { purpose: 'decompose' },
  instruction: 'put the apple in the bowl',
  belief: kitchenView(everydayObjects()),
  skills: Object.values(skillContracts),
  robots: [robotOffer],
  history: [],
  failures: [],
  answers: {},
  achieved: [],
  bindings: {},
};
const { system, user } = renderPrompt(content);
const messages = [
  { role: 'system' as const, content: system },
  { role: 'user' as const, content: user },
];
const responseFormat = (purpose: keyof typeof answerSchemas) => ({
  type: 'json_schema' as const,
  json_schema: { name: 'answer', strict: true, schema: { ...schemaForServer(answerSchemas[purpose]) } },
});
const ask = { model: 'reasoner', messages, response_format: responseFormat('decompose') };

let server: ModelServer;
let client: OpenAI;
beforeAll(async () => {
  server = await startModelServer({ model: new Reasoner(), host: '127.0.0.1', port: 0, apiKey: '' });
  client = new OpenAI({ baseURL: server.url, apiKey: 'none', maxRetries: 0 });
});
afterAll(() => server.close());

const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${server.url}/chat/completions`, { method: 'POST', body, headers });

describe("OpenAI's own client", () => {
  test('lists the model', async () => {
    expect((await client.models.list()).data.map((model) => model.id)).toEqual(['reasoner']);
    expect((await client.models.retrieve('reasoner')).owned_by).toBe('efferent');
  });

  test('gets the plan that the reasoner makes of the very request', async () => {
    const completion = await client.chat.completions.create(ask);
    const [choice] = completion.choices;
    const { output } = await new Reasoner().generate({
      ...content,
      schema: planProposalSchema,
      maxOutputTokens: 1,
    });
    expect(JSON.parse(choice!.message.content!)).toEqual(output);
    expect(choice!.finish_reason).toBe('stop');
    const { prompt_tokens: asked, completion_tokens: answered, total_tokens: all } = completion.usage!;
    expect(asked).toBe(Math.ceil(system.length / 4) + Math.ceil(user.length / 4));
    expect(answered).toBe(Math.ceil(choice!.message.content!.length / 4));
    expect(all).toBe(asked + answered);
  });

  test('gets the same answer as a stream, with the usage last', async () => {
    const whole = await client.chat.completions.create(ask);
    const stream = await client.chat.completions.create({
      ...ask,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let pieces = 0;
    let usage: unknown;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      pieces += 1;
      usage = chunk.usage ?? usage;
    }
    expect(text).toBe(whole.choices[0]!.message.content);
    expect(pieces).toBeGreaterThan(4);
    expect(usage).toEqual(whole.usage);
  });

  test('is told when the answer is longer than it allows', async () => {
    const { choices } = await client.chat.completions.create({ ...ask, max_completion_tokens: 10 });
    expect(choices[0]).toMatchObject({ finish_reason: 'length' });
    expect(choices[0]!.message.content).toHaveLength(40);
  });

  test.each([
    ['another model', { ...ask, model: 'gpt-7' }, 404, 'model_not_found'],
    [
      'a prompt of somebody else',
      { ...ask, messages: [{ role: 'user' as const, content: 'Hi' }] },
      400,
      'unreadable_prompt',
    ],
    [
      'the schema of another answer',
      { ...ask, response_format: responseFormat('observe') },
      400,
      'unsupported_schema',
    ],
    ['several answers', { ...ask, n: 2 }, 400, 'unsupported_value'],
  ])('asking for %s gets an error of the protocol', async (_what, body, status, code) => {
    await expect(client.chat.completions.create(body)).rejects.toMatchObject({ status, code });
  });
});

test.each([
  ['no JSON', '{"model": "reas', 400, 'invalid_json'],
  ['no messages', '{"model": "reasoner"}', 400, 'invalid_value'],
  [
    'a role that nobody knows',
    '{"model": "reasoner", "messages": [{"role": "king", "content": ""}]}',
    400,
    'invalid_value',
  ],
  ['a body beyond all bounds', `"${'x'.repeat(9 * 1024 * 1024)}"`, 413, 'too_large'],
])('%s is refused with its status', async (_what, body, status, code) => {
  const response = await post(body);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ error: { code, message: expect.any(String) } });
});

test('pages of a browser are not answered', async () => {
  expect((await post(JSON.stringify(ask), { origin: 'https://evil.example' })).status).toBe(403);
});

test('an unknown address is said to be so', async () => {
  const response = await fetch(`${server.url}/embeddings`, { method: 'POST', body: '{}' });
  expect(response.status).toBe(404);
});

test('with a key nobody gets in without it, and other hosts need one', async () => {
  const noisy = new NoisyReasoner({ seed: 1, errorRate: 0, stepErrorRate: 0, persistence: 0 });
  const locked = await startModelServer({ model: noisy, host: '127.0.0.1', port: 0, apiKey: 'sesame' });
  try {
    const wrong = new OpenAI({ baseURL: locked.url, apiKey: 'open', maxRetries: 0 });
    await expect(wrong.models.list()).rejects.toMatchObject({ status: 401 });
    const right = new OpenAI({ baseURL: locked.url, apiKey: 'sesame', maxRetries: 0 });
    expect((await right.models.list()).data[0]?.id).toBe('reasoner-noisy');
  } finally {
    await locked.close();
  }
  await expect(
    startModelServer({ model: noisy, host: '0.0.0.0', port: 0, apiKey: '' }),
  ).rejects.toMatchObject({ code: 'open-model-server' });
});

test('a port that is in use is said to be so', async () => {
  const port = Number(new URL(server.url).port);
  await expect(
    startModelServer({ model: new Reasoner(), host: '127.0.0.1', port, apiKey: '' }),
  ).rejects.toMatchObject({ code: 'address-in-use', message: expect.stringContaining('--port') });
});

test("the agent's adapter gets through it what the reasoner would have said itself", async () => {
  const choice = {
    ...defaultModelChoice,
    model: 'openai-compatible',
    url: server.url,
    name: 'reasoner',
  };
  const adapter = await createModel(choice, { environment: {}, workspaceFolders: [] });
  const request = { ...content, schema: planProposalSchema, maxOutputTokens: 3000 };
  expect((await adapter.generate(request)).output).toEqual((await new Reasoner().generate(request)).output);
});
