import type { Socket } from 'node:net';
import { formatFeedAnswer, longestHeader, parseHeaderFields, protocolVersion } from './feed-header.ts';

/** What a session needs to know of its outlet. */
export interface FeedSource {
  readonly uid: string;
  /** Both test patterns as they are sent. */
  readonly testPatterns: Buffer;
  readonly fullInfo: string;
  readonly shortInfo: string;
  matches(query: string): boolean;
}

/** A peer that says nothing for this long after connecting is let go, ms. */
const requestTimeoutMs = 5000;

interface Chunk {
  readonly bytes: Buffer;
  readonly sampleCount: number;
}

/** One reader that is connected to an outlet. */
export class FeedSession {
  readonly #socket: Socket;
  readonly #source: FeedSource;
  readonly #waiting: Chunk[] = [];
  #waitingSamples = 0;
  #bufferSamples = 0;
  #request = '';
  #isBlocked = false;
  /** Samples that this reader was too slow for. */
  droppedSamples = 0;

  constructor(socket: Socket, source: FeedSource) {
    this.#socket = socket;
    this.#source = source;
    socket.setNoDelay(true);
    socket.setTimeout(requestTimeoutMs, () => {
      if (!this.isFeeding) socket.destroy();
    });
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      if (!this.isFeeding) this.#read(String(text));
    });
    socket.on('drain', () => this.#flush());
    socket.on('error', () => socket.destroy());
  }

  get isFeeding(): boolean {
    return this.#bufferSamples > 0;
  }

  /** Sends a chunk; when the reader does not keep up, its oldest chunks are dropped. */
  send(chunk: Chunk): void {
    this.#waiting.push(chunk);
    this.#waitingSamples += chunk.sampleCount;
    if (!this.#isBlocked) this.#flush();
    while (this.#waitingSamples > this.#bufferSamples && this.#waiting.length > 1) {
      const { sampleCount } = this.#waiting.shift() as Chunk;
      this.#waitingSamples -= sampleCount;
      this.droppedSamples += sampleCount;
    }
  }

  close(): void {
    this.#socket.destroy();
  }

  #flush(): void {
    this.#isBlocked = false;
    while (!this.#isBlocked && this.#waiting.length > 0) {
      const { bytes, sampleCount } = this.#waiting.shift() as Chunk;
      this.#waitingSamples -= sampleCount;
      this.#isBlocked = !this.#socket.write(bytes);
    }
  }

  #read(text: string): void {
    this.#request += text;
    if (this.#request.length > longestHeader) this.#socket.destroy();
    const [method = '', ...lines] = this.#request.split('\r\n');
    if (lines.length === 0) return;
    if (method === 'LSL:fullinfo') this.#socket.end(this.#source.fullInfo);
    else if (method === 'LSL:shortinfo') this.#answerQuery(lines);
    else if (method.startsWith('LSL:streamfeed/')) this.#answerFeed(method, lines);
    else this.#socket.destroy();
  }

  #answerQuery(lines: readonly string[]): void {
    if (lines.length < 2) return;
    this.#socket.end(this.#source.matches((lines[0] as string).trim()) ? this.#source.shortInfo : '');
  }

  #answerFeed(method: string, lines: readonly string[]): void {
    const blank = lines.indexOf('');
    if (blank < 0 || blank === lines.length - 1) return;
    const [version = '', uid = ''] = method.slice('LSL:streamfeed/'.length).split(' ');
    if (!(Number(version) >= protocolVersion && Number(version) < 200)) {
      this.#socket.end(`LSL/${protocolVersion} 505 Version not supported\r\n\r\n`);
    } else if (uid !== '' && uid !== this.#source.uid) {
      this.#socket.end(`LSL/${protocolVersion} 404 Not found\r\n\r\n`);
    } else {
      const bufferSamples = Number(parseHeaderFields(lines).get('max-buffer-length'));
      this.#socket.write(
        Buffer.concat([Buffer.from(formatFeedAnswer(this.#source.uid)), this.#source.testPatterns]),
      );
      if (bufferSamples > 0) this.#bufferSamples = bufferSamples;
    }
  }
}
