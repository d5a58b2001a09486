import { describeError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import {
  type NodeModule,
  type NodeServices,
  type Publisher,
  qosProfiles,
  type RosNode,
  type RunningNode,
  stampFromNs,
  stampToNs,
} from '@efferent/ros';
import { calibrationPath, type LoadedCalibration, loadCalibration } from './decoder/calibration-file.ts';
import { ensureCalibration } from './decoder/ensure-calibration.ts';
import { type DecodedWindow, GestureDecoder } from './decoder/gesture-decoder.ts';

type EmgFrameMessage = MessageTypes['efferent_interfaces/msg/EmgFrame'];
type GestureMessage = MessageTypes['efferent_interfaces/msg/Gesture'];

/** What a lockstep episode charges for one run of the model, and for loading a calibration; rounded up. */
const decodeJob = { name: 'emg-decode', modelledLatencyMs: 1 };
const prepareJob = { name: 'emg-calibration', modelledLatencyMs: 500 };

/** Decodes `/emg/frames` into `/emg/gesture`, one decision a stride. */
export const gestureNode: NodeModule = {
  name: 'gesture',
  async start(node, services): Promise<RunningNode> {
    const file = node.declareParameter('calibration', '', {
      description: 'calibration file; empty takes .efferent/emg/<source>.json of the workspace',
      readOnly: true,
    });
    const gestures = node.createPublisher(
      'efferent_interfaces/msg/Gesture',
      '/emg/gesture',
      qosProfiles.default,
    );
    const decoders = new Map<string, GestureDecoder | 'preparing' | 'failed'>();
    let losses = 0;
    node.createSubscription(
      'efferent_interfaces/msg/EmgFrame',
      '/emg/frames',
      { qos: qosProfiles.sensorData },
      (message) => {
        const decoder = decoders.get(message.source);
        if (decoder === undefined) {
          decoders.set(message.source, 'preparing');
          void prepareDecoder(node, services, gestures, message.source, file).then((ready) => {
            decoders.set(message.source, ready ?? 'failed');
          });
        }
        if (!(decoder instanceof GestureDecoder)) return;
        const { fault, decoded } = decoder.push(frameOf(message));
        decoded.catch((error: unknown) => {
          node.logger.error('decode-failed', { reason: describeError(error), decision: 'window dropped' });
        });
        if (fault === undefined) return;
        losses += 1;
        node.logger.warn('frame-lost', { fault, losses, lostSamples: decoder.lostSamples });
      },
    );
    return { stop: async () => decoders.clear() };
  },
};

async function prepareDecoder(
  node: RosNode,
  services: NodeServices,
  gestures: Publisher<GestureMessage>,
  sourceId: string,
  parameter: string,
): Promise<GestureDecoder | undefined> {
  const file = parameter || calibrationPath(services.workspaceFolders[0] ?? '.', sourceId);
  node.logger.info('calibration-loading', { file });
  try {
    const { calibration, model } = await services.jobs.run(prepareJob, async () => {
      await ensureCalibration(file, sourceId);
      return loadCalibration(file);
    });
    const { accuracy, rejectionRate } = calibration.heldOut;
    node.logger.info('calibration-loaded', {
      file,
      accuracy,
      rejectionRate,
      gestures: calibration.gestures.length,
    });
    return new GestureDecoder(
      calibration,
      model,
      (work) => services.jobs.run(decodeJob, work),
      (window) => gestures.publish(gestureMessage(node, calibration, window)),
    );
  } catch (error) {
    node.logger.error('calibration-failed', { reason: describeError(error), decision: 'nothing is decoded' });
    return undefined;
  }
}

function gestureMessage(node: RosNode, calibration: LoadedCalibration, window: DecodedWindow) {
  const { decision, stampNs: newestNs } = window;
  return {
    header: { stamp: stampFromNs(newestNs), frame_id: 'emg_sleeve' },
    gesture: decision.gesture,
    rejected: decision.rejected,
    confidence: decision.confidence,
    names: calibration.gestures,
    probabilities: window.probabilities,
    effort: decision.effort,
    channel_rms_uv: window.channelRmsUv,
    decode_ms: Number(node.clock.nowNs() - newestNs) / 1e6,
  };
}

function frameOf(message: EmgFrameMessage) {
  return {
    stampNs: stampToNs(message.header.stamp),
    firstSample: Number(message.first_sample),
    sampleRateHz: message.sample_rate_hz,
    channelCount: message.channel_count,
    samplesUv: message.samples_uv,
  };
}
