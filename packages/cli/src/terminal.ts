import type { Writable } from 'node:stream';
import pc from 'picocolors';

const labelWidth = 24;

/**
 * Prints aligned rows: a label, a text, and figures on the right. Colours and live lines only on a terminal.
 */
export class Terminal {
  readonly #stream: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly #colors: ReturnType<typeof pc.createColors>;
  #liveLine = '';

  /** @param stream - standard output, or standard error when standard output carries JSON */
  constructor(
    stream: Writable & { readonly isTTY?: boolean; readonly columns?: number },
    environment: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.#stream = stream;
    this.#colors = pc.createColors(stream.isTTY === true && (environment.NO_COLOR ?? '') === '');
  }

  get isInteractive(): boolean {
    return this.#stream.isTTY === true;
  }

  /** Prints one line as it is. */
  line(text = ''): void {
    this.clearLive();
    this.#stream.write(`${text}\n`);
  }

  /**
   * Prints `  label           text            right`. On a terminal a text alone goes on in the next lines; beside figures it is cut.
   *
   * @param tone - colours the text; the words carry the meaning, the colour only repeats it
   */
  row(label: string, text: string, options: { readonly right?: string; readonly tone?: Tone } = {}): void {
    const [first = '', ...rest] = options.right === undefined ? this.#wrap(text) : [text];
    this.line(this.#format(label, first, options));
    for (const line of rest) this.line(this.#format('', line, options));
  }

  /** Shows a row that the next print replaces; on a pipe nothing, so that logs stay plain. */
  live(label: string, text: string, right = ''): void {
    if (!this.isInteractive) return;
    const line = this.#format(label, text, { right, tone: 'running' });
    if (line === this.#liveLine) return;
    this.#liveLine = line;
    this.#stream.write(`\r\x1b[2K${line}`);
  }

  clearLive(): void {
    if (this.#liveLine === '') return;
    this.#liveLine = '';
    this.#stream.write('\r\x1b[2K');
  }

  strong(text: string): string {
    return this.#colors.bold(text);
  }

  get #width(): number {
    return Math.min(this.#stream.columns ?? 120, 120);
  }

  #wrap(text: string): readonly string[] {
    const room = Math.max(1, this.#width - 2 - labelWidth);
    if (!this.isInteractive || text.length <= room) return [text];
    const lines: string[] = [];
    let rest = text;
    while (rest.length > room) {
      const space = rest.lastIndexOf(' ', room);
      const end = space > 0 ? space : room;
      lines.push(rest.slice(0, end));
      rest = rest.slice(end).trimStart();
    }
    return [...lines, rest];
  }

  #format(label: string, text: string, options: { readonly right?: string; readonly tone?: Tone }): string {
    const right = options.right ?? '';
    const room = this.#width - 2 - labelWidth - (right === '' ? 0 : right.length + 2);
    const shown =
      this.isInteractive && text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;
    const padded = right === '' ? shown : `${shown.padEnd(Math.max(shown.length, room))}  ${right}`;
    const paint = tones[options.tone ?? 'plain'];
    return `  ${this.#colors.dim(label.padEnd(labelWidth - 1))} ${paint === undefined ? padded : this.#colors[paint](padded)}`;
  }
}

export type Tone = 'plain' | 'running' | 'good' | 'waiting' | 'bad';

const tones = { plain: undefined, running: 'blue', good: 'green', waiting: 'yellow', bad: 'red' } as const;

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
