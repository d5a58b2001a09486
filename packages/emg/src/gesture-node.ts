import { ConfigurationError, describeError, nsToSeconds } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import {
  DiagnosticUpdater,
  type NodeModule,
  type NodeServices,
  type Partially,
  qosProfiles,
  type RosNode,
  type RunningNode,
  stampFromNs,
  stampToNs,
} from '@efferent/ros';
import { calibrationPath, type LoadedCalibration, loadCalibration } from './decoder/calibration-file.ts';
import { type DecoderName, decoderNames } from './decoder/decoder-name.ts';
import { ensureCalibration } from './decoder/ensure-calibration.ts';
import { type DecodedWindow, GestureDecoder } from './decoder/gesture-decoder.ts';

type EmgFrameMessage = MessageTypes['efferent_interfaces/msg/EmgFrame'];
type GestureMessage = MessageTypes['efferent_interfaces/msg/Gesture'];

/** What a lockstep episode charges for one run of the model, and for loading a calibration; rounded up. */
const decodeJob = { name: 'emg-decode', modelledLatencyMs: 1 };
const prepareJob = { name: 'emg-calibration', modelledLatencyMs: 500 };

/** Decisions a second: one a stride of 50 ms. */
const decisionRateHz = 20;
/** A decision later than this after its newest sample is felt as a delay (Farrell and Weir 2007), ms. */
const decisionMaxMs = 100;
/** Frames that are older when they come say nothing about what the muscles do, s. */
const frameMaxAgeS = 0.3;
/** A sleeve that is silent for so long, three or four frames, has fallen out; looked at every `silencePeriodNs`. */
const silenceNs = 90_000_000n;
const silencePeriodNs = 20_000_000n;
/** Half a second of frames: a decoder that was held up catches up instead of losing samples. */
const frameQos = { ...qosProfiles.sensorData, depth: 20 } as const;

/** Decodes `/emg/frames` into `/emg/gesture`, one decision a stride. */
export const gestureNode: NodeModule = {
  name: 'gesture',
  async start(node, services): Promise<RunningNode> {
    const file = node.declareParameter('calibration', '', {
      description: 'calibration file; empty takes .efferent/emg/<source>.json of the workspace',
      readOnly: true,
    });
    const wantedDecoder = decoderFrom(node);
    const gestures = node.createPublisher(
      'efferent_interfaces/msg/Gesture',
      '/emg/gesture',
      qosProfiles.default,
    );
    const decoders = new Map<string, GestureDecoder | 'preparing' | 'failed'>();
    const { frames, decisions } = watchDecoding(node);
    const silence = watchSilence(node, (gesture) => gestures.publish(gesture));
    let losses = 0;
    node.createSubscription(
      'efferent_interfaces/msg/EmgFrame',
      '/emg/frames',
      { qos: frameQos },
      (message) => {
        frames.tick(nsToSeconds(node.clock.nowNs() - stampToNs(message.header.stamp)));
        const decoder = decoders.get(message.source);
        if (decoder === undefined) {
          decoders.set(message.source, 'preparing');
          const publish = (gesture: Partially<GestureMessage>) => {
            decisions.tick();
            decisions.took(gesture.decode_ms ?? 0);
            silence.note(gesture);
            gestures.publish(gesture);
          };
          const wanted = { sourceId: message.source, file, decoder: wantedDecoder };
          void prepareDecoder(node, services, publish, wanted).then((ready) => {
            decoders.set(message.source, ready ?? 'failed');
          });
        }
        if (!(decoder instanceof GestureDecoder)) return;
        silence.end();
        const { fault, decoded } = decoder.push(frameOf(message));
        decoded.catch((error: unknown) => {
          node.logger.error('decode-failed', { reason: describeError(error), decision: 'window dropped' });
        });
        if (fault === undefined) return;
        losses += 1;
        frames.drop();
        node.logger.warn('frame-lost', { fault, losses, lostSamples: decoder.lostSamples });
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

/** Tells whoever acts on gestures, again and again, that a sleeve that was decoded sends nothing any more. */
function watchSilence(node: RosNode, publish: (gesture: Partially<GestureMessage>) => void) {
  let newest: Partially<GestureMessage> | undefined;
  let heardNs = 0n;
  const timer = node.createTimer(
    silencePeriodNs,
    () => {
      if (newest === undefined || node.steadyClock.nowNs() - heardNs < silenceNs) return;
      const nothing = {
        gesture: 'rest',
        rejected: true,
        confidence: 0,
        effort: 0,
        probabilities: new Float32Array(),
      };
      publish({ ...newest, ...nothing, names: newest.names ?? [], fault: 'no-frames' });
    },
    node.steadyClock,
  );
  return {
    /** Takes the newest decision. */
    note: (gesture: Partially<GestureMessage>) => {
      newest = gesture;
    },
    /** Takes that a frame has come. */
    end: () => {
      heardNs = node.steadyClock.nowNs();
    },
    stop: () => timer.cancel(),
  };
}

/** Watches what comes and what is decided, by steady time as electrodes sample. */
function watchDecoding(node: RosNode) {
  const diagnostics = new DiagnosticUpdater(node, node.steadyClock);
  return {
    frames: diagnostics.watch('frames', { maxAgeS: frameMaxAgeS }),
    decisions: diagnostics.watch('decisions', { rateHz: decisionRateHz, maxLatencyMs: decisionMaxMs }),
  };
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
  publish: (gesture: Partially<GestureMessage>) => void,
  wanted: { readonly sourceId: string; readonly file: string; readonly decoder: DecoderName | undefined },
): Promise<GestureDecoder | undefined> {
  const { sourceId, decoder } = wanted;
  const file = wanted.file || calibrationPath(services.workspaceFolders[0] ?? '.', sourceId);
  node.logger.info('calibration-loading', { file });
  try {
    const { calibration, model } = await services.jobs.run(prepareJob, async () => {
      await ensureCalibration(file, sourceId, undefined, decoder);
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
      (window) => publish(gestureMessage(node, calibration, window)),
    );
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

function frameOf(message: EmgFrameMessage) {
  return {
    stampNs: stampToNs(message.header.stamp),
    firstSample: Number(message.first_sample),
    sampleRateHz: message.sample_rate_hz,
    channelCount: message.channel_count,
    samplesUv: message.samples_uv,
  };
}
