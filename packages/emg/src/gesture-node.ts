import { ConfigurationError, describeError, nsToSeconds } from '@efferent/core';
import type { OnnxModel } from '@efferent/inference';
import type { MessageTypes } from '@efferent/interfaces';
import {
  type NodeModule,
  type NodeServices,
  type Partially,
  qosProfiles,
  type RosNode,
  type RunningNode,
  stampFromNs,
  stampToNs,
} from '@efferent/ros';
import { CalibrationService } from './calibration-service-node.ts';
import { calibrationPath, type LoadedCalibration, loadCalibration } from './decoder/calibration-file.ts';
import { type DecoderName, decoderNames } from './decoder/decoder-name.ts';
import { ensureCalibration } from './decoder/ensure-calibration.ts';
import { type DecodedWindow, GestureDecoder } from './decoder/gesture-decoder.ts';
import { defaultNormalisationS } from './decoder/sliding-normaliser.ts';
import { noGesture, watchDecoding, watchSilence } from './decoding-watch-node.ts';
import type { EmgFrame } from './emg-source.ts';

type EmgFrameMessage = MessageTypes['efferent_interfaces/msg/EmgFrame'];
type GestureMessage = MessageTypes['efferent_interfaces/msg/Gesture'];
type PublishGesture = (gesture: Partially<GestureMessage>) => void;

/** A source that is decoded. */
interface ReadyDecoder {
  readonly file: string;
  readonly calibration: LoadedCalibration;
  readonly decoder: GestureDecoder;
  readonly model: OnnxModel;
}

/** What a lockstep episode charges for one run of the model, and for loading a calibration; rounded up. */
const decodeJob = { name: 'emg-decode', modelledLatencyMs: 1 };
const prepareJob = { name: 'emg-calibration', modelledLatencyMs: 500 };

/** Half a second of frames: a decoder that was held up catches up instead of losing samples. */
const frameQos = { ...qosProfiles.sensorData, depth: 20 } as const;

/** Decodes `/emg/frames` into `/emg/gesture`, one decision a stride, and calibrates its decoder again when it is asked to. */
export const gestureNode: NodeModule = {
  name: 'gesture',
  async start(node, services): Promise<RunningNode> {
    const parameter = node.declareParameter('calibration', '', {
      description: 'calibration file; empty takes .efferent/emg/<source>.json of the workspace',
      readOnly: true,
    });
    const wantedDecoder = decoderFrom(node);
    const normalisationS = node.declareParameter('normalisation_s', defaultNormalisationS, {
      description:
        'time constant with which changes of the sleeve are followed, s of decided gesture; 0 for never',
      readOnly: true,
      range: [0, 3600],
    });
    const gestures = node.createPublisher(
      'efferent_interfaces/msg/Gesture',
      '/emg/gesture',
      qosProfiles.default,
    );
    const decoders = new Map<string, ReadyDecoder | undefined>();
    const { frames, decisions } = watchDecoding(node);
    const silence = watchSilence(node, (gesture) => gestures.publish(gesture));
    let losses = 0;
    let newestSource = '';
    const publish: PublishGesture = (gesture) => {
      decisions.tick();
      decisions.took(gesture.decode_ms ?? 0);
      silence.note(gesture);
      gestures.publish(gesture);
    };
    const fileOf = (source: string) =>
      parameter || calibrationPath(services.workspaceFolders[0] ?? '.', source);
    const prepare = async (source: string) => {
      const before = decoders.get(source);
      const ready = await prepareDecoder(node, services, publish, {
        sourceId: source,
        file: fileOf(source),
        decoder: wantedDecoder,
        normalisationS,
      });
      if (ready === undefined) return;
      decoders.set(source, ready);
      await before?.model.dispose();
    };
    const inUse = () => {
      const ready = decoders.get(newestSource);
      if (ready === undefined) return undefined;
      const { file, calibration } = ready;
      const { gestures, decoder, heldOut, signal } = calibration;
      return { sourceId: newestSource, file, gestures, decoder, accuracy: heldOut.accuracy, ...signal };
    };
    const calibrating = new CalibrationService(node, services, inUse, prepare);
    node.createSubscription(
      'efferent_interfaces/msg/EmgFrame',
      '/emg/frames',
      { qos: frameQos },
      (message) => {
        frames.tick(nsToSeconds(node.clock.nowNs() - stampToNs(message.header.stamp)));
        const { source } = message;
        newestSource = source;
        if (!decoders.has(source)) {
          decoders.set(source, undefined);
          void prepare(source);
        }
        const ready = decoders.get(source);
        if (ready === undefined) return;
        silence.end();
        const frame = frameOf(message);
        if (calibrating.isActive) {
          calibrating.push(source, frame);
          publish(calibratingMessage(ready.calibration, frame));
          return;
        }
        const { fault, decoded } = ready.decoder.push(frame);
        decoded.catch((error: unknown) => {
          node.logger.error('decode-failed', { reason: describeError(error), decision: 'window dropped' });
        });
        if (fault === undefined) return;
        losses += 1;
        frames.drop();
        node.logger.warn('frame-lost', { fault, losses, lostSamples: ready.decoder.lostSamples });
      },
    );
    return {
      stop: async () => {
        silence.stop();
        decoders.clear();
      },
    };
  },
};

/** The robot stands while gestures are made for a prompt. */
function calibratingMessage(
  { gestures }: LoadedCalibration,
  { stampNs }: EmgFrame,
): Partially<GestureMessage> {
  const header = { stamp: stampFromNs(stampNs), frame_id: 'emg_sleeve' };
  return { header, ...noGesture, names: gestures, fault: 'calibrating' };
}

/** Declares the parameter `decoder`. @throws {@link ConfigurationError} code `unknown-decoder` */
function decoderFrom(node: RosNode): DecoderName | undefined {
  const name: string = node.declareParameter('decoder', '', {
    description: 'lda, cnn or temporal; empty takes what the calibration is of',
    readOnly: true,
  });
  const decoder = decoderNames.find((known) => known === name);
  if (name === '' || decoder !== undefined) return decoder;
  throw new ConfigurationError({
    code: 'unknown-decoder',
    message: `${node.name}: decoder is "${name}", expected ${decoderNames.join(', ')}`,
  });
}

async function prepareDecoder(
  node: RosNode,
  services: NodeServices,
  publish: PublishGesture,
  wanted: {
    readonly sourceId: string;
    readonly file: string;
    readonly decoder: DecoderName | undefined;
    readonly normalisationS: number;
  },
): Promise<ReadyDecoder | undefined> {
  const { sourceId, file } = wanted;
  node.logger.info('calibration-loading', { file });
  try {
    const { calibration, model } = await services.jobs.run(prepareJob, async () => {
      await ensureCalibration(file, sourceId, undefined, wanted.decoder);
      return loadCalibration(file);
    });
    const { accuracy, rejectionRate } = calibration.heldOut;
    node.logger.info('calibration-loaded', {
      file,
      accuracy,
      rejectionRate,
      gestures: calibration.gestures.length,
    });
    const decoder = new GestureDecoder(
      calibration,
      model,
      (work) => services.jobs.run(decodeJob, work),
      (window) => publish(gestureMessage(node, calibration, window)),
      wanted.normalisationS,
    );
    return { file, calibration, decoder, model };
  } catch (error) {
    node.logger.error('calibration-failed', { reason: describeError(error), decision: 'nothing is decoded' });
    return undefined;
  }
}

function gestureMessage(node: RosNode, calibration: LoadedCalibration, window: DecodedWindow) {
  const { decision, fault, stampNs: newestNs } = window;
  return {
    header: { stamp: stampFromNs(newestNs), frame_id: 'emg_sleeve' },
    gesture: decision.gesture,
    rejected: decision.rejected,
    fault,
    confidence: decision.confidence,
    names: calibration.gestures,
    probabilities: window.probabilities,
    effort: decision.effort,
    channel_rms_uv: window.channelRmsUv,
    decode_ms: Number(node.clock.nowNs() - newestNs) / 1e6,
  };
}

function frameOf(message: EmgFrameMessage): EmgFrame {
  return {
    stampNs: stampToNs(message.header.stamp),
    firstSample: Number(message.first_sample),
    sampleRateHz: message.sample_rate_hz,
    channelCount: message.channel_count,
    samplesUv: message.samples_uv,
  };
}
