import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** Loss and delay that the relay measured itself. */
export interface LineCount {
  readonly frames: number;
  readonly lossPercent: number;
  readonly delayMs: number;
}

const answerLimitMs = 60_000;

/** Why no hosts can be made here; undefined when they can. */
export function labProblem(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  if (!existsSync('/dev/net/tun')) return 'no /dev/net/tun for TAP devices';
  return undefined;
}

/** A line-based conversation with a process. */
export class Program {
  readonly #child: ChildProcess;
  readonly #answers: ((line: string) => boolean)[] = [];
  readonly #ended: Promise<never>;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.#ended = once(child, 'exit').then(([code, signal]) => {
      throw new Error(`the program ended: ${code ?? signal}`);
    });
    // Whoever asks it something hears of its end.
    this.#ended.catch(() => undefined);
    const lines: Interface = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on('line', (line) => {
      const index = this.#answers.findIndex((wants) => wants(line));
      if (index >= 0) this.#answers.splice(index, 1);
    });
  }

  /** Tells it something. */
  tell(order: string): void {
    this.#child.stdin?.write(`${order}\n`);
  }

  /** Waits for the next line that `isWanted`. */
  line(isWanted: (line: string) => boolean): Promise<string> {
    let limit: NodeJS.Timeout | undefined;
    const answer = new Promise<string>((resolve, reject) => {
      limit = setTimeout(() => reject(new Error('the program does not answer')), answerLimitMs);
      this.#answers.push((line) => {
        if (isWanted(line)) resolve(line);
        return isWanted(line);
      });
    });
    return Promise.race([answer, this.#ended]).finally(() => clearTimeout(limit));
  }

  /** Tells it something and waits for the answer to that. */
  async ask<Answer>(order: string): Promise<Answer> {
    const what = order.split(' ')[0];
    const answer = this.line((line) => line.includes(`"what":"${what}"`));
    this.tell(order);
    return JSON.parse(await answer) as Answer;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}

/** Hosts on this machine, joined by a relay. */
export class Lab {
  readonly #relay: Program;
  readonly #spaces: readonly string[];
  readonly #programs: Program[] = [];

  private constructor(relay: Program, spaces: readonly string[]) {
    this.#relay = relay;
    this.#spaces = spaces;
  }

  /**
   * Builds the relay into a folder and starts it.
   *
   * @returns why it cannot work here, instead of a lab, when there is no compiler or the kernel refuses
   */
  static async open(folder: string, hosts: number): Promise<Lab | string> {
    const program = join(folder, 'relay');
    try {
      execFileSync('cc', ['-O1', join(import.meta.dirname, 'relay.c'), '-o', program]);
    } catch (error) {
      // Only a missing compiler may skip tests; a relay that does not compile must fail them.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return 'no C compiler (cc) for the relay between hosts';
    }
    const child = spawn(program, [String(hosts)], { stdio: 'pipe' });
    let complaint = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text;
    });
    const relay = new Program(child);
    try {
      const spaces = (await relay.line(() => true)).trim().split(' ');
      return new Lab(relay, spaces);
    } catch {
      return complaint.trim();
    }
  }

  /** Starts a program of `hosts/` on a host, and waits until it is ready. */
  async start(host: number, name: string, environment: Readonly<Record<string, string>>): Promise<Program> {
    const program = this.run(host, [join(import.meta.dirname, 'hosts', `${name}-process.ts`)], environment);
    await program.line((line) => line.includes('"ready"'));
    return program;
  }

  /** Runs Node on a host. */
  run(host: number, argv: readonly string[], environment: Readonly<Record<string, string>>): Program {
    const child = spawn('nsenter', [`--net=${this.#spaces[host]}`, process.execPath, ...argv], {
      env: { ...process.env, ROS_AUTOMATIC_DISCOVERY_RANGE: 'SUBNET', ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const program = new Program(child);
    this.#programs.push(program);
    return program;
  }

  /** Sets the share of lost frames, percent, and how long each takes from host to host. */
  setLine(lossPercent: number, delayMs: number): void {
    this.#relay.tell(`loss ${lossPercent}\ndelay ${delayMs}`);
  }

  pull(host: number): void {
    this.#relay.tell(`cut ${host}`);
  }

  putBack(host: number): void {
    this.#relay.tell(`join ${host}`);
  }

  /** What the relay measured since it was last asked. */
  async count(): Promise<LineCount> {
    const answer = this.#relay.line((line) => line.startsWith('{'));
    this.#relay.tell('count');
    return JSON.parse(await answer) as LineCount;
  }

  async close(): Promise<void> {
    for (const program of this.#programs) await program.stop();
    await this.#relay.stop();
  }
}
