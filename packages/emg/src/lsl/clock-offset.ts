import { randomInt } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { HardwareError } from '@efferent/core';
import { lslNowS } from './lsl-clock.ts';
import type { LslStreamInfo } from './stream-info.ts';

/** Timing of liblsl's estimates: eight probes 64 ms apart every two seconds, six answers within 128 ms are enough. */
const waveEveryMs = 2000;
const probeCount = 8;
const probeEveryMs = 64;
const answerWithinMs = 128;
const fewestAnswers = 6;

interface Estimate {
  /** Local minus remote time, s. */
  readonly offsetS: number;
  /** Time that a probe took on the way, s; the offset is wrong by at most half of it. */
  readonly roundTripS: number;
}

/** Measures how far a sender's clock is from ours, as NTP does, again and again. */
export class ClockOffset {
  readonly #info: LslStreamInfo;
  readonly #socket: Socket = createSocket('udp4');
  readonly #first = Promise.withResolvers<void>();
  #estimate: Estimate | undefined;
  #wave = 0;
  #answers: Estimate[] = [];
  #probes: ReturnType<typeof setInterval> | undefined;
  #closeWave: ReturnType<typeof setTimeout> | undefined;
  #waves: ReturnType<typeof setInterval> | undefined;
  #sentCount = 0;
  readonly #unanswered = new Set<number>();

  /**
   * Starts measuring.
   *
   * @param timeoutMs - how long the first estimate may take, ms
   * @param signal - gives up waiting for it
   * @throws {@link HardwareError} code `no-clock` when the sender's clock does not answer
   */
  static async open(info: LslStreamInfo, timeoutMs: number, signal: AbortSignal): Promise<ClockOffset> {
    const clock = new ClockOffset(info);
    const fail = (reason: string) => clock.#first.reject(noClock(info, reason));
    const timeout = setTimeout(() => {
      fail(
        `gave fewer than ${fewestAnswers} of ${probeCount} answers within ${timeoutMs} ms; open the port in the firewall`,
      );
    }, timeoutMs);
    const abort = () => fail('is not waited for any more');
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      await clock.#first.promise;
      return clock;
    } catch (error) {
      clock.close();
      throw error;
    } finally {
      clearTimeout(timeout);
      signal.removeEventListener('abort', abort);
    }
  }

  private constructor(info: LslStreamInfo) {
    this.#info = info;
    this.#socket.on('error', () => undefined);
    this.#socket.on('message', (message) => this.#takeAnswer(message.toString('latin1')));
    const isHere = info.address.startsWith('127.');
    this.#socket.bind(0, isHere ? info.address : undefined, () => {
      this.#waves = setInterval(() => this.#startWave(), waveEveryMs);
      this.#startWave();
    });
  }

  /** What to add to a time of the sender's clock to have it on ours, s. */
  get offsetS(): number {
    return this.#estimate?.offsetS ?? 0;
  }

  /** Largest error of {@link offsetS}, s. */
  get uncertaintyS(): number {
    return (this.#estimate?.roundTripS ?? Number.POSITIVE_INFINITY) / 2;
  }

  close(): void {
    clearInterval(this.#waves);
    clearInterval(this.#probes);
    clearTimeout(this.#closeWave);
    this.#socket.close();
  }

  #startWave(): void {
    this.#wave = randomInt(2 ** 31 - 1);
    this.#answers = [];
    this.#sentCount = 0;
    this.#unanswered.clear();
    clearInterval(this.#probes);
    clearTimeout(this.#closeWave);
    this.#probes = setInterval(() => this.#probe(), probeEveryMs);
    this.#probe();
    const waveMs = probeEveryMs * probeCount + answerWithinMs;
    this.#closeWave = setTimeout(() => this.#settle(), waveMs);
  }

  #probe(): void {
    this.#sentCount += 1;
    if (this.#sentCount === probeCount) clearInterval(this.#probes);
    const sentS = lslNowS();
    this.#unanswered.add(sentS);
    const request = `LSL:timedata\r\n${this.#wave} ${sentS}\r\n`;
    this.#socket.send(request, this.#info.servicePort, this.#info.address, () => undefined);
  }

  #takeAnswer(answer: string): void {
    const t3 = lslNowS();
    const [wave, t0, t1, t2] = answer.trim().split(/\s+/).map(Number);
    if (wave !== this.#wave || t0 === undefined || t1 === undefined || t2 === undefined) return;
    // The time of sending comes back rounded to 16 digits.
    const sentS = [...this.#unanswered].find((sent) => Math.abs(sent - t0) < 1e-6);
    if (sentS === undefined || !Number.isFinite(t1) || !Number.isFinite(t2)) return;
    this.#unanswered.delete(sentS);
    const roundTripS = Math.max(0, t3 - sentS - (t2 - t1));
    this.#answers.push({ roundTripS, offsetS: -(t1 - sentS + (t2 - t3)) / 2 });
    if (this.#answers.length === probeCount) this.#settle();
  }

  /** The probe that was quickest on the way knows best. */
  #settle(): void {
    if (this.#answers.length < fewestAnswers) return;
    this.#estimate = this.#answers.reduce((best, next) => (next.roundTripS < best.roundTripS ? next : best));
    this.#first.resolve();
  }
}

function noClock(info: LslStreamInfo, reason: string): HardwareError {
  return new HardwareError({
    code: 'no-clock',
    message: `LSL stream "${info.name}": its clock at ${info.address}:${info.servicePort} (UDP) ${reason}`,
    fields: { stream: info.name },
  });
}
