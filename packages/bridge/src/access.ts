import { timingSafeEqual } from 'node:crypto';
import { ConfigurationError } from '@efferent/core';

/** Pages by others that may connect: Foxglove and Lichtblick in the browser. */
export const knownOrigins: readonly string[] = [
  'https://app.foxglove.dev',
  'https://lichtblick-suite.github.io',
];

/** Who may talk to a server. */
export interface AccessPolicy {
  /** Ports of loopback origins that count as this product's own page. */
  readonly pagePorts: readonly number[];
  /** Other origins allowed by name, e.g. `https://app.foxglove.dev`. */
  readonly allowedOrigins: readonly string[];
  /** Shared secret; empty when the server listens on loopback only. */
  readonly token: string;
}

/** The facts of one request that decide about it. */
export interface AccessRequest {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly remoteAddress: string | undefined;
  /** Token that the request carries, if any. */
  readonly token: string | undefined;
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Decides about a request: undefined lets it in, a string refuses with that reason.
 *
 * Without a token the `Host` must be a loopback name, so that a foreign name that resolves to this machine (DNS
 * rebinding) is refused, and a browser's `Origin` must be the own page's or on the list. With a token, the token decides
 * and the `Origin` must be the same host or on the list.
 */
export function refusalOf(request: AccessRequest, policy: AccessPolicy): string | undefined {
  const host = parseAuthority(request.host);
  if (!host) return 'the Host header is missing or malformed';
  if (policy.token !== '') {
    if (!sameSecret(request.token ?? '', policy.token)) return 'the token is missing or wrong';
  } else {
    if (!loopbackNames.has(host.hostname)) return `the Host ${host.hostname} is not this machine`;
    if (!isLoopbackAddress(request.remoteAddress)) return 'only this machine may connect';
  }
  return originRefusal(request.origin, host, policy);
}

/** Tells whether binding to `host` keeps the server on this machine. */
export function isLoopbackHost(host: string): boolean {
  return loopbackNames.has(host) || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * Checks that a host other than loopback comes with a token.
 * @throws {@link ConfigurationError} code `token-required`.
 */
export function requireTokenFor(host: string, token: string): void {
  if (isLoopbackHost(host) || token.length >= 16) return;
  throw new ConfigurationError({
    code: 'token-required',
    message: `parameter token: got ${token.length} characters, expected at least 16 because the parameter host is ${host}; give a token or use host 127.0.0.1`,
    fields: { host },
  });
}

/** Reads the token of a request: `Authorization: Bearer …` or `?token=…`. */
export function tokenOf(authorization: string | undefined, url: string | undefined): string | undefined {
  const bearer = /^Bearer (.+)$/.exec(authorization ?? '');
  if (bearer) return bearer[1];
  return new URLSearchParams((url ?? '').split('?')[1] ?? '').get('token') ?? undefined;
}

function originRefusal(origin: string | undefined, host: URL, policy: AccessPolicy): string | undefined {
  if (origin === undefined || policy.allowedOrigins.includes(origin)) return undefined;
  // The page that this very server delivered, perhaps through a forwarded port.
  if (origin === host.origin) return undefined;
  const refusal = `the origin ${origin} is not on the list`;
  const from = URL.canParse(origin) ? new URL(origin) : undefined;
  if (from?.protocol !== 'http:') return refusal;
  const isSameMachine =
    from.hostname === host.hostname || (loopbackNames.has(from.hostname) && loopbackNames.has(host.hostname));
  const port = from.port === '' ? 80 : Number(from.port);
  return isSameMachine && policy.pagePorts.includes(port) ? undefined : refusal;
}

function parseAuthority(host: string | undefined): URL | undefined {
  if (host === undefined || !/^[a-z0-9.:[\]-]+$/i.test(host)) return undefined;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined;
}

function isLoopbackAddress(address: string | undefined): boolean {
  return address === '::1' || (address ?? '').replace(/^::ffff:/, '').startsWith('127.');
}

function sameSecret(got: string, expected: string): boolean {
  const a = Buffer.from(got);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
