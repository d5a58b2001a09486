import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ActionTypeName, NodeModule, NodeServices, RosNode } from '@efferent/ros';
import { type WebSocket, WebSocketServer } from 'ws';
import { type AccessPolicy, knownOrigins, refusalOf, requireTokenFor, tokenOf } from './access.ts';
import { readAsset } from './assets.ts';
import { BridgeDiagnostics, pollPeriodNs } from './bridge-diagnostics-node.ts';
import { bundledDefinitions } from './definitions.ts';
import { DeliveryWatch } from './foxglove/delivery-watch.ts';
import { FoxgloveServer } from './foxglove/foxglove-server.ts';
import { subprotocols } from './foxglove/protocol.ts';
import {
  cancelGoalSchema,
  GoalRelay,
  type GoalSender,
  goalAnswerSchema,
  goalEventSchema,
  goalNames,
  sendGoalSchema,
} from './goal-relay.ts';
import { GraphRelay, type RelayNode } from './graph-relay.ts';
import { ChannelTable, ServiceTable } from './graph-snapshot.ts';
import { createServer } from './http-module.ts';
import { encodeJson } from './json.ts';
import { NamePatterns } from './names.ts';
import { closeServer, createPageHandler, listen } from './page-server.ts';

const heartbeatPeriodNs = 500_000_000n;
const timePeriodNs = 100_000_000n;
const serviceTimeoutMs = 8000;
const goalTimeoutMs = 8000;
/** A task may run for an hour; its client can cancel it at any time. */
const resultTimeoutMs = 3_600_000;
const largestClientFrameBytes = 4 * 1024 * 1024;
const statusTopic = '/bridge/status';
const builtPage = fileURLToPath(new URL('../../viewer/dist', import.meta.url));

/**
 * Foxglove WebSocket and the viewer's page on one port.
 *
 * Parameters: `port`, `host`, `token`, `stop_port`, `page_folder`, `allowed_origins`, `publish_topics`, `call_services`,
 * `newest_topics`, `actions`.
 */
export const bridgeNode: NodeModule = {
  name: 'bridge',
  async start(node, services) {
    const parameters = declareParameters(node);
    requireTokenFor(parameters.host, parameters.token);
    const bridge = createBridge(node, services, parameters);
    const timers = [
      node.createTimer(pollPeriodNs, bridge.poll, node.steadyClock),
      node.createTimer(heartbeatPeriodNs, () => bridge.tellStatus(), node.steadyClock),
    ];
    if (bridge.simulatedTime) {
      timers.push(
        node.createTimer(
          timePeriodNs,
          () => bridge.server.broadcastTime(node.clock.nowNs()),
          node.steadyClock,
        ),
      );
    }
    bridge.poll();
    const sockets = serveSockets(bridge.server, node);
    const page = createPageHandler({ folder: parameters.pageFolder, stopPort: parameters.stopPort });
    let policy: AccessPolicy = { pagePorts: [], allowedOrigins: [], token: parameters.token };
    const http = createServer((request, response) => {
      // The page itself is no secret; a foreign Host name is refused all the same (DNS rebinding).
      const refusal = refusalOf(factsOf(request, parameters.token, undefined), policy);
      if (refusal === undefined) page(request, response);
      else response.writeHead(403, { 'Content-Type': 'text/plain' }).end(`${refusal}\n`);
    });
    http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const { authorization, origin } = request.headers;
      const refusal = refusalOf(factsOf(request, tokenOf(authorization, request.url), origin), policy);
      if (refusal !== undefined) {
        node.logger.warn('connection-refused', { reason: refusal });
        socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
        return;
      }
      sockets.handleUpgrade(request, socket, head, (webSocket) =>
        sockets.emit('connection', webSocket, request),
      );
    });
    const port = await services.jobs.run({ name: 'bridge-listen', modelledLatencyMs: 0 }, () =>
      listen(http, parameters.host, parameters.port),
    );
    policy = {
      pagePorts: [port],
      allowedOrigins: [...knownOrigins, ...parameters.allowedOrigins],
      token: parameters.token,
    };
    node.logger.info('bridge-listening', { url: `http://${parameters.host}:${port}` });
    return {
      async stop() {
        for (const timer of timers) timer.cancel();
        for (const client of sockets.clients) client.close(1001, 'the bridge stops');
        await services.jobs.run({ name: 'bridge-close', modelledLatencyMs: 0 }, () => closeServer(http));
      },
    };
  },
};

function declareParameters(node: RosNode) {
  const text = (name: string, value: string, description: string) =>
    node.declareParameter(name, value, { description, readOnly: true });
  const list = (name: string, value: readonly string[], description: string): readonly string[] =>
    node.declareParameter(name, value, { description, readOnly: true });
  const port = (name: string, value: number, description: string) =>
    node.declareParameter(name, value, { description, readOnly: true, integer: true, range: [0, 65_535] });
  return {
    port: port('port', 8765, 'port of the page and the WebSocket, 0 takes a free one'),
    stopPort: port('stop_port', 8766, 'port of the stop process, told to the page'),
    host: text('host', '127.0.0.1', 'address to listen on; other than loopback needs a token'),
    token: text('token', '', 'shared secret, required when host is not loopback'),
    pageFolder: text('page_folder', builtPage, 'folder of the built page'),
    allowedOrigins: list(
      'allowed_origins',
      [],
      'further web origins that may connect, e.g. http://localhost:8080',
    ),
    publishTopics: list(
      'publish_topics',
      ['/emg/activate', '/**/gate/human/*', '/clicked_point'],
      'topics on which clients may publish; * is one part of a name, ** any number',
    ),
    callServices: list(
      'call_services',
      [
        '/agent/answer',
        '/agent/pause',
        '/emg/calibrate',
        '/scene/*',
        '/**/list_skills',
        '/**/gate/take_over',
      ],
      'services that clients may call',
    ),
    newestTopics: list(
      'newest_topics',
      [
        '/clock',
        '/emg/calibration',
        '/emg/gesture',
        '/**/gate/status',
        '/**/gesture_control/status',
        '/**/odom',
      ],
      'topics of which only the newest message counts for a client that does not keep up, though they are reliable',
    ),
    actions: list(
      'actions',
      ['/agent/execute_task efferent_interfaces/action/ExecuteTask'],
      'actions that clients may use, each "name type"',
    ),
  };
}

type Parameters = ReturnType<typeof declareParameters>;

function createBridge(node: RosNode, services: NodeServices, parameters: Parameters) {
  const channels = new ChannelTable(bundledDefinitions);
  const table = new ServiceTable(bundledDefinitions, new NamePatterns(parameters.callServices));
  const goalChannel = channels.addJson(goalNames.events, 'efferent.GoalEvent', goalEventSchema);
  const statusChannel = channels.addJson(statusTopic, 'efferent.BridgeStatus', { type: 'object' });
  const ownServices = [
    table.addJson(goalNames.send, 'efferent/SendGoal', sendGoalSchema, goalAnswerSchema),
    table.addJson(goalNames.cancel, 'efferent/CancelGoal', cancelGoalSchema, goalAnswerSchema),
  ];
  const nowNs = () => node.clock.nowNs();
  const goals = new GoalRelay(goalSenderOf(node, parameters.actions), (event) =>
    server.publish(goalChannel.id, nowNs(), encodeJson(event), false),
  );
  const diagnostics = new BridgeDiagnostics(node, () => server.clientCount);
  // The relay handles types by their names at run time, which the port's generics cannot express.
  const relay = new GraphRelay(node as unknown as RelayNode, {
    channels,
    services: table,
    publishable: new NamePatterns(parameters.publishTopics),
    newest: new NamePatterns(parameters.newestTopics),
    serviceTimeoutMs,
    nowNs,
    ownServices: new Map([
      [goalNames.send, (request: unknown) => goals.send(request)],
      [goalNames.cancel, (request: unknown) => goals.cancel(request)],
    ]),
    readAsset: (uri) =>
      services.jobs.run({ name: 'read-asset', modelledLatencyMs: 0 }, () =>
        readAsset(uri, services.workspaceFolders),
      ),
    watch: diagnostics,
  });
  const simulatedTime = node.getParameter('use_sim_time') === true;
  const server: FoxgloveServer = new FoxgloveServer(
    { name: 'efferent', sessionId: randomBytes(8).toString('hex'), simulatedTime },
    relay,
  );
  relay.attach(server);
  server.addServices(ownServices);
  const poll = () =>
    diagnostics.poll(
      () => relay.poll(),
      () => server.droppedFrames,
    );
  const tellStatus = () => {
    const status = {
      clients: server.clientCount,
      droppedFrames: server.droppedFrames,
      timeNs: String(nowNs()),
    };
    server.publish(statusChannel.id, nowNs(), encodeJson(status), true);
  };
  return { server, poll, simulatedTime, tellStatus };
}

function goalSenderOf(node: RosNode, entries: readonly string[]): GoalSender {
  const types = new Map(entries.map((entry) => entry.trim().split(/\s+/, 2) as [string, ActionTypeName]));
  const clients = new Map([...types].map(([name, type]) => [name, node.createActionClient(type, name)]));
  return {
    actions: [...types.keys()],
    async send(action, goal, onFeedback) {
      const client = clients.get(action) as NonNullable<ReturnType<typeof clients.get>>;
      const handle = await client.sendGoal(goal, { timeoutMs: goalTimeoutMs, onFeedback });
      return {
        accepted: handle.accepted,
        goalId: handle.goalId,
        result: () => handle.getResult({ timeoutMs: resultTimeoutMs }),
        cancel: () => handle.cancelGoal({ timeoutMs: goalTimeoutMs }),
      };
    },
  };
}

function serveSockets(server: FoxgloveServer, node: RosNode): WebSocketServer {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: largestClientFrameBytes,
    handleProtocols: (offered) => subprotocols.find((name) => offered.has(name)) ?? false,
  });
  sockets.on('connection', (webSocket: WebSocket, request: IncomingMessage) => {
    if (webSocket.protocol === '') {
      webSocket.close(1002, `expected one of the subprotocols ${subprotocols.join(', ')}`);
      return;
    }
    const name = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
    const nowMs = () => Number(node.steadyClock.nowNs() / 1_000_000n);
    const delivery = new DeliveryWatch((id) => webSocket.ping(String(id)));
    const drained = () => session.queue.pump();
    const session = server.connect(name, {
      get bufferedBytes() {
        return webSocket.bufferedAmount;
      },
      get isBehind() {
        return delivery.isBehind(nowMs());
      },
      sendText: (text) => webSocket.send(text),
      sendBinary: (frame) => {
        webSocket.send(frame, drained);
        delivery.sent(frame.byteLength, nowMs());
      },
      close: (code, reason) => webSocket.close(code, reason),
    });
    webSocket.on('pong', (id) => {
      delivery.answered(Number(id.toString()), nowMs());
      drained();
    });
    webSocket.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) server.onBinary(session, data);
      else server.onText(session, data.toString('utf8'));
    });
    webSocket.on('error', (error) => node.logger.warn('connection-failed', { name, reason: error.message }));
    webSocket.on('close', () => server.disconnect(session));
  });
  return sockets;
}

function factsOf(request: IncomingMessage, token: string | undefined, origin: string | undefined) {
  return { host: request.headers.host, origin, remoteAddress: request.socket.remoteAddress, token };
}
