import type { OnnxModel } from '@efferent/inference';
import type { EmgFrame } from '../emg-source.ts';
import { type FrameFault, meanOf, SignalChain } from '../signal/signal-chain.ts';
import type { LoadedCalibration } from './calibration-file.ts';
import { CoActivationDetector } from './co-activation.ts';
import { decide, type GestureDecision, isSilent, noDecision, silence } from './decide.ts';
import type { DecodingFault } from './decoding-fault.ts';
import { inputOf } from './encoder.ts';
import { GestureBelief } from './gesture-belief.ts';
import { decoderTensors } from './onnx-export.ts';
import { SignalWatch } from './signal-watch.ts';
import { defaultNormalisationS, normaliserOf, type SlidingNormaliser } from './sliding-normaliser.ts';

/** A decision with what it rests on. */
export interface DecodedWindow {
  readonly decision: GestureDecision;
  /** Empty when signal and decoder are well; else the decision is none. */
  readonly fault: DecodingFault;
  /** Time of the newest sample, ns. */
  readonly stampNs: bigint;
  /** Belief after this window, `[class]`, order of `calibration.gestures`; all zero when there was nothing to decode. */
  readonly probabilities: Float32Array;
  /** `[channel]`, µV. */
  readonly channelRmsUv: Float32Array;
}

interface WaitingWindow {
  readonly stampNs: bigint;
  readonly windowLevelUv: number;
  readonly strideLevelUv: number;
}

/** Runs the model: the node charges its latency to the clock, a test just awaits it. */
export type RunInference = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Decodes frames into decisions, one a stride.
 *
 * Silence and a signal that is not there are reported at once, without waiting for the model. While a run of the model
 * is open only the newest window waits for it; results are reported in the order of their samples or not at all.
 */
export class GestureDecoder {
  readonly #calibration: LoadedCalibration;
  readonly #model: OnnxModel;
  readonly #chain: SignalChain;
  readonly #watch: SignalWatch;
  readonly #coActivation: CoActivationDetector;
  readonly #belief: GestureBelief;
  readonly #normaliser: SlidingNormaliser | undefined;
  readonly #runInference: RunInference;
  readonly #onDecoded: (window: DecodedWindow) => void;
  readonly #noProbabilities: Float32Array;
  readonly #silentProbabilities: Float32Array;
  #newestReportedNs = -1n;
  #waiting: WaitingWindow | undefined;
  #isRunning = false;

  constructor(
    calibration: LoadedCalibration,
    model: OnnxModel,
    runInference: RunInference,
    onDecoded: (window: DecodedWindow) => void,
    normalisationS = defaultNormalisationS,
  ) {
    this.#calibration = calibration;
    this.#model = model;
    this.#chain = new SignalChain(calibration.signal);
    this.#watch = new SignalWatch(calibration.signal.channelCount);
    this.#coActivation = new CoActivationDetector(calibration.levels.coActivation);
    this.#belief = new GestureBelief(calibration.gestures.length);
    this.#normaliser = normaliserOf(calibration, normalisationS);
    this.#runInference = runInference;
    this.#onDecoded = onDecoded;
    this.#noProbabilities = new Float32Array(calibration.gestures.length);
    this.#silentProbabilities = this.#noProbabilities.slice();
    this.#silentProbabilities[calibration.gestures.indexOf('rest')] = 1;
  }

  /** Samples that never came or could not be used. */
  get lostSamples(): number {
    return this.#chain.lostSamples;
  }

  /**
   * Takes the next frame. What is wrong with it is reported at once, as a window without a decision.
   * @returns what was wrong with the frame, and a promise that settles when its last decision has been reported; it
   *   rejects with {@link PolicyError} when the model fails
   */
  push(frame: EmgFrame): { readonly fault: FrameFault | undefined; readonly decoded: Promise<void> } {
    let decoded: Promise<void> | undefined;
    const fault = this.#chain.push(frame, (samplesUsed) => {
      const strideLevelUv = meanOf(this.#chain.strideRmsUv);
      const stampNs = frame.stampNs + BigInt(Math.round((samplesUsed / frame.sampleRateHz) * 1e9));
      if (!this.#chain.isReady) {
        this.#forget();
        this.#report(noDecision, stampNs, this.#noProbabilities);
      } else if (this.#coActivation.update(this.#chain.strideRmsUv)) {
        this.#reportFault('co-activation', stampNs);
      } else if (isSilent(this.#calibration, strideLevelUv)) {
        this.#forget();
        this.#report(silence, stampNs, this.#silentProbabilities);
      } else {
        this.#waiting = { stampNs, strideLevelUv, windowLevelUv: meanOf(this.#chain.channelRmsUv) };
        if (!this.#isRunning) decoded = this.#decodeWaiting();
      }
    });
    const wrong = fault ?? this.#watch.update(frame.samplesUv, this.#chain.offChannelCount);
    if (wrong !== undefined) this.#reportFault(wrong, frame.stampNs);
    return { fault, decoded: decoded ?? Promise.resolve() };
  }

  async #decodeWaiting(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#waiting !== undefined) {
        const { stampNs, windowLevelUv, strideLevelUv } = this.#waiting;
        this.#waiting = undefined;
        const input = inputOf(this.#calibration.decoder);
        const measured = this.#chain[input];
        const features = this.#normaliser?.normalise(measured) ?? measured;
        const outputs = await this.#runInference(() => this.#model.run({ [input]: features }));
        // Silent or faulty since: what the muscles did before says nothing about what comes next.
        if (stampNs <= this.#newestReportedNs) continue;
        this.#belief.update(outputs[decoderTensors.output] as Float32Array);
        const { probabilities } = this.#belief;
        const decision = decide(this.#calibration, probabilities, windowLevelUv, strideLevelUv);
        this.#normaliser?.follow(decision);
        this.#report(decision, stampNs, probabilities);
      }
    } catch (error) {
      this.#reportFault('decoder-failed', this.#newestReportedNs);
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  /** Drops what waits for the model and what was believed. */
  #forget(): void {
    this.#waiting = undefined;
    this.#belief.reset();
  }

  /** Reports a fault; windows that wait for the model rest on a signal that was not there. */
  #reportFault(fault: DecodingFault, stampNs: bigint): void {
    this.#forget();
    const next = this.#newestReportedNs + 1n;
    this.#report(noDecision, stampNs > next ? stampNs : next, this.#noProbabilities, fault);
  }

  #report(
    decision: GestureDecision,
    stampNs: bigint,
    probabilities: Float32Array | Float64Array,
    fault: DecodingFault = '',
  ): void {
    if (stampNs <= this.#newestReportedNs) return;
    this.#newestReportedNs = stampNs;
    const channelRmsUv = this.#chain.isReady ? this.#chain.channelRmsUv : this.#chain.strideRmsUv;
    this.#onDecoded({
      decision,
      fault,
      stampNs,
      probabilities: Float32Array.from(probabilities),
      channelRmsUv: channelRmsUv.slice(),
    });
  }
}
