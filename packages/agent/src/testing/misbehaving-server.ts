import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a chat request holds, as far as tests look at it. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: unknown }[];
  readonly stream?: boolean;
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly logprobs?: boolean;
  readonly response_format: { readonly type: string; readonly json_schema: { readonly schema: object } };
}

/** Ways in which a server goes wrong. */
export const misbehaviours = [
  'slow',
  'status-429',
  'status-500',
  'cut-connection',
  'invalid-json',
  'endless-stream',
  'wrong-schema',
  'huge-reply',
] as const;
export type Misbehaviour = (typeof misbehaviours)[number];

export interface ServedAnswer {
  /** What the model is made to write; the request's own answer without it. */
  readonly content?: string;
  readonly finish?: string;
  /** Log-probabilities of its tokens, nats. */
  readonly logProbabilities?: readonly number[];
  readonly cachedTokens?: number;
  /** Answers with this status instead. */
  readonly status?: number;
  readonly message?: string;
  readonly misbehaviour?: Misbehaviour;
}

const hugeReplyBytes = 60 * 1024 * 1024;
const retryHeaders = { 'retry-after-ms': '1' };

/** An HTTP server that speaks OpenAI's chat protocol, streamed and whole, and goes wrong as it is told to. */
export class MisbehavingServer {
  readonly requests: ChatRequest[] = [];
  readonly bodies: string[] = [];
  readonly keys: (string | undefined)[] = [];
  /** Decides the answer to the request of this number, from 0. */
  answer: (index: number, request: ChatRequest) => ServedAnswer;
  readonly #server: Server;

  private constructor(answer: MisbehavingServer['answer']) {
    this.answer = answer;
    this.#server = createServer((incoming, response) => void this.#serve(incoming, response));
  }

  static async start(answer: MisbehavingServer['answer']): Promise<MisbehavingServer> {
    const served = new MisbehavingServer(answer);
    await new Promise<void>((resolve) => served.#server.listen(0, '127.0.0.1', resolve));
    return served;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined);
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const request = JSON.parse(body) as ChatRequest;
    this.requests.push(request);
    this.bodies.push(body);
    this.keys.push(incoming.headers.authorization);
    const answer = this.answer(this.requests.length - 1, request);
    const write = request.stream === true ? writeStreamed : writeWhole;
    if (answer.misbehaviour !== undefined) misbehave(answer.misbehaviour, response, write);
    else if (answer.status !== undefined) {
      response.writeHead(answer.status, { 'content-type': 'application/json', ...retryHeaders });
      response.end(JSON.stringify({ error: { message: answer.message ?? `status ${answer.status}` } }));
    } else write(response, answer);
  }
}

type Write = (response: ServerResponse, answer: ServedAnswer) => void;

function misbehave(how: Misbehaviour, response: ServerResponse, write: Write): void {
  switch (how) {
    case 'slow':
      return;
    case 'status-429':
    case 'status-500':
      response.writeHead(Number(how.slice(-3)), { 'content-type': 'application/json', ...retryHeaders });
      response.end(JSON.stringify({ error: { message: 'not now' } }));
      return;
    case 'cut-connection':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '5000' });
      response.write('{"id": "c1", "choices": [{"index": 0, "mess');
      setImmediate(() => response.destroy());
      return;
    case 'invalid-json':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"id": "c1", "choices": [{"index"');
      return;
    case 'endless-stream':
      response.writeHead(200, {
        'content-type': write === writeStreamed ? 'text/event-stream' : 'application/json',
      });
      pour(
        response,
        `data: ${JSON.stringify(chunkOf({ content: 'on and on '.repeat(500) }))}\n\n`,
        Number.POSITIVE_INFINITY,
      );
      return;
    case 'wrong-schema':
      write(response, { content: '{"steps": ["move the arm through the wall"]}' });
      return;
    case 'huge-reply':
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': String(hugeReplyBytes),
      });
      pour(response, ' '.repeat(65_536), hugeReplyBytes);
  }
}

/** Writes the same again and again, as fast as it is read, until so many bytes are written or nobody reads. */
function pour(response: ServerResponse, text: string, bytes: number): void {
  let left = bytes;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= text.length;
      if (!response.write(text)) {
        response.once('drain', more);
        return;
      }
    }
    if (!response.destroyed) response.end();
  };
  more();
}

const usageOf = (answer: ServedAnswer) => ({
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: answer.cachedTokens ?? 0 },
});

const logprobsOf = (values: readonly number[] | undefined) =>
  values === undefined ? {} : { logprobs: { content: values.map((logprob) => ({ token: 'x', logprob })) } };

function writeWhole(response: ServerResponse, answer: ServedAnswer): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      created: 0,
      model: 'tiny',
      choices: [
        {
          index: 0,
          finish_reason: answer.finish ?? 'stop',
          message: { role: 'assistant', content: answer.content ?? '' },
          ...logprobsOf(answer.logProbabilities),
        },
      ],
      usage: usageOf(answer),
    }),
  );
}

const chunkOf = (delta: object, more: object = {}) => ({
  id: 'c1',
  object: 'chat.completion.chunk',
  created: 0,
  model: 'tiny',
  choices: [{ index: 0, delta, finish_reason: null, ...more }],
});

/** Characters of one piece of a stream. */
const pieceLength = 40;

function writeStreamed(response: ServerResponse, answer: ServedAnswer): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (event: object) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  const text = answer.content ?? '';
  for (let at = 0; at < text.length; at += pieceLength)
    send(chunkOf({ role: 'assistant', content: text.slice(at, at + pieceLength) }));
  send(chunkOf({}, { finish_reason: answer.finish ?? 'stop', ...logprobsOf(answer.logProbabilities) }));
  send({ ...chunkOf({}), choices: [], usage: usageOf(answer) });
  response.end('data: [DONE]\n\n');
}
