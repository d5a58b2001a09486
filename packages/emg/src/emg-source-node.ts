import {
  DiagnosticUpdater,
  type NodeModule,
  qosProfiles,
  type RunningNode,
  stampFromNs,
} from '@efferent/ros';
import { parseActivation } from './forearm/activation-request.ts';
import { SyntheticSource } from './forearm/synthetic-source.ts';

/** Half a second of frames: a decoder that was held up catches up instead of losing samples. */
const frameQos = { ...qosProfiles.sensorData, depth: 20 } as const;

/** Publishes the synthetic forearm's samples; `/emg/activate` says what its muscles do. */
export const emgSourceNode: NodeModule = {
  name: 'emg_source',
  async start(node): Promise<RunningNode> {
    const personSeed = node.declareParameter('seed', 1, {
      description: 'which virtual person wears the sleeve',
      integer: true,
      readOnly: true,
      range: [0, 2 ** 31 - 1],
    });
    const recordingSeed = node.declareParameter('recording_seed', 1, {
      description: 'which recording of that person: repetitions and noise',
      integer: true,
      readOnly: true,
    });
    const sampleRateHz = node.declareParameter('sample_rate_hz', 2000, {
      description: 'samples a second of each electrode, Hz',
      integer: true,
      readOnly: true,
      range: [1000, 4000],
    });
    const effort = node.declareParameter('effort', 0.45, {
      description: 'effort of an activation that gives none, fraction of a maximal contraction',
      readOnly: true,
      range: [0, 1],
    });
    const frames = node.createPublisher('efferent_interfaces/msg/EmgFrame', '/emg/frames', frameQos);
    const source = new SyntheticSource(
      { personSeed, sampleRateHz },
      recordingSeed,
      node.clock,
      (period, callback) => node.createTimer(period, callback, node.steadyClock),
    );
    node.createSubscription(
      'std_msgs/msg/String',
      '/emg/activate',
      { qos: qosProfiles.default },
      ({ data }) => {
        const request = parseActivation(data);
        if (typeof request === 'string') node.logger.warn('activation-refused', { reason: request });
        else source.perform(request.gesture, request.effort ?? effort);
      },
    );
    const { id, frameSamples } = source.description;
    const produced = new DiagnosticUpdater(node, node.steadyClock).watch(`frames of ${id}`, {
      rateHz: sampleRateHz / frameSamples,
    });
    let nextSample = 0;
    await source.start((frame) => {
      produced.tick();
      if (frame.firstSample !== nextSample) produced.drop();
      nextSample = frame.firstSample + frameSamples;
      frames.publish({
        header: { stamp: stampFromNs(frame.stampNs), frame_id: 'emg_sleeve' },
        source: source.description.id,
        sample_rate_hz: frame.sampleRateHz,
        channel_count: frame.channelCount,
        first_sample: BigInt(frame.firstSample),
        samples_uv: frame.samplesUv.slice(),
      });
    });
    node.logger.info('emg-source-started', { ...source.description });
    return { stop: () => source.stop() };
  },
};
