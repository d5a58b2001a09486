import { existsSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { MiddlewareError } from '@efferent/core';
import sirv from 'sirv';

export interface PageOptions {
  /** Folder of the built page. */
  readonly folder: string;
  /** Port of the stop process, which the page talks to directly. */
  readonly stopPort: number;
}

/**
 * Builds the request handler that serves the viewer's page.
 *
 * Files are listed once at start, so that no path of a request ever reaches the file system. `GET /config.json` tells the
 * page where the stop process is.
 */
export function createPageHandler(
  options: PageOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const files = existsSync(options.folder) ? sirv(options.folder, { etag: true, gzip: false }) : undefined;
  return (request, response) => {
    setSecurityHeaders(response, request.headers.host, options.stopPort);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      respond(response, 405, 'only GET');
      return;
    }
    if (request.url === '/config.json') {
      response.setHeader('Content-Type', 'application/json');
      response.setHeader('Cache-Control', 'no-store');
      response.end(JSON.stringify({ stopPort: options.stopPort }));
      return;
    }
    if (!files) {
      respond(response, 503, 'The page is not built. Run: npm start (or: vite build in packages/viewer)');
      return;
    }
    files(request, response, () => respond(response, 404, 'not found'));
  };
}

function respond(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`${text}\n`);
}

/** The page loads nothing from elsewhere, is framed by nobody and talks to its own two ports only. */
function setSecurityHeaders(response: ServerResponse, host: string | undefined, stopPort: number): void {
  const own = host !== undefined && /^[a-z0-9.:[\]-]+$/i.test(host) ? host : '127.0.0.1';
  const hostname = own.replace(/:\d+$/, '');
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob: data:",
    "font-src 'self'",
    `connect-src 'self' ws://${own} http://${hostname}:${stopPort}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  response.setHeader('Content-Security-Policy', policy.join('; '));
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
}

/**
 * Listens and resolves with the port in use.
 * @throws {@link MiddlewareError} code `port-in-use` naming the parameter, or `listen-failed`.
 */
export async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      reject(
        new MiddlewareError({
          code: inUse ? 'port-in-use' : 'listen-failed',
          message: inUse
            ? `parameter port: ${host}:${port} is taken by another program; stop it or give another port`
            : `could not listen on ${host}:${port}: ${error.message}`,
          fields: { host, port },
          cause: error,
        }),
      );
    });
    server.listen(port, host, () => resolve());
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** Closes a server and every connection it still has. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
