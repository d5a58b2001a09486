import { createLogger, type LogLevel, type LogRecord, type LogSink, logLevels, logText } from './log.ts';
import { fullNodeName } from './names.ts';
import { NodeParameters } from './node-parameters.ts';
import { ClosableScope } from './node-scope.ts';
import { NodeSurface } from './node-surface.ts';
import type { ParameterOverride } from './parameters.ts';
import type * as port from './port.ts';
import { qosProfiles } from './qos.ts';
import { stampFromNs, stampToNs } from './stamp.ts';
import { TimeSource } from './time-source.ts';
import type { NodeIdentity, Report, Transport } from './transport.ts';
import { serveTypeDescriptions } from './type-description-service.ts';

export interface NodeSetup {
  readonly identity: NodeIdentity;
  readonly remaps: ReadonlyMap<string, string>;
  readonly overrides: ReadonlyMap<string, ParameterOverride>;
  readonly logLevel: LogLevel;
  readonly logSink: LogSink;
  /** Whether the log is published on `/rosout`. */
  readonly rosoutLogs: boolean;
  readonly onDestroy: (node: GraphNode) => void;
}

/** A ROS node on any transport; what all middlewares share. */
export class GraphNode extends NodeSurface {
  readonly #setup: NodeSetup;
  readonly #ownLogger: port.Logger;
  readonly #scopes = new Set<ClosableScope>();

  constructor(transport: Transport, setup: NodeSetup) {
    const { identity, remaps } = setup;
    const fullName = fullNodeName(identity.name, identity.namespace);
    const report: Report = (event, fields) => this.#ownLogger?.warn(event, fields);
    transport.addNode(identity, report);
    const parameters = new NodeParameters(fullName, setup.overrides);
    const { executor } = transport;
    const timeSource = new TimeSource(executor.systemClock, (onTime) => this.#listenToClock(onTime));
    const types = new Set<string>();
    super({
      identity,
      transport,
      remaps,
      rosClock: executor.isVirtual ? executor.systemClock : timeSource,
      parameters: parameters.store,
      report,
      types,
      logger: () => this.#ownLogger,
    });
    this.#setup = setup;
    if (executor.isVirtual) this.#declareVirtualTime();
    else this.#declareSimTime(timeSource);
    this.#ownLogger = this.#createLogger();
    parameters.serve(this, fullName);
    serveTypeDescriptions(this, types);
  }

  openScope(gate: port.ScopeGate): port.NodeScope {
    const scope = new ClosableScope(this.core, gate, () => this.#scopes.delete(scope));
    this.#scopes.add(scope);
    return scope;
  }

  override async destroy(): Promise<void> {
    for (const scope of [...this.#scopes].reverse()) await scope.destroy();
    if (!this.close('was destroyed')) return;
    this.core.transport.removeNode(this.core.identity);
    this.#setup.onDestroy(this);
  }

  #declareSimTime(timeSource: TimeSource): void {
    const name = 'use_sim_time';
    const isSimulated = this.declareParameter(name, false, {
      description: 'take time from /clock instead of the machine',
    });
    timeSource.useSimulatedTime(isSimulated);
    this.afterSetParameters((changes) => {
      const value = changes.get(name);
      if (value !== undefined) timeSource.useSimulatedTime(value as boolean);
    });
  }

  #declareVirtualTime(): void {
    this.declareParameter('use_sim_time', false as boolean, {
      description: 'take time from /clock instead of the machine',
      readOnly: true,
      constraints: 'in lockstep every node lives by the virtual clock',
    });
  }

  #listenToClock(onTime: (nowNs: bigint) => void): () => void {
    const subscription = this.createSubscription(
      'rosgraph_msgs/msg/Clock',
      '/clock',
      { qos: qosProfiles.clock },
      ({ clock }) => onTime(stampToNs(clock)),
    );
    return () => this.destroySubscription(subscription);
  }

  #createLogger(): port.Logger {
    const { logLevel, logSink, rosoutLogs } = this.#setup;
    const log = (sinks: readonly LogSink[]) =>
      createLogger(this.fullName, logLevel, () => this.clock.nowNs(), sinks);
    if (!rosoutLogs) return log([logSink]);
    const rosout = this.createPublisher('rcl_interfaces/msg/Log', '/rosout', qosProfiles.rosout);
    const toRosout = (record: LogRecord) => {
      if (!this.isOpen) return;
      const stamp = stampFromNs(record.stampNs);
      const name = record.node.slice(1).replaceAll('/', '.');
      rosout.publish({ stamp, level: logLevels[record.level], name, msg: logText(record) });
    };
    return log([logSink, toRosout]);
  }
}
