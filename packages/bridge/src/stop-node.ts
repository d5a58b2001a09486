import { type NodeModule, qosProfiles, type RosNode } from '@efferent/ros';
import { knownOrigins, requireTokenFor } from './access.ts';
import { createServer } from './http-module.ts';
import { closeServer, listen } from './page-server.ts';
import { StopServer } from './stop-server.ts';
import { StopState } from './stop-state.ts';

const heartbeatPeriodNs = 50_000_000n;
/** The page is told every tenth heartbeat: 2 Hz. */
const heartbeatsPerBeat = 10;
/** How long after its start this process looks for a gate that was already moving the robot, in heartbeats. */
const restartWatchHeartbeats = 60;

/**
 * The Stop button's own process: HTTP on one port, `/stop/state` at 20 Hz, `/stop/resume`.
 *
 * Parameters: `port`, `page_port`, `host`, `token`, `http`.
 */
export const stopNode: NodeModule = {
  name: 'stop',
  async start(node, services) {
    const parameters = declareParameters(node);
    requireTokenFor(parameters.host, parameters.token);
    const state = new StopState();
    const publisher = node.createPublisher(
      'efferent_interfaces/msg/StopState',
      '/stop/state',
      qosProfiles.default,
    );
    const publish = () => {
      const nowNs = node.clock.nowNs();
      publisher.publish({
        header: { stamp: { sec: Number(nowNs / 1_000_000_000n), nanosec: Number(nowNs % 1_000_000_000n) } },
        ...state.snapshot,
      });
    };
    state.onChange((snapshot) => {
      publish();
      node.logger.info(snapshot.stopped ? 'stop-pressed' : 'stop-released', { reason: snapshot.reason });
    });
    const stopServer = new StopServer(state, {
      pagePorts: [parameters.pagePort],
      allowedOrigins: knownOrigins,
      token: parameters.token,
    });
    // Whoever cannot reach the page resumes from the menu of the gestures, chosen and confirmed.
    node.createService('std_srvs/srv/Trigger', '/stop/resume', () => {
      state.resume();
      return { success: true, message: 'the robot may move again' };
    });
    const watch = new RestartWatch(node, state);
    let heartbeats = 0;
    const timer = node.createTimer(
      heartbeatPeriodNs,
      () => {
        publish();
        heartbeats++;
        if (heartbeats % heartbeatsPerBeat === 0) stopServer.beat();
        if (heartbeats <= restartWatchHeartbeats) watch.look();
      },
      node.steadyClock,
    );
    const server = createServer(stopServer.handle);
    if (parameters.http) {
      const port = await services.jobs.run({ name: 'stop-listen', modelledLatencyMs: 0 }, () =>
        listen(server, parameters.host, parameters.port),
      );
      node.logger.info('stop-listening', { url: `http://${parameters.host}:${port}` });
    }
    return {
      async stop() {
        timer.cancel();
        stopServer.close();
        if (parameters.http) {
          await services.jobs.run({ name: 'stop-close', modelledLatencyMs: 0 }, () => closeServer(server));
        }
      },
    };
  },
};

function declareParameters(node: RosNode) {
  return {
    port: node.declareParameter('port', 8766, {
      description: 'port of the Stop button, 0 takes a free one',
      readOnly: true,
      integer: true,
      range: [0, 65_535],
    }),
    pagePort: node.declareParameter('page_port', 8765, {
      description: 'port of the viewer page, whose origin may press Stop',
      readOnly: true,
      integer: true,
      range: [1, 65_535],
    }),
    host: node.declareParameter('host', '127.0.0.1', { description: 'address to listen on', readOnly: true }),
    token: node.declareParameter('token', '', {
      description: 'shared secret, required when host is not loopback',
      readOnly: true,
    }),
    http: node.declareParameter('http', true, {
      description: 'false publishes the heartbeat only, for episodes on a virtual clock',
      readOnly: true,
    }),
  };
}

/**
 * Starts stopped when a gate had already moved the robot: this process then replaces one that died, perhaps while Stop was
 * pressed, and must not release the robot by itself.
 */
class RestartWatch {
  readonly #node: RosNode;
  readonly #state: StopState;
  readonly #seen = new Set<string>();

  constructor(node: RosNode, state: StopState) {
    this.#node = node;
    this.#state = state;
  }

  look(): void {
    for (const { name } of this.#node.getTopicNamesAndTypes()) {
      if (!name.endsWith('/gate/status') || this.#seen.has(name)) continue;
      this.#seen.add(name);
      let isFirst = true;
      this.#node.createSubscription(
        'efferent_interfaces/msg/GateStatus',
        name,
        { qos: qosProfiles.latched },
        (status) => {
          if (isFirst && status.forwarded > 0n) {
            this.#state.stop('The Stop process was restarted while the robot was in use; press Resume');
          }
          isFirst = false;
        },
      );
    }
  }
}
