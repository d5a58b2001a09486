import { ConfigurationError, nsPerSecond } from '@efferent/core';
import type { EmgFrame, EmgSource, EmgSourceDescription } from '../emg-source.ts';
import { type EmgSourceContext, stampOf } from '../emg-source-kind.ts';
import type { MuscleActivity } from './activation-request.ts';
import { SyntheticForearm } from './synthetic-forearm.ts';
import { createVirtualPerson } from './virtual-person.ts';

/** Who is simulated and how fast it is sampled; enough to meet the same person again. */
export interface SyntheticPerson {
  readonly personSeed: number;
  readonly sampleRateHz: number;
}

/** Duration of one frame, ns. */
const framePeriodNs = 25_000_000n;
/** A source that fell behind makes up this many frames at once; what is older is lost, as on a device. */
const mostFramesAtOnce = 4;

/** Names a synthetic person, e.g. `synthetic-1-2000hz`; see {@link parseSyntheticSourceId}. */
export function syntheticSourceId(person: SyntheticPerson): string {
  return `synthetic-${person.personSeed}-${person.sampleRateHz}hz`;
}

/** Returns the person that a source id names, or undefined when the source is not synthetic. */
export function parseSyntheticSourceId(id: string): SyntheticPerson | undefined {
  const match = /^synthetic-(\d+)-(\d+)hz$/.exec(id);
  return match === null ? undefined : { personSeed: Number(match[1]), sampleRateHz: Number(match[2]) };
}

/** The synthetic forearm as a source of frames: muscles go on while a simulator's time stands still. */
export class SyntheticSource implements EmgSource {
  readonly description: EmgSourceDescription;
  readonly #forearm: SyntheticForearm;
  readonly #context: EmgSourceContext;
  readonly #samplesUv: Float32Array;
  #timer: { cancel(): void } | undefined;
  #startNs = 0n;
  #firstSample = 0;

  /**
   * @param recordingSeed - which recording of the person; repetitions and noise differ between seeds
   */
  constructor(person: SyntheticPerson, recordingSeed: number, context: EmgSourceContext) {
    const frameSamples = Math.round((Number(framePeriodNs) / 1e9) * person.sampleRateHz);
    if (
      person.sampleRateHz < 1000 ||
      !Number.isInteger((Number(framePeriodNs) / 1e9) * person.sampleRateHz)
    ) {
      throw new ConfigurationError({
        code: 'invalid-parameter',
        message: `synthetic forearm: sample rate ${person.sampleRateHz} Hz; expected a multiple of 40 Hz from 1000 Hz, e.g. 2000`,
        fields: { sampleRateHz: person.sampleRateHz },
      });
    }
    this.#forearm = new SyntheticForearm({
      person: createVirtualPerson(person.personSeed),
      recordingSeed,
      sampleRateHz: person.sampleRateHz,
    });
    this.#context = context;
    this.#samplesUv = new Float32Array(frameSamples * this.#forearm.channelCount);
    this.description = {
      id: syntheticSourceId(person),
      sampleRateHz: person.sampleRateHz,
      channelCount: this.#forearm.channelCount,
      frameSamples,
    };
  }

  /** Has the virtual person do something from the next sample on. */
  perform(activity: MuscleActivity, effort: number): void {
    this.#forearm.act(activity, effort);
  }

  async start(onFrame: (frame: EmgFrame) => void): Promise<void> {
    const { every, steadyClock } = this.#context;
    this.#startNs = steadyClock.nowNs();
    this.#timer = every(framePeriodNs, () => this.#deliverDue(onFrame));
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #deliverDue(onFrame: (frame: EmgFrame) => void): void {
    const { frameSamples, sampleRateHz, channelCount } = this.description;
    const elapsedNs = this.#context.steadyClock.nowNs() - this.#startNs;
    const due = Number(elapsedNs / framePeriodNs) - this.#firstSample / frameSamples;
    if (due > mostFramesAtOnce) this.#firstSample += (due - mostFramesAtOnce) * frameSamples;
    for (let i = 0; i < Math.min(due, mostFramesAtOnce); i++) {
      this.#forearm.generate(this.#samplesUv);
      const firstSample = this.#firstSample;
      const sampledNs = this.#startNs + (BigInt(firstSample) * nsPerSecond) / BigInt(sampleRateHz);
      const stampNs = stampOf(sampledNs, this.#context);
      this.#firstSample += frameSamples;
      onFrame({ stampNs, firstSample, sampleRateHz, channelCount, samplesUv: this.#samplesUv });
    }
  }
}
