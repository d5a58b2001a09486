import type { MuscleActivity } from './forearm/activation-request.ts';

/** A block of consecutive raw samples of one source. */
export interface EmgFrame {
  /** Time of the first sample, ns on the clock of whoever delivers the frame. */
  readonly stampNs: bigint;
  /** Index of the first sample since the source started; a jump is a loss. */
  readonly firstSample: number;
  readonly sampleRateHz: number;
  readonly channelCount: number;
  /** `[sample, channel]`, row-major, microvolt. Valid during the callback only: a source may reuse it. */
  readonly samplesUv: Float32Array;
}

/** What is known of a source before it starts. */
export interface EmgSourceDescription {
  /** Stable name of the wearer and device, e.g. `synthetic-1`; calibrations are filed under it. */
  readonly id: string;
  readonly sampleRateHz: number;
  readonly channelCount: number;
  /** Samples in every frame. */
  readonly frameSamples: number;
}

/**
 * How the link to a source fares: looked for, delivering, up without samples, lost and looked for again.
 */
export interface EmgLink {
  readonly state: 'connecting' | 'connected' | 'silent' | 'reconnecting';
  /** Why, in a few words for people; who is at the other end when connected. */
  readonly reason: string;
}

/**
 * Where raw samples come from: a device, a file, a stream or the synthetic forearm.
 *
 * A source delivers frames in order and never invents samples: what it lost is a jump of `firstSample`. It looks for its
 * device again by itself, for as long as it is started, and says how that goes by `onLink` of the {@link EmgSourceContext}
 * it was opened with.
 */
export interface EmgSource {
  readonly description: EmgSourceDescription;
  /**
   * Starts delivering frames and returns at once, whether the device is there or not; a second start is an error.
   * @throws {@link HardwareError} when it can never work, e.g. a port that is taken
   */
  start(onFrame: (frame: EmgFrame) => void): Promise<void>;
  /** Stops delivering; no frame comes after it resolved. */
  stop(): Promise<void>;
  /** Has the wearer do something; only virtual people do what they are told. */
  perform?(activity: MuscleActivity, effort: number): void;
}
