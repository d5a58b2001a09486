import { describe, expect, it } from 'vitest';
import {
  type AccessPolicy,
  isLoopbackHost,
  knownOrigins,
  refusalOf,
  requireTokenFor,
  tokenOf,
} from './access.ts';

const local: AccessPolicy = { pagePorts: [8765], allowedOrigins: knownOrigins, token: '' };
const remote: AccessPolicy = { ...local, token: 'a-long-enough-secret' };
const request = (changes: Partial<Parameters<typeof refusalOf>[0]>) => ({
  host: '127.0.0.1:8765',
  origin: 'http://127.0.0.1:8765',
  remoteAddress: '127.0.0.1',
  token: undefined,
  ...changes,
});

describe('refusalOf', () => {
  it.each([
    ['the own page', {}],
    ['the own page under the name localhost', { host: 'localhost:8765', origin: 'http://localhost:8765' }],
    ['the own page over IPv6', { host: '[::1]:8765', origin: 'http://[::1]:8765', remoteAddress: '::1' }],
    ['the page talking to the stop port', { host: '127.0.0.1:8766' }],
    ['the own page through a forwarded port', { host: 'localhost:9000', origin: 'http://localhost:9000' }],
    ['a program on this machine, which sends no origin', { origin: undefined }],
    ['Foxglove', { origin: 'https://app.foxglove.dev' }],
    ['Lichtblick', { origin: 'https://lichtblick-suite.github.io' }],
  ])('lets in %s', (_name, changes) => {
    expect(refusalOf(request(changes), local)).toBeUndefined();
  });

  it.each([
    ['a page from elsewhere', { origin: 'https://evil.example' }],
    ['a page whose name starts like an allowed one', { origin: 'https://app.foxglove.dev.evil.example' }],
    ['another web server of this machine', { origin: 'http://localhost:3000' }],
    ['an opaque origin', { origin: 'null' }],
    ['the own origin over another scheme', { origin: 'https://127.0.0.1:8765' }],
    ['a foreign name that resolves here', { host: 'evil.example:8765', origin: 'http://evil.example:8765' }],
    ['a foreign name without an origin', { host: 'evil.example:8765', origin: undefined }],
    ['a missing host', { host: undefined }],
    ['a malformed host', { host: '127.0.0.1:8765@evil.example' }],
    ['another machine', { remoteAddress: '192.168.1.7' }],
  ])('refuses %s', (_name, changes) => {
    expect(refusalOf(request(changes), local)).toEqual(expect.any(String));
  });

  it('asks for the token when there is one, whatever the address', () => {
    const from = request({
      host: 'robot.lan:8765',
      origin: 'http://robot.lan:8765',
      remoteAddress: '192.168.1.7',
    });
    expect(refusalOf({ ...from, token: 'a-long-enough-secret' }, remote)).toBeUndefined();
    expect(refusalOf({ ...from, token: 'a-long-enough-secreT' }, remote)).toMatch(/token/);
    expect(refusalOf(from, remote)).toMatch(/token/);
    expect(
      refusalOf({ ...from, token: 'a-long-enough-secret', origin: 'http://evil.example' }, remote),
    ).toMatch(/origin/);
  });
});

describe('requireTokenFor', () => {
  it('refuses another host than loopback without a token, naming the parameter', () => {
    expect(() => requireTokenFor('0.0.0.0', '')).toThrow(/parameter token/);
    expect(() => requireTokenFor('0.0.0.0', 'short')).toThrow(/16/);
    expect(() => requireTokenFor('127.0.0.1', '')).not.toThrow();
  });

  it('knows the names of loopback', () => {
    expect(['localhost', '127.0.0.1', '127.1.2.3', '::1'].every(isLoopbackHost)).toBe(true);
    expect(['0.0.0.0', '::', '192.168.0.1', '127.evil.example'].some(isLoopbackHost)).toBe(false);
  });
});

describe('tokenOf', () => {
  it('reads the header before the query', () => {
    expect(tokenOf('Bearer abc', '/?token=def')).toBe('abc');
    expect(tokenOf(undefined, '/events?token=d%26f')).toBe('d&f');
    expect(tokenOf(undefined, '/events')).toBeUndefined();
  });
});
