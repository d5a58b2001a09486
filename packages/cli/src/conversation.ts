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
    this.#lines.on('line', (line) => this.#take(line));
    this.#lines.on('close', () => this.close());
    signal.addEventListener('abort', () => this.close(), { once: true });
  }

  /** Yields what is typed until the input ends, also while the robot works; answers to questions are taken out. */
  async *instructions(): AsyncGenerator<string> {
    for (;;) {
      const line = await this.#next();
      if (line === undefined) return;
      if (line.trim() !== '') yield line.trim();
    }
  }

  /**
   * Asks and returns what was typed; a number picks one of the choices. What cannot be an answer is an instruction. Never
   * resolves when the input has ended, so that the viewer can still answer.
   */
  async ask(question: string, choices: readonly string[], signal: AbortSignal): Promise<string> {
    this.#terminal.row('question', question, { tone: 'waiting' });
    choices.forEach((choice, i) => {
      this.#terminal.row('', `${i + 1}  ${choice}`);
    });
    this.prompt('  answer:');
    for (;;) {
      const line = await this.#next(signal, true);
      if (line === undefined) return new Promise(() => undefined);
      const answer = choices[Number(line) - 1] ?? line.trim();
      if (isAnswer(answer, choices)) return answer;
      this.#take(line);
    }
  }

  prompt(text: string): void {
    this.#terminal.clearLive();
    if (this.#terminal.isInteractive) process.stdout.write(`${text} `);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#lines.close();
    for (const each of this.#waiting.splice(0)) each.take(undefined);
  }

  #take(line: string): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#early.push(line);
    else next.take(line);
  }

  /** @param isFirst - before those who wait already */
  #next(signal?: AbortSignal, isFirst = false): Promise<string | undefined> {
    const early = isFirst ? undefined : this.#early.shift();
    if (early !== undefined) return Promise.resolve(early);
    if (this.#isClosed || signal?.aborted === true) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const entry = { take: resolve };
      if (isFirst) this.#waiting.unshift(entry);
      else this.#waiting.push(entry);
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

/** Tells whether a line is one of the choices or some of its words; without choices everything is an answer. */
function isAnswer(line: string, choices: readonly string[]): boolean {
  const wordsOf = (text: string) =>
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== '' && word !== 'the');
  const words = wordsOf(line);
  return (
    choices.length === 0 ||
    (words.length > 0 && choices.some((choice) => words.every((word) => wordsOf(choice).includes(word))))
  );
}
