import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { ContractError, describeError, HardwareError } from '@efferent/core';
import {
  type LslChannelFormat,
  testPattern,
  testPatternOffsets,
  testPatternStampS,
} from './channel-format.ts';
import { protocolVersion } from './feed-header.ts';
import { FeedSession, type FeedSource } from './feed-session.ts';
import { lslNowS } from './lsl-clock.ts';
import { OutletService } from './outlet-service.ts';
import { listenOnServicePort } from './ports.ts';
import { writeSamples, writeTexts } from './sample-writer.ts';
import {
  defaultSession,
  formatStreamInfo,
  type LslStreamDescription,
  type LslStreamInfo,
} from './stream-info.ts';
import { createQueryMatcher } from './stream-query.ts';

/** Serves a stream to any number of Lab Streaming Layer inlets. */
export class LslOutlet {
  readonly info: LslStreamInfo;
  readonly #server: Server;
  readonly #service: OutletService;
  readonly #sessions = new Set<FeedSession>();

  /**
   * Opens an outlet.
   *
   * @param host - IPv4 address to listen on; the loopback serves this machine alone
   * @throws {@link HardwareError} code `no-outlet` when the address cannot be listened on
   */
  static async open(description: LslStreamDescription, host = '127.0.0.1'): Promise<LslOutlet> {
    const server = createServer();
    try {
      await listenOnServicePort(server, host);
      const service = await OutletService.open(host);
      const info: LslStreamInfo = {
        ...description,
        uid: randomUUID(),
        hostname: hostname(),
        sessionId: defaultSession,
        version: protocolVersion,
        createdAtS: lslNowS(),
        address: '',
        dataPort: portOf(server),
        servicePort: service.port,
      };
      return new LslOutlet(info, await createQueryMatcher(info), server, service);
    } catch (error) {
      server.close();
      throw new HardwareError({
        code: 'no-outlet',
        message: `LSL outlet "${description.name}" cannot listen on ${host}: ${describeError(error)}; give an IPv4 address of this machine`,
        cause: error,
      });
    }
  }

  private constructor(
    info: LslStreamInfo,
    matches: (query: string) => boolean,
    server: Server,
    service: OutletService,
  ) {
    this.info = info;
    this.#server = server;
    this.#service = service;
    const source: FeedSource = {
      uid: info.uid,
      testPatterns: encodeTestPatterns(info.channelFormat, info.channelCount),
      fullInfo: formatStreamInfo(info, true),
      shortInfo: formatStreamInfo(info, false),
      matches,
    };
    server.on('connection', (socket) => {
      const session = new FeedSession(socket, source);
      this.#sessions.add(session);
      socket.on('close', () => this.#sessions.delete(session));
    });
    service.serve(info, matches);
  }

  /** Inlets that get samples now. */
  get inletCount(): number {
    let count = 0;
    for (const session of this.#sessions) if (session.isFeeding) count += 1;
    return count;
  }

  /**
   * Sends consecutive samples.
   *
   * @param samples - `[sample, channel]`, row-major
   * @param stampS - time of the first one on LSL's clock, s; the others follow at the nominal rate
   */
  push(samples: ArrayLike<number>, stampS: number): void {
    const { channelFormat, channelCount } = this.info;
    if (channelFormat === 'string' || samples.length === 0 || samples.length % channelCount !== 0) {
      throw new ContractError({
        code: 'wrong-shape',
        message: `LSL outlet "${this.info.name}": ${samples.length} numbers for ${channelCount} channels of ${channelFormat}`,
      });
    }
    if (this.inletCount === 0) return;
    this.#send(writeSamples(channelFormat, channelCount, samples, stampS), samples.length / channelCount);
  }

  /** Sends one sample of texts, one a channel; `stampS` as in {@link push}. */
  pushTexts(texts: readonly string[], stampS: number): void {
    const { channelFormat, channelCount } = this.info;
    if (channelFormat !== 'string' || texts.length !== channelCount) {
      throw new ContractError({
        code: 'wrong-shape',
        message: `LSL outlet "${this.info.name}": ${texts.length} texts for ${channelCount} channels of ${channelFormat}`,
      });
    }
    this.#send(writeTexts(texts, stampS), 1);
  }

  /** Ends the stream: inlets see their connection close. */
  async close(): Promise<void> {
    this.#service.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    await closed;
  }

  #send(bytes: Buffer, sampleCount: number): void {
    for (const session of this.#sessions) if (session.isFeeding) session.send({ bytes, sampleCount });
  }
}

function encodeTestPatterns(format: LslChannelFormat, channelCount: number): Buffer {
  return Buffer.concat(
    testPatternOffsets.map((offset) => {
      const values = testPattern(format, channelCount, offset);
      return values instanceof Float64Array
        ? writeSamples(format as Exclude<LslChannelFormat, 'string'>, channelCount, values, testPatternStampS)
        : writeTexts(values, testPatternStampS);
    }),
  );
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
