import { describeError, HardwareError, pause } from '@efferent/core';
import type { EmgFrame, EmgLink, EmgSource, EmgSourceDescription } from '../emg-source.ts';
import type { EmgSourceContext } from '../emg-source-kind.ts';
import type { LslValues } from './channel-format.ts';
import { ClockOffset } from './clock-offset.ts';
import { findStreams, type StreamQuery } from './discovery.ts';
import { FrameAssembler } from './frame-assembler.ts';
import { LslInlet } from './inlet.ts';
import { lslNowS } from './lsl-clock.ts';
import { SampleTimeline } from './sample-timeline.ts';
import { describeStream, type EmgStream, findEmgStream, useStream } from './stream-choice.ts';

export interface LslSourceOptions extends StreamQuery {
  /** Further machines to look on, IPv4 addresses. */
  readonly peers: readonly string[];
  /** See {@link findEmgStream}. */
  readonly unit: string;
}

/** Duration of a frame, s. */
const frameS = 0.025;
/** How long a sender may take to answer, ms. */
const answerMs = 3000;
/** How long others that match may take after the first, ms. */
const lingerMs = 300;
/** A stream that is lost is looked for again after this long, ms. */
const retryMs = 500;
/** What a sender keeps for us; older samples say nothing about what the muscles do, s. */
const bufferS = 0.5;
/** No sample for this long is silence, s. */
const silentS = 0.3;
/** A stamp that is further from its arrival is of another clock than LSL's, s. */
const strangeStampS = 10;

/** A Lab Streaming Layer stream as a source of frames. */
export class LslSource implements EmgSource {
  readonly description: EmgSourceDescription;
  readonly #options: LslSourceOptions;
  readonly #context: EmgSourceContext;
  readonly #ending = new AbortController();
  readonly #timeline: SampleTimeline;
  #stream: EmgStream;
  #lastArrivalS = 0;
  #link: EmgLink['state'] = 'connecting';
  #running: Promise<void> | undefined;

  /** Finds the stream. @throws as {@link findEmgStream} */
  static async open(options: LslSourceOptions, context: EmgSourceContext): Promise<LslSource> {
    const { unit, peers, ...query } = options;
    context.onLink({ state: 'connecting', reason: 'looking for the stream' });
    const { signal } = context;
    const stream = await findEmgStream(query, unit, { peers, timeoutMs: answerMs, lingerMs, signal });
    return new LslSource(options, context, stream);
  }

  private constructor(options: LslSourceOptions, context: EmgSourceContext, stream: EmgStream) {
    this.#options = options;
    this.#context = context;
    this.#stream = stream;
    const { sourceId, name, nominalRateHz } = stream.info;
    this.#timeline = new SampleTimeline(nominalRateHz);
    this.description = {
      id: `lsl-${(sourceId || name).replaceAll(/[^A-Za-z0-9._-]+/g, '-')}`,
      sampleRateHz: nominalRateHz,
      channelCount: stream.channels.length,
      frameSamples: Math.max(1, Math.round(frameS * nominalRateHz)),
    };
  }

  async start(onFrame: (frame: EmgFrame) => void): Promise<void> {
    this.#running = this.#run(onFrame);
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(onFrame: (frame: EmgFrame) => void): Promise<void> {
    const { signal } = this.#ending;
    for (let isLost = false; !signal.aborted; isLost = true) {
      try {
        if (isLost) this.#stream = await this.#findAgain();
        await this.#feed(onFrame);
      } catch (error) {
        if (signal.aborted) return;
        this.#tell('reconnecting', describeError(error));
        await pause(retryMs, signal);
      }
    }
  }

  /** Delivers frames until the stream ends, which is an error. */
  async #feed(onFrame: (frame: EmgFrame) => void): Promise<void> {
    const { info } = this.#stream;
    const clockOffset = await ClockOffset.open(info, answerMs, this.#ending.signal);
    const ended = Promise.withResolvers<never>();
    const abort = () => ended.reject(new Error('stopped'));
    const assembler = new FrameAssembler(this.#stream, this.description.frameSamples, (first, samplesUv) =>
      onFrame({ ...this.#stampOf(first), samplesUv }),
    );
    const silence = this.#context.every(100_000_000n, () => this.#watchSilence());
    let inlet: LslInlet | undefined;
    try {
      this.#timeline.skip(this.#lostWhileAway());
      this.#lastArrivalS = lslNowS();
      inlet = await LslInlet.open(info, {
        bufferSamples: Math.ceil(bufferS * info.nominalRateHz),
        timeoutMs: answerMs,
        signal: this.#ending.signal,
        onSample: (stampS, values) => {
          const localS = stampS === undefined ? undefined : stampS + clockOffset.offsetS;
          this.#takeSample(localS, values, assembler);
        },
        onClosed: ended.reject,
      });
      this.#tell('connected', describeStream(info));
      this.#ending.signal.addEventListener('abort', abort, { once: true });
      if (this.#ending.signal.aborted) abort();
      await ended.promise;
    } finally {
      this.#ending.signal.removeEventListener('abort', abort);
      silence.cancel();
      inlet?.close();
      clockOffset.close();
    }
  }

  #takeSample(stampS: number | undefined, values: LslValues, assembler: FrameAssembler): void {
    const nowS = lslNowS();
    if (stampS !== undefined && !(Math.abs(nowS - stampS) < strangeStampS)) {
      throw new HardwareError({
        code: 'strange-stamps',
        message: `LSL stream "${this.#stream.info.name}" stamps its samples ${(stampS - nowS).toFixed(1)} s off its own clock; its sender must use LSL's local_clock()`,
      });
    }
    this.#lastArrivalS = nowS;
    if (this.#link === 'silent') this.#tell('connected', 'samples come again');
    if (values instanceof Float64Array) assembler.push(this.#timeline.next(stampS), values);
  }

  /** A frame that is here was measured before now, whatever its stamp says: nothing in the future keeps a robot moving. */
  #stampOf(firstSample: number): Omit<EmgFrame, 'samplesUv'> {
    const { sampleRateHz, channelCount, frameSamples } = this.description;
    const ageS = Math.max(lslNowS() - this.#timeline.timeOf(firstSample), frameSamples / sampleRateHz);
    const stampNs = this.#context.clock.nowNs() - BigInt(Math.round(ageS * 1e9));
    return { stampNs, firstSample, sampleRateHz, channelCount };
  }

  #lostWhileAway(): number {
    if (this.#timeline.nextIndex === 0) return 0;
    return Math.max(1, Math.round((lslNowS() - this.#lastArrivalS) * this.description.sampleRateHz));
  }

  #watchSilence(): void {
    if (this.#link === 'connected' && lslNowS() - this.#lastArrivalS > silentS)
      this.#tell('silent', `connected, but no sample for ${silentS} s`);
  }

  /** The sender may have started anew: another port, and another clock. */
  async #findAgain(): Promise<EmgStream> {
    const old = this.#stream.info;
    const query = old.sourceId === '' ? { name: old.name, type: old.type } : { sourceId: old.sourceId };
    const { peers, unit } = this.#options;
    const { signal } = this.#ending;
    const [info] = await findStreams(query, { peers, timeoutMs: answerMs, lingerMs: 0, signal });
    if (info === undefined) throw gone(`"${old.name}" is not served any more; start its sender`);
    if (info.channelCount !== old.channelCount || info.nominalRateHz !== old.nominalRateHz)
      throw gone(`${describeStream(info)} has come back with another shape; start the source anew`);
    return useStream({ ...info, channels: old.channels }, unit);
  }

  #tell(state: EmgLink['state'], reason: string): void {
    this.#link = state;
    this.#context.onLink({ state, reason });
  }
}

function gone(reason: string): HardwareError {
  return new HardwareError({ code: 'stream-gone', message: `LSL stream ${reason}` });
}
