import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AccessPolicy, refusalOf, tokenOf } from './access.ts';
import { caregiverPage } from './caregiver-page.ts';
import type { StopSnapshot, StopState } from './stop-state.ts';

const maximumStreams = 64;

/**
 * The HTTP side of the Stop button.
 *
 * `POST /stop`, `POST /resume` and `GET /state` answer the state as JSON; `GET /events` is a stream of server-sent events
 * with the state on every change and on every {@link beat}, so that a page sees within a second that this process lives.
 * `GET /caregiver` is a page with Stop and an alarm, which says by `POST /caregiver/beat` that somebody has it open.
 */
export class StopServer {
  readonly #state: StopState;
  readonly #policy: AccessPolicy;
  readonly #streams = new Set<ServerResponse>();
  readonly #forget: () => void;
  readonly #onCaregiver: () => void;

  /** @param onCaregiver - called when a caregiver's page says that it is open */
  constructor(state: StopState, policy: AccessPolicy, onCaregiver: () => void = () => undefined) {
    this.#onCaregiver = onCaregiver;
    this.#state = state;
    this.#policy = policy;
    this.#forget = state.onChange(() => this.beat());
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { host, origin, authorization } = request.headers;
    response.setHeader('Vary', 'Origin');
    response.setHeader('Cache-Control', 'no-store');
    const isPreflight = request.method === 'OPTIONS';
    const refusal = refusalOf(
      {
        host,
        origin,
        remoteAddress: request.socket.remoteAddress,
        // A preflight never carries the token; it reveals and changes nothing.
        token: isPreflight ? this.#policy.token : tokenOf(authorization, request.url),
      },
      this.#policy,
    );
    if (refusal !== undefined) {
      answer(response, 403, { error: refusal });
      return;
    }
    if (origin !== undefined) response.setHeader('Access-Control-Allow-Origin', origin);
    if (isPreflight) {
      response.setHeader('Access-Control-Allow-Methods', 'GET, POST');
      response.setHeader('Access-Control-Allow-Headers', 'Authorization');
      response.setHeader('Access-Control-Max-Age', '600');
      response.statusCode = 204;
      response.end();
      return;
    }
    this.#route(request, response);
  };

  /** Sends the state to every open stream; call it a few times a second. */
  beat(): void {
    for (const stream of this.#streams) {
      // A reader that stopped reading is let go; its page reconnects.
      if (stream.writableLength > 65_536) stream.destroy();
      else stream.write(eventOf(this.#state.snapshot));
    }
  }

  close(): void {
    this.#forget();
    for (const stream of this.#streams) stream.end();
  }

  #route(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?')[0];
    const wanted = `${request.method} ${path}`;
    if (wanted === 'GET /events') {
      this.#stream(response);
      return;
    }
    if (wanted === 'GET /caregiver') {
      sendPage(response);
      return;
    }
    if (wanted === 'POST /caregiver/beat') this.#onCaregiver();
    else if (wanted === 'POST /stop') this.#state.stop('Stop was pressed');
    else if (wanted === 'POST /resume') this.#state.resume();
    else if (wanted !== 'GET /state') {
      answer(response, 404, {
        error: `${wanted} is not served; POST /stop, POST /resume, GET /state, GET /events and GET /caregiver are`,
      });
      return;
    }
    answer(response, 200, this.#state.snapshot);
  }

  #stream(response: ServerResponse): void {
    if (this.#streams.size >= maximumStreams) {
      answer(response, 503, { error: 'too many streams' });
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(eventOf(this.#state.snapshot));
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }
}

function eventOf(snapshot: StopSnapshot): string {
  return `data: ${JSON.stringify(snapshot)}\n\n`;
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}

function sendPage(response: ServerResponse): void {
  response.writeHead(200, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy':
      "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'",
    'Referrer-Policy': 'no-referrer',
  });
  response.end(caregiverPage);
}
