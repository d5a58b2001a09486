import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { refusalOf } from '@efferent/bridge';
import { ConfigurationError } from '@efferent/core';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { ClientSession } from './mcp-server.ts';

const path = '/mcp';
const mostSessions = 16;
const longestBodyBytes = 256 * 1024;

interface HttpSession {
  readonly transport: StreamableHTTPServerTransport;
  readonly session: ClientSession;
}

/**
 * Serves MCP over streamable HTTP on loopback; only this machine, and no page of another origin, is let in.
 *
 * A client that hangs up before the answer of a call ends that call, and one that ends its session all of them.
 *
 * @param port - 0 takes any
 * @returns the address, and what ends it
 * @throws {@link ConfigurationError} when the port cannot be had
 */
export async function serveHttp(
  createSession: () => ClientSession,
  port: number,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const sessions = new Map<string, HttpSession>();
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent)
        refuse(response, 500, error instanceof Error ? error.message : String(error));
      else response.destroy();
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, origin } = request.headers;
    const facts = { host, origin, remoteAddress: request.socket.remoteAddress, token: undefined };
    const refusal = refusalOf(facts, { pagePorts: [], allowedOrigins: [], token: '' });
    if (refusal !== undefined) return refuse(response, 403, refusal);
    if (request.url?.split('?')[0] !== path) return refuse(response, 404, `MCP is served at ${path}`);
    const body = request.method === 'POST' ? await readBody(request) : undefined;
    if (body === tooLong) return refuse(response, 413, `more than ${longestBodyBytes} bytes`);
    if (body === notJson) return refuse(response, 400, 'the body is not JSON');
    const id = request.headers['mcp-session-id'];
    const known = typeof id === 'string' ? sessions.get(id) : undefined;
    if (id !== undefined && known === undefined) return refuse(response, 404, 'there is no such session');
    if (known === undefined && sessions.size >= mostSessions)
      return refuse(response, 503, `${mostSessions} clients are connected already`);
    const { transport, session } = known ?? (await open());
    response.on('close', () => {
      if (!response.writableFinished) for (const call of requestIds(body)) session.end(call);
    });
    await transport.handleRequest(request, response, body);
  }

  async function open(): Promise<HttpSession> {
    const session = createSession();
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        sessions.set(id, { transport, session });
      },
    });
    transport.onclose = () => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
      session.end();
    };
    // The SDK's own types of a transport are looser than exact optional properties.
    await session.server.connect(transport as Parameters<typeof session.server.connect>[0]);
    return { transport, session };
  }

  const bound = await listen(server, port);
  return {
    url: `http://127.0.0.1:${bound}${path}`,
    close: async () => {
      for (const { transport } of [...sessions.values()]) await transport.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `--port ${port} cannot be used: ${cause.message}; give another one`;
      reject(new ConfigurationError({ code: 'port-in-use', message, fields: { port }, cause }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

const tooLong = Symbol('too long');
const notJson = Symbol('not JSON');

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > longestBodyBytes) return tooLong;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    return notJson;
  }
}

function requestIds(body: unknown): readonly (string | number)[] {
  return [body].flat().flatMap((message) => {
    const id = (message as { readonly id?: unknown } | null | undefined)?.id;
    return typeof id === 'string' || typeof id === 'number' ? [id] : [];
  });
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = { jsonrpc: '2.0', error: { code: -32000, message }, id: null };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
