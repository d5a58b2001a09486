import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigurationError } from '@efferent/core';

/** What one split trains on and is tested on, by index of a window. */
export interface Split {
  readonly name: string;
  readonly train: readonly number[];
  readonly test: readonly number[];
}

/** Windows of one person in a file, and the splits to try. */
export interface LibemgJob {
  /** float32 samples, `[sample, channel]`, row-major, µV. */
  readonly file: string;
  readonly channels: number;
  /** Length of a window, samples. */
  readonly window: number;
  /** One past the last sample of each window. */
  readonly ends: readonly number[];
  readonly labels: readonly number[];
  readonly evaluations: readonly Split[];
}

export interface LibemgEvaluation {
  readonly name: string;
  /** Class of each tested window, in the order of the split's `test`. */
  readonly predictions: readonly number[];
  /** Probability of that class. */
  readonly confidences: readonly number[];
}

const script = join(import.meta.dirname, '../../python/libemg_peer.py');
/** Importing LibEMG compiles Python on the first start, on machines that may be busy. */
const startTimeoutMs = 600_000;
const jobTimeoutMs = 600_000;

/** LibEMG in a Python process of its own. */
export class LibemgPeer {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #complaints = '';

  /**
   * Starts it with the Python of `EFFERENT_PYTHON`, else `python3`.
   * @throws {@link ConfigurationError} code `no-libemg` that says how to install it
   */
  static async start(): Promise<LibemgPeer> {
    const peer = new LibemgPeer(process.env.EFFERENT_PYTHON ?? 'python3');
    await peer.#answer(startTimeoutMs);
    return peer;
  }

  private constructor(python: string) {
    this.#process = spawn(python, [script], { stdio: 'pipe' });
    this.#process.on('error', (error) => {
      this.#complaints = error.message;
    });
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-2000);
    });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** Runs HTD features and LDA over the splits of a job. */
  async run(job: LibemgJob): Promise<readonly LibemgEvaluation[]> {
    this.#process.stdin.write(`${JSON.stringify(job)}\n`);
    const { evaluations } = (await this.#answer(jobTimeoutMs)) as { evaluations: LibemgEvaluation[] };
    return evaluations;
  }

  stop(): void {
    this.#process.kill('SIGKILL');
  }

  async #answer(timeoutMs: number): Promise<unknown> {
    const watchdog = setTimeout(() => this.#process.kill('SIGKILL'), timeoutMs);
    try {
      const line = await this.#lines.next();
      if (line.done !== true) return JSON.parse(line.value);
    } finally {
      clearTimeout(watchdog);
    }
    throw new ConfigurationError({
      code: 'no-libemg',
      message: `LibEMG did not answer: ${this.#complaints.trim().split('\n').at(-1) ?? ''}; expected a Python with it: pip install -r packages/bench/python/requirements.txt, and EFFERENT_PYTHON=<that python>`,
    });
  }
}
