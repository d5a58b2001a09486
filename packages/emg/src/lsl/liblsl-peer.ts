import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const script = join(import.meta.dirname, '../../python/liblsl_peer.py');
const answerTimeoutMs = 20_000;
/** Everything else as liblsl ships it; nothing leaves this machine. */
const machineOnly = '[multicast]\nResolveScope = machine\n[ports]\nIPv6 = disable\n[log]\nlevel = -2\n';

/** liblsl in a Python process of its own, for tests against an implementation that is not ours. */
export class LiblslPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #folder: string;
  #complaints = '';

  /** Starts it with the Python of `EFFERENT_PYTHON`, else `python3`; returns why there is none otherwise. */
  static async start(): Promise<LiblslPeer | string> {
    const peer = new LiblslPeer(process.env.EFFERENT_PYTHON ?? 'python3');
    try {
      await peer.#answer();
      return peer;
    } catch (error) {
      await peer.stop();
      return `no liblsl: ${String(error)}; pip install -r packages/emg/python/requirements.txt, and EFFERENT_PYTHON=<that python>`;
    }
  }

  private constructor(python: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'efferent-lsl-'));
    const configuration = join(this.#folder, 'lsl_api.cfg');
    writeFileSync(configuration, machineOnly);
    this.#process = spawn(python, [script], { env: { ...process.env, LSLAPICFG: configuration } });
    this.#process.on('error', (error) => {
      this.#complaints = error.message;
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Has it do one thing; see `liblsl_peer.py`. */
  async ask<Answer>(what: { readonly do: string } & Record<string, unknown>): Promise<Answer> {
    this.#process.stdin.write(`${JSON.stringify(what)}\n`);
    return (await this.#answer()) as Answer;
  }

  async stop(): Promise<void> {
    if (this.#process.pid !== undefined && this.#process.exitCode === null) {
      const exited = new Promise((resolve) => this.#process.once('exit', resolve));
      this.#process.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #answer(): Promise<unknown> {
    const watchdog = setTimeout(() => this.#process.kill('SIGKILL'), answerTimeoutMs);
    try {
      const line = await this.#lines.next();
      if (line.done !== true) return JSON.parse(line.value);
    } finally {
      clearTimeout(watchdog);
    }
    throw new Error(this.#complaints.trim().split('\n').at(-1) || 'it ended without an answer');
  }
}
