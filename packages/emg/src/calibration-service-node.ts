import { describeError } from '@efferent/core';
import type { MessageTypes } from '@efferent/interfaces';
import { type NodeServices, type Partially, qosProfiles, type RosNode, stampFromNs } from '@efferent/ros';
import { promptText } from './calibration-prompt.ts';
import { loadEvidence } from './decoder/calibration-file.ts';
import { type CalibrationPrompt, liveProtocol } from './decoder/calibration-protocol.ts';
import type { DecoderName } from './decoder/decoder-name.ts';
import { fitInWorker } from './decoder/ensure-calibration.ts';
import type { CalibrationEvidence } from './decoder/fit-calibration.ts';
import type { EmgFrame } from './emg-source.ts';
import type { GestureName } from './gestures.ts';
import { LiveCalibration } from './live-calibration.ts';

type PromptMessage = MessageTypes['efferent_interfaces/msg/CalibrationPrompt'];

/** What is calibrated: a decoder in use. */
export interface DecoderInUse {
  readonly sourceId: string;
  readonly sampleRateHz: number;
  readonly channelCount: number;
  /** Its calibration; replaced at the end. */
  readonly file: string;
  readonly gestures: readonly GestureName[];
  readonly decoder: DecoderName;
  /** Share of held-out windows that it got right when it was fitted. */
  readonly accuracy: number;
}

/** What a lockstep episode charges for fitting; rounded up. */
const fitJob = { name: 'emg-calibration', modelledLatencyMs: 1000 };
/** Prompts are told this often, samples a second over this. */
const promptRateHz = 20;
/**
 * A decoder that is worse than the one before by more than this, or below the floor, is not kept: whoever did not follow the
 * prompts must not lose the one gesture they have. Ours.
 */
const mostLoss = 0.15;
const leastAccuracy = 0.75;

/**
 * Leads a person through a recalibration while the robot stands: `/emg/calibrate` starts and ends it, `/emg/calibration` says
 * what to do, and time alone goes on from prompt to prompt.
 */
export class CalibrationService {
  readonly #node: RosNode;
  readonly #services: NodeServices;
  readonly #repetitions: number;
  readonly #holdS: number;
  readonly #prompts;
  readonly #inUse: () => DecoderInUse | undefined;
  readonly #onCalibrated: (sourceId: string) => Promise<void>;
  #decoder: DecoderInUse | undefined;
  #live: LiveCalibration | undefined;
  #samplesSincePrompt = 0;

  /**
   * @param inUse - the decoder that would be calibrated now; undefined as long as there is none
   * @param onCalibrated - has the new calibration used
   */
  constructor(
    node: RosNode,
    services: NodeServices,
    inUse: () => DecoderInUse | undefined,
    onCalibrated: (sourceId: string) => Promise<void>,
  ) {
    this.#node = node;
    this.#services = services;
    this.#inUse = inUse;
    this.#onCalibrated = onCalibrated;
    this.#repetitions = node.declareParameter('recalibration_repetitions', 4, {
      description: 'of each gesture when the decoder is calibrated again; they count beside those before',
      integer: true,
      range: [2, 20],
    });
    this.#holdS = node.declareParameter('recalibration_hold_s', liveProtocol.holdS, {
      description: 'how long a gesture is held then, s; rests between last half of it',
      range: [1.2, 10],
    });
    this.#prompts = node.createPublisher(
      'efferent_interfaces/msg/CalibrationPrompt',
      '/emg/calibration',
      qosProfiles.latched,
    );
    this.#tell({ state: 'idle' });
    node.createService('std_srvs/srv/SetBool', '/emg/calibrate', ({ data }) => this.#request(data));
  }

  /** True from the first prompt until the new decoder is used: nothing is decoded then. */
  get isActive(): boolean {
    return this.#decoder !== undefined;
  }

  /** Takes a frame of the decoder that is calibrated. */
  push(sourceId: string, frame: EmgFrame): void {
    const live = this.#live;
    if (live === undefined || sourceId !== this.#decoder?.sourceId) return;
    const before = live.current?.prompt;
    live.push(frame);
    if (live.isComplete) void this.#finish(this.#decoder, live);
    else this.#tellPrompt(live, before, frame.samplesUv.length / frame.channelCount);
  }

  #request(isWanted: boolean): { success: boolean; message: string } {
    if (!isWanted) {
      if (this.#live === undefined) return { success: false, message: 'no calibration is going on' };
      this.#end('failed', 'ended before its time; the calibration before stays');
      return { success: true, message: 'ended' };
    }
    if (this.isActive) return { success: false, message: 'a calibration is going on' };
    const decoder = this.#inUse();
    if (decoder === undefined) {
      const message =
        'there is no calibration to start from; make one with: npx efferent emg calibrate --source …';
      // Whoever asked by a gesture sees the prompts and not the answer.
      this.#tell({ state: 'failed', text: message });
      return { success: false, message };
    }
    const protocol = {
      ...liveProtocol,
      gestures: decoder.gestures,
      repetitions: this.#repetitions,
      holdS: this.#holdS,
      restS: this.#holdS / 2,
    };
    this.#decoder = decoder;
    const { sourceId: id, sampleRateHz, channelCount } = decoder;
    const seed = Number(this.#node.clock.nowNs() % 1_000_003n);
    this.#live = new LiveCalibration({ id, sampleRateHz, channelCount }, protocol, seed);
    this.#samplesSincePrompt = 0;
    this.#node.logger.info('calibration-started', { source: id, repetitions: this.#repetitions });
    return { success: true, message: 'follow the prompts' };
  }

  async #finish(inUse: DecoderInUse, live: LiveCalibration): Promise<void> {
    this.#live = undefined;
    this.#tell({ state: 'fitting', text: 'the decoder is fitted', total: 1 });
    const { sourceId, file, accuracy, decoder } = inUse;
    const earlier = await this.#evidenceOf(file);
    try {
      await this.#services.jobs.run(fitJob, async () =>
        fitInWorker(
          {
            sourceId,
            signal: live.settings,
            windows: live.windows,
            decoder,
            earlier,
            leastAccuracy: Math.max(leastAccuracy, accuracy - mostLoss),
          },
          file,
        ),
      );
      await this.#onCalibrated(sourceId);
      this.#end('done', this.#resultInWords(earlier !== undefined));
    } catch (error) {
      this.#node.logger.warn('calibration-failed', {
        reason: describeError(error),
        decision: 'the calibration before stays',
      });
      this.#end('failed', describeError(error).replace(/^.*\.json: /, ''));
    }
  }

  /** What the calibration before rests on; without it the new repetitions stand alone. */
  async #evidenceOf(file: string): Promise<CalibrationEvidence | undefined> {
    try {
      return await loadEvidence(file);
    } catch (error) {
      this.#node.logger.warn('no-evidence', {
        reason: describeError(error),
        decision: 'the new repetitions stand alone',
      });
      return undefined;
    }
  }

  #resultInWords(hasEarlier: boolean): string {
    const right = `${Math.round(100 * (this.#inUse()?.accuracy ?? Number.NaN))} % right`;
    if (hasEarlier) return `calibrated: ${right}`;
    return `calibrated: ${right}. Nothing was kept of the calibration before, so that the new repetitions stand alone`;
  }

  #end(state: 'done' | 'failed', text: string): void {
    this.#live = undefined;
    this.#decoder = undefined;
    this.#tell({ state, text, total: 1 });
  }

  #tellPrompt(live: LiveCalibration, before: CalibrationPrompt | undefined, samples: number): void {
    this.#samplesSincePrompt += samples;
    const { current } = live;
    const isDue = this.#samplesSincePrompt >= live.settings.sampleRateHz / promptRateHz;
    if (current === undefined || (current.prompt === before && !isDue)) return;
    this.#samplesSincePrompt = 0;
    const { prompt, next, progress, total } = current;
    const { gesture, effort } = prompt;
    const then = next === undefined ? 'done' : promptText(next);
    this.#tell({
      state: 'prompting',
      gesture,
      effort,
      text: promptText(prompt),
      next: then,
      progress,
      total,
    });
  }

  #tell(prompt: Partially<PromptMessage>): void {
    this.#prompts.publish({ header: { stamp: stampFromNs(this.#node.clock.nowNs()) }, ...prompt });
  }
}
