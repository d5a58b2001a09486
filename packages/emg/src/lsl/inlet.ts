import { connect, type Socket } from 'node:net';
import { ContractError, describeError, HardwareError } from '@efferent/core';
import { type LslValues, testPattern, testPatternOffsets, testPatternStampS } from './channel-format.ts';
import { formatFeedRequest, longestHeader, parseFeedAnswer } from './feed-header.ts';
import { type OnLslSample, SampleReader } from './sample-reader.ts';
import { type LslStreamInfo, parseStreamInfo } from './stream-info.ts';

export interface InletOptions {
  /** How many samples the sender keeps while we are slow; older ones are lost. */
  readonly bufferSamples: number;
  /** How long the connection and its test patterns may take, ms. */
  readonly timeoutMs: number;
  /** Gives up while connecting. */
  readonly signal: AbortSignal;
  readonly onSample: OnLslSample;
  /** The connection ended after it had opened; nothing comes after it. */
  readonly onClosed: (reason: Error) => void;
}

const endOfHeader = Buffer.from('\r\n\r\n');
/** Descriptions of a few hundred channels take some ten kilobytes. */
const longestFullInfo = 4_194_304;

/** One connection to a stream's feed. */
export class LslInlet {
  readonly #info: LslStreamInfo;
  readonly #options: InletOptions;
  readonly #socket: Socket;
  readonly #opened = Promise.withResolvers<void>();
  #header: Buffer = Buffer.alloc(0);
  #reader: SampleReader | undefined;
  #patternsToCome: number[] = [...testPatternOffsets];
  #failure: Error | undefined;
  #isOpen = false;

  /**
   * Connects to a stream and checks that both ends mean the same bytes.
   *
   * @param info - as {@link findStreams} returned it
   * @throws {@link HardwareError} code `stream-gone` or `no-connection`
   * @throws {@link ContractError} code `feed-refused`, `corrupt-feed` or `wrong-test-pattern`
   */
  static async open(info: LslStreamInfo, options: InletOptions): Promise<LslInlet> {
    const inlet = new LslInlet(info, options);
    const timeout = setTimeout(
      () => inlet.#fail(noConnection(info, `no answer within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    const abort = () => inlet.#fail(noConnection(info, 'given up'));
    options.signal.addEventListener('abort', abort, { once: true });
    if (options.signal.aborted) abort();
    try {
      await inlet.#opened.promise;
    } finally {
      clearTimeout(timeout);
      options.signal.removeEventListener('abort', abort);
    }
    return inlet;
  }

  private constructor(info: LslStreamInfo, options: InletOptions) {
    this.#info = info;
    this.#options = options;
    this.#socket = connect({ host: info.address, port: info.dataPort, noDelay: true });
    this.#socket.on('connect', () => this.#socket.write(formatFeedRequest(info, options.bufferSamples)));
    this.#socket.on('data', (bytes) => this.#read(bytes));
    this.#socket.on('error', (error) => this.#fail(noConnection(info, describeError(error))));
    this.#socket.on('close', () => this.#fail(noConnection(info, 'its sender closed the connection')));
  }

  /** Ends the connection; `onClosed` is not called. */
  close(): void {
    this.#failure ??= noConnection(this.#info, 'closed');
    this.#socket.destroy();
  }

  #fail(reason: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#socket.destroy();
    if (this.#isOpen) this.#options.onClosed(reason);
    else this.#opened.reject(reason);
  }

  #read(bytes: Buffer): void {
    try {
      const body = this.#reader === undefined ? this.#readHeader(bytes) : bytes;
      if (body !== undefined) {
        this.#reader?.push(body, (stampS, values) => {
          if (this.#failure !== undefined) return;
          if (this.#patternsToCome.length > 0) this.#checkPattern(stampS, values);
          else this.#options.onSample(stampS, values);
        });
      }
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Returns what follows the header once it is complete. */
  #readHeader(bytes: Buffer): Buffer | undefined {
    this.#header = Buffer.concat([this.#header, bytes]);
    const end = this.#header.indexOf(endOfHeader);
    // A refusal is one line, without a blank one after it.
    const isRefusal = /^LSL\/\d+ [345]\d\d/.test(this.#header.subarray(0, 20).toString('latin1'));
    if (end < 0 && !isRefusal) {
      if (this.#header.length > longestHeader) {
        throw new ContractError({
          code: 'feed-refused',
          message: `LSL stream "${this.#info.name}": ${longestHeader} bytes and no end of the header; is that an LSL outlet?`,
        });
      }
      return undefined;
    }
    const header = this.#header.subarray(0, end < 0 ? undefined : end).toString('latin1');
    const { littleEndian } = parseFeedAnswer(header, this.#info.uid);
    this.#reader = new SampleReader(this.#info.channelFormat, this.#info.channelCount, littleEndian);
    return this.#header.subarray(end + endOfHeader.length);
  }

  #checkPattern(stampS: number | undefined, values: LslValues): void {
    const offset = this.#patternsToCome.shift() as number;
    const expected = testPattern(this.#info.channelFormat, this.#info.channelCount, offset);
    const differing = expected.findIndex((value, channel) => value !== values[channel]);
    if (stampS !== testPatternStampS || differing >= 0) {
      throw new ContractError({
        code: 'wrong-test-pattern',
        message: `LSL stream "${this.#info.name}": test pattern differs at channel ${differing}: got ${values[differing]} at ${stampS} s, expected ${expected[differing]} at ${testPatternStampS} s; byte order or channel format is not what the header says`,
      });
    }
    if (this.#patternsToCome.length > 0) return;
    this.#isOpen = true;
    this.#opened.resolve();
  }
}

/**
 * Asks a stream for its full description, channels included.
 * @throws {@link HardwareError} code `no-connection`
 * @throws {@link ContractError} code `invalid-stream-info`
 */
export async function fetchFullInfo(info: LslStreamInfo, timeoutMs: number): Promise<LslStreamInfo> {
  const socket = connect({ host: info.address, port: info.dataPort, noDelay: true });
  const deadline = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  const parts: Buffer[] = [];
  let size = 0;
  try {
    socket.write('LSL:fullinfo\r\n');
    for await (const part of socket as AsyncIterable<Buffer>) {
      parts.push(part);
      size += part.length;
      if (size > longestFullInfo) throw new Error(`a description of over ${longestFullInfo} bytes`);
    }
  } catch (error) {
    throw noConnection(info, describeError(error));
  } finally {
    clearTimeout(deadline);
    socket.destroy();
  }
  const { address } = info;
  return { ...parseStreamInfo(Buffer.concat(parts).toString('utf8').trim(), address), address };
}

function noConnection(info: LslStreamInfo, reason: string): HardwareError {
  return new HardwareError({
    code: 'no-connection',
    message: `LSL stream "${info.name}" at ${info.address}:${info.dataPort}: ${reason}`,
    fields: { stream: info.name, address: info.address, port: info.dataPort },
  });
}
