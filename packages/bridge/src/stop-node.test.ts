import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { immediateJobRunner } from '@efferent/core';
import {
  createInprocContext,
  qosProfiles,
  type RosContext,
  type RosNode,
  type RunningNode,
} from '@efferent/ros';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaregiverWatch } from './caregiver-watch.ts';
import { listen } from './page-server.ts';
import { stopNode } from './stop-node.ts';
import { StopServer } from './stop-server.ts';
import { StopState } from './stop-state.ts';

const pageOrigin = 'http://127.0.0.1:8765';

describe('stop node', () => {
  let context: RosContext;
  let gate: RosNode;
  let running: RunningNode;
  let url: string;
  const states: { stopped: boolean; reason: string }[] = [];

  beforeEach(async () => {
    states.length = 0;
    context = createInprocContext({
      logSink: ({ fields }) => {
        if (typeof fields?.url === 'string') url = fields.url;
      },
    });
    gate = await context.createNode('gate', { namespace: '/stretch' });
  });

  afterEach(async () => {
    await running.stop();
    await context.shutdown();
  });

  async function start(): Promise<void> {
    const node = await context.createNode('stop', {
      rosArguments: { remaps: new Map(), parameters: new Map([['port', 0]]) },
    });
    running = await stopNode.start(node, { jobs: immediateJobRunner, workspaceFolders: [] });
  }

  function untilState(stopped: boolean): Promise<{ stopped: boolean; reason: string }> {
    return new Promise((resolve) => {
      gate.createSubscription('efferent_interfaces/msg/StopState', '/stop/state', {}, (state) => {
        states.push(state);
        if (state.stopped === stopped) resolve(state);
      });
    });
  }

  it('beats while nothing is pressed, stops on POST /stop and goes on after POST /resume', async () => {
    await start();
    await untilState(false);
    const stopped = untilState(true);
    const answer = await fetch(`${url}/stop`, { method: 'POST', headers: { Origin: pageOrigin } });
    expect(await answer.json()).toEqual({ stopped: true, reason: 'Stop was pressed' });
    expect((await stopped).reason).toBe('Stop was pressed');
    await fetch(`${url}/resume`, { method: 'POST' });
    expect(await (await fetch(`${url}/state`)).json()).toEqual({ stopped: false, reason: '' });
    await untilState(false);
  });

  it('starts stopped when it replaces a stop process that died while the robot was in use', async () => {
    gate
      .createPublisher('efferent_interfaces/msg/GateStatus', 'gate/status', qosProfiles.latched)
      .publish({ source: 'agent', forwarded: 512n });
    await start();
    expect((await untilState(true)).reason).toMatch(/restarted/);
  });
});

describe('a caregiver who must watch', () => {
  it('must be there first; the robot stops when they are gone, and their return alone releases nothing', () => {
    const state = new StopState();
    const watch = new CaregiverWatch(state, true);
    expect(state.snapshot.reason).toMatch(/Waiting for a caregiver/);
    watch.beat(10);
    state.resume();
    watch.look(12);
    expect(state.snapshot.stopped).toBe(false);
    watch.look(12.6);
    expect(state.snapshot.reason).toMatch(/No caregiver is watching/);
    watch.beat(13);
    watch.look(13.1);
    expect(state.snapshot.stopped).toBe(true);
  });

  it('is asked for by a parameter only', () => {
    const state = new StopState();
    new CaregiverWatch(state, false).look(1e6);
    expect(state.snapshot.stopped).toBe(false);
  });
});

describe('StopServer', () => {
  const state = new StopState();
  const stopServer = new StopServer(state, { pagePorts: [8765], allowedOrigins: [], token: '' });
  const server = createServer(stopServer.handle);
  let port: number;

  beforeEach(async () => {
    state.resume();
    port = await listen(server, '127.0.0.1', 0);
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  async function send(method: string, path: string, headers: Record<string, string>): Promise<number> {
    const sent = request({ port, host: '127.0.0.1', method, path, headers }).end();
    const [response] = await once(sent, 'response');
    response.resume();
    return response.statusCode;
  }

  it.each([
    ['another origin', { Origin: 'https://evil.example' }],
    ['another page of this machine', { Origin: 'http://localhost:3000' }],
    ['a foreign host name', { Host: 'evil.example' }],
  ])('refuses %s and stays as it was', async (_name, headers) => {
    expect(await send('POST', '/stop', headers)).toBe(403);
    expect(state.snapshot.stopped).toBe(false);
  });

  it('never stops or resumes on a GET', async () => {
    expect(await send('GET', '/stop', {})).toBe(404);
    state.stop('test');
    expect(await send('GET', '/resume', {})).toBe(404);
    expect(state.snapshot.stopped).toBe(true);
  });

  it('streams the state at once and on every change', async () => {
    const sent = request({ port, host: '127.0.0.1', path: '/events', headers: { Origin: pageOrigin } }).end();
    const [response] = await once(sent, 'response');
    expect(response.headers['access-control-allow-origin']).toBe(pageOrigin);
    expect(String((await once(response, 'data'))[0])).toBe('data: {"stopped":false,"reason":""}\n\n');
    state.stop('test');
    expect(String((await once(response, 'data'))[0])).toBe('data: {"stopped":true,"reason":"test"}\n\n');
    sent.destroy();
  });

  it('serves the page of a caregiver, which loads nothing from anywhere', async () => {
    const page = await fetch(`http://127.0.0.1:${port}/caregiver`);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'.*connect-src 'self'/);
    const html = await page.text();
    expect(html).not.toMatch(/(src|href)=/);
    expect(await send('GET', '/caregiver/beat', {})).toBe(404);
  });

  it('asks for the token when there is one', async () => {
    const guarded = createServer(
      new StopServer(state, { pagePorts: [8765], allowedOrigins: [], token: 'a-long-enough-secret' }).handle,
    );
    const at = await listen(guarded, '127.0.0.1', 0);
    const stop = (headers: Record<string, string>) =>
      fetch(`http://127.0.0.1:${at}/stop`, { method: 'POST', headers });
    expect((await stop({})).status).toBe(403);
    expect((await stop({ Authorization: 'Bearer a-long-enough-secret' })).status).toBe(200);
    guarded.close();
  });
});
