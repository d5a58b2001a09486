import { createInterface, type Interface } from 'node:readline';
import type { Terminal } from './terminal.ts';

/** What a person types: instructions, and answers to questions. */
export class Conversation {
  readonly #terminal: Terminal;
  readonly #lines: Interface;
  readonly #waiting: { readonly take: (line: string | undefined) => void }[] = [];
  /** Lines typed while nobody waited for one. */
  readonly #early: string[] = [];
  #isClosed = false;

  constructor(terminal: Terminal, signal: AbortSignal) {
    this.#terminal = terminal;
    this.#lines = createInterface({ input: process.stdin, terminal: false });
    this.#lines.on('line', (line) => {
      const next = this.#waiting.shift();
      if (next === undefined) this.#early.push(line);
      else next.take(line);
    });
    this.#lines.on('close', () => this.close());
    signal.addEventListener('abort', () => this.close(), { once: true });
  }

  /** Yields instructions until the input ends. */
  async *instructions(prompt: string): AsyncGenerator<string> {
    for (;;) {
      this.#prompt(`${prompt} `);
      const line = await this.#next();
      if (line === undefined) return;
      if (line.trim() !== '') yield line.trim();
    }
  }

  /**
   * Asks and returns what was typed; a number picks one of the choices. Never resolves when the input has ended, so
   * that the viewer can still answer.
   */
  async ask(question: string, choices: readonly string[], signal: AbortSignal): Promise<string> {
    this.#terminal.row('question', question, { tone: 'waiting' });
    choices.forEach((choice, i) => {
      this.#terminal.row('', `${i + 1}  ${choice}`);
    });
    this.#prompt('  answer: ');
    const line = await this.#next(signal);
    if (line === undefined) return new Promise(() => undefined);
    return choices[Number(line) - 1] ?? line.trim();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#lines.close();
    for (const each of this.#waiting.splice(0)) each.take(undefined);
  }

  #prompt(text: string): void {
    this.#terminal.clearLive();
    if (this.#terminal.isInteractive) process.stdout.write(text);
  }

  #next(signal?: AbortSignal): Promise<string | undefined> {
    const early = this.#early.shift();
    if (early !== undefined) return Promise.resolve(early);
    if (this.#isClosed || signal?.aborted === true) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const entry = { take: resolve };
      this.#waiting.push(entry);
      signal?.addEventListener(
        'abort',
        () => {
          const index = this.#waiting.indexOf(entry);
          if (index >= 0) this.#waiting.splice(index, 1);
          resolve(undefined);
        },
        { once: true },
      );
    });
  }
}
