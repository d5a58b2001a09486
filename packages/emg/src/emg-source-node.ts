import { ConfigurationError, describeError } from '@efferent/core';
import {
  DiagnosticUpdater,
  diagnosticLevel,
  type NodeModule,
  qosProfiles,
  type RosNode,
  type RunningNode,
  type StreamMonitor,
  stampFromNs,
} from '@efferent/ros';
import { obeyActivations } from './activation-node.ts';
import { type ElectrodeGrid, gridNamed, gridNames } from './datasets/electrode-grid.ts';
import type { EmgFrame, EmgLink, EmgSource } from './emg-source.ts';
import { type EmgSourceKind, type SourceSettings, settingsFrom } from './emg-source-kind.ts';
import { emgSourceNames, loadEmgSourceKind } from './emg-sources.ts';
import { usualEffort } from './forearm/activation-request.ts';
import { openSource } from './open-source.ts';
import { frameMessage, linkMessage } from './source-messages.ts';

/** Half a second of frames: a decoder that was held up catches up instead of losing samples. */
const frameQos = { ...qosProfiles.sensorData, depth: 20 } as const;

/** Publishes the raw samples of a device, a stream or the synthetic forearm, and how the link to it fares. */
export const emgSourceNode: NodeModule = {
  name: 'emg_source',
  async start(node): Promise<RunningNode> {
    const name = node.declareParameter('source', 'synthetic', {
      description: `where samples come from: ${emgSourceNames.join(', ')}`,
      readOnly: true,
    });
    const effort = node.declareParameter('effort', usualEffort, {
      description: 'effort of an activation that gives none, fraction of a maximal contraction',
      readOnly: true,
      range: [0, 1],
    });
    const electrodes = node.declareParameter('electrodes', '', {
      description: `where the electrodes are, for the map in the viewer: ${gridNames.filter(Boolean).join(', ')}; empty takes the sleeve when there are 64`,
      readOnly: true,
    });
    if (!gridNames.includes(electrodes)) throw unknownElectrodes(electrodes);
    const kind = await loadEmgSourceKind(name);
    const publisher = new SourcePublisher(node);
    const ending = new AbortController();
    const context = {
      clock: node.clock,
      steadyClock: node.steadyClock,
      every: (periodNs: bigint, callback: () => void) =>
        node.createTimer(periodNs, callback, node.steadyClock),
      signal: ending.signal,
    };
    let source: EmgSource | undefined;
    const started = new Promise<void>((resolve, reject) => {
      const onLink = (link: EmgLink) => {
        publisher.publishLink(link);
        resolve();
      };
      const run = async () => {
        source = await openSource(kind, declareSettings(node, name, kind), { ...context, onLink });
        if (source === undefined || ending.signal.aborted) return;
        publisher.describe(source, gridNamed(electrodes, source.description.channelCount));
        if (source.perform !== undefined) obeyActivations(node, source.perform.bind(source), effort);
        await source.start((frame) => publisher.publishFrame(frame));
        node.logger.info('emg-source-started', { ...source.description });
      };
      run().then(resolve, (error: unknown) => {
        // Nobody awaits the start any more when a stream was found late and is refused.
        node.logger.error('emg-source-failed', { reason: describeError(error), decision: 'no frames' });
        reject(error);
      });
    });
    await started;
    return {
      async stop() {
        ending.abort();
        await source?.stop();
      },
    };
  },
};

function declareSettings(node: RosNode, source: string, kind: EmgSourceKind): SourceSettings {
  const declared = kind.settings.map(({ name, default: value, description, integer, range, choices }) => [
    name,
    node.declareParameter(name, value, {
      description: choices === undefined ? description : `${description}: ${choices.join(', ')}`,
      readOnly: true,
      ...(integer === undefined ? {} : { integer }),
      ...(range === undefined ? {} : { range }),
    }),
  ]);
  return settingsFrom(source, kind, Object.fromEntries(declared) as SourceSettings);
}

function unknownElectrodes(given: string): ConfigurationError {
  return new ConfigurationError({
    code: 'invalid-parameter',
    message: `emg_source: electrodes: got "${given}", expected one of ${gridNames.filter(Boolean).join(', ')}, or nothing`,
  });
}

/** Says on the graph what a source says. */
class SourcePublisher {
  readonly #node: RosNode;
  readonly #diagnostics: DiagnosticUpdater;
  readonly #frames;
  readonly #statuses;
  #id = '';
  #electrodes: ElectrodeGrid | undefined;
  #link: EmgLink = { state: 'connecting', reason: 'not opened yet' };
  #produced: StreamMonitor | undefined;
  #nextSample = 0;
  #lostSamples = 0;
  #lastStampNs = 0n;

  constructor(node: RosNode) {
    this.#node = node;
    this.#frames = node.createPublisher('efferent_interfaces/msg/EmgFrame', '/emg/frames', frameQos);
    this.#statuses = node.createPublisher(
      'efferent_interfaces/msg/EmgSourceStatus',
      '/emg/source',
      qosProfiles.latched,
    );
    this.#diagnostics = new DiagnosticUpdater(node, node.steadyClock);
    this.#diagnostics.add('link', () => ({
      level: this.#link.state === 'connected' ? diagnosticLevel.ok : diagnosticLevel.error,
      message: this.#link.state,
      values: [
        ['reason', this.#link.reason],
        ['lost_samples', this.#lostSamples],
      ],
    }));
  }

  describe({ description }: EmgSource, electrodes: ElectrodeGrid | undefined): void {
    this.#id = description.id;
    this.#electrodes = electrodes;
    this.#produced = this.#diagnostics.watch(`frames of ${description.id}`, {
      rateHz: description.sampleRateHz / description.frameSamples,
    });
  }

  publishLink(link: EmgLink): void {
    this.#link = link;
    this.#node.logger[link.state === 'connected' ? 'info' : 'warn'](`emg-source-${link.state}`, {
      reason: link.reason,
    });
    const stamp = stampFromNs(this.#node.clock.nowNs());
    this.#statuses.publish(linkMessage(this.#id, link, this.#lostSamples, stamp, this.#electrodes));
  }

  publishFrame(frame: EmgFrame): void {
    this.#produced?.tick();
    if (frame.firstSample > this.#nextSample) {
      this.#produced?.drop();
      this.#lostSamples += frame.firstSample - this.#nextSample;
    }
    this.#nextSample = frame.firstSample + frame.samplesUv.length / frame.channelCount;
    // While a simulator's time stands still the muscles do not: who orders frames by their stamps still can.
    const stampNs = frame.stampNs > this.#lastStampNs ? frame.stampNs : this.#lastStampNs + 1n;
    this.#lastStampNs = stampNs;
    this.#frames.publish(frameMessage(this.#id, frame, stampFromNs(stampNs)));
  }
}
