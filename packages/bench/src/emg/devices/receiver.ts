import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { join } from 'node:path';
import { bitsFromMicrovolt, rowOf } from './numbered-supply.ts';
import { bytesOfPickledList } from './pickled-list.ts';

/** Who reads the device: LibEMG's streamer, or our source. */
export type ReceiverName = 'libemg' | 'efferent';

/** LibEMG's class takes no other. */
const devicePort = 45_454;

/** A row that came out at the other end. */
export interface ReceivedRow {
  readonly row: number;
  readonly atMs: number;
}

/** A process that reads the device, and what came of it. */
export class Receiver {
  readonly port = devicePort;
  readonly rows: ReceivedRow[] = [];
  /** Pieces that were passed on and are no row of the device. */
  brokenCount = 0;
  /** What the process said, newest last. */
  said = '';
  readonly #socket: Socket;
  readonly #process: ChildProcess;

  /** Starts it; it listens some time later. */
  static async start(name: ReceiverName): Promise<Receiver> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const udpPort = String(socket.address().port);
    const process_ =
      name === 'libemg'
        ? spawn(process.env.EFFERENT_PYTHON ?? 'python3', [
            '-u',
            join(import.meta.dirname, '../../../python/libemg_sessantaquattro.py'),
            udpPort,
          ])
        : spawn(process.execPath, [
            join(import.meta.dirname, 'source-process.ts'),
            udpPort,
            String(devicePort),
          ]);
    return new Receiver(socket, process_, name);
  }

  private constructor(socket: Socket, child: ChildProcess, name: ReceiverName) {
    this.#socket = socket;
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said = (this.said + text).slice(-2000);
      });
    child.on('error', (error) => {
      this.said += error.message;
    });
    socket.on('message', (data) => {
      const atMs = performance.now();
      for (const bits of name === 'libemg' ? [bigEndian(data)] : frameRows(data)) {
        const row = rowOf(bits);
        if (row === undefined) this.brokenCount += 1;
        else this.rows.push({ row, atMs });
      }
    });
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async stop(): Promise<void> {
    if (!this.hasEnded) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await ended;
    }
    this.#socket.close();
  }
}

/** LibEMG passes on the bytes of the electrodes, AUX left out. */
function bigEndian(pickled: Uint8Array): readonly number[] {
  const bytes = Buffer.from(bytesOfPickledList(pickled));
  return Array.from({ length: Math.min(64, bytes.length >> 1) }, (_, i) => bytes.readInt16BE(2 * i));
}

function frameRows(data: Buffer): readonly (readonly number[])[] {
  const samples = new Float32Array(new Uint8Array(data).buffer);
  return Array.from({ length: samples.length / 64 }, (_, i) =>
    bitsFromMicrovolt(samples.subarray(64 * i, 64 * i + 64)),
  );
}
