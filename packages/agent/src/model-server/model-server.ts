import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError, describeError } from '@efferent/core';
import type { LanguageModel } from '../model/language-model.ts';
import { answerChat } from './answer-chat.ts';
import { ChatError, completionBody, completionEvents, readChatRequest } from './chat-protocol.ts';

export interface ModelServerOptions {
  readonly model: LanguageModel;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** What `Authorization: Bearer …` has to say; empty asks for none. */
  readonly apiKey: string;
  /** Gets one line a request. */
  readonly onRequest?: (line: string) => void;
}

export interface ModelServer {
  /** Address for `--model-url`, up to and including the version. */
  readonly url: string;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** Largest body of a request, bytes. */
const maxBodyBytes = 8 * 1024 * 1024;
const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/**
 * Serves a model of this process behind OpenAI's chat protocol: `/v1/models` and `/v1/chat/completions`, streamed or not.
 *
 * @throws {@link ConfigurationError} for a port that is in use, or an address that others reach without a key
 */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { host, port, apiKey } = options;
  if (!loopback.has(host) && apiKey === '')
    throw new ConfigurationError({
      code: 'open-model-server',
      message: `others reach ${host}: set EFFERENT_MODEL_KEY to a secret that clients have to send, or listen on 127.0.0.1`,
      fields: { host },
    });
  const server = createServer((request, response) => void respond(options, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new ConfigurationError({
          code: 'address-in-use',
          message: `cannot listen on ${host}:${port}: ${cause.message}; choose another with --port`,
          fields: { host, port },
          cause,
        }),
      ),
    );
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}/v1`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  options: ModelServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let said = '';
  try {
    said = await route(options, request, response, gone.signal);
  } catch (error) {
    const failure = error instanceof ChatError ? error : new ChatError(500, 'failed', describeError(error));
    said = failure.message;
    // What is left of the body is not read: the connection cannot be used again.
    if (!request.complete) {
      response.setHeader('connection', 'close');
      request.resume();
    }
    if (!gone.signal.aborted) sendJson(response, failure.status, failure.body());
  }
  options.onRequest?.(`${request.method} ${request.url} ${response.statusCode} ${said}`);
}

/** @returns what was done, in a few words */
async function route(
  { model, apiKey }: ModelServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<string> {
  admit(request, apiKey);
  const path = (request.url ?? '').split('?', 1)[0]!;
  const entry = { id: model.id, object: 'model', created: 0, owned_by: 'efferent' };
  switch (`${request.method} ${path}`) {
    case 'GET /v1/models':
      sendJson(response, 200, { object: 'list', data: [entry] });
      return '';
    case `GET /v1/models/${model.id}`:
      sendJson(response, 200, entry);
      return '';
    case 'POST /v1/chat/completions': {
      const chat = readChatRequest(await bodyOf(request));
      const { completion, purpose } = await answerChat(model, chat, signal);
      if (chat.stream !== true) sendJson(response, 200, completionBody(completion));
      else {
        response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
        for (const event of completionEvents(completion, chat.stream_options?.include_usage === true))
          response.write(event);
        response.end();
      }
      return `${purpose}, ${completion.promptTokens} + ${completion.completionTokens} tokens`;
    }
    default:
      throw new ChatError(404, 'unknown_url', `there is no ${request.method} ${path} here`);
  }
}

/** Lets nobody in without the key; without one, no page of a browser and no name that was made to point here. */
function admit({ headers }: IncomingMessage, apiKey: string): void {
  if (apiKey !== '') {
    if (!isKey(headers.authorization, apiKey))
      throw new ChatError(401, 'invalid_api_key', 'the API key is missing or wrong');
    return;
  }
  const name = (headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (headers.origin !== undefined || !loopback.has(name))
    throw new ChatError(403, 'forbidden', 'only programs of this machine are answered without a key');
}

function isKey(header: string | undefined, apiKey: string): boolean {
  const given = Buffer.from(header ?? '');
  const expected = Buffer.from(`Bearer ${apiKey}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBodyBytes)
      throw new ChatError(413, 'too_large', `the body is larger than ${maxBodyBytes} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
