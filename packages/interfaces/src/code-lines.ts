/**
 * Statements of a generated function that moves an offset `o` over bytes `b`.
 *
 * Values of fixed size that follow each other are a run: they are addressed relative to where it starts, their bounds
 * are checked once, and `o` is moved once. What is known of `o` modulo 8 decides which paddings need no code.
 */
export class CodeLines {
  /** Statements that run once, before the function is there. */
  setUp = '';
  readonly #lines: string[] = [];
  readonly #payloadOffset: number;
  readonly #isWriting: boolean;
  /** `o` modulo `#modulus` is `#rest`, both relative to the payload. */
  #modulus = 8;
  #rest = 0;
  #run: { readonly line: number; bytes: number } | undefined;
  #names = 0;

  /**
   * @param payloadOffset - `o` modulo 8 where the payload starts
   * @param isWriting - paddings are filled with zeros, and no bounds are checked against `n`
   */
  constructor(payloadOffset: 0 | 4, isWriting: boolean) {
    this.#payloadOffset = payloadOffset;
    this.#isWriting = isWriting;
  }

  /** Returns a name that is not taken. */
  name(): string {
    return `v${this.#names++}`;
  }

  add(line: string): void {
    this.#lines.push(line);
  }

  /** Makes room for one value and returns the expression of its offset. */
  place(size: number): string {
    if (this.#modulus < size) this.align(size);
    this.#run ??= { line: this.#lines.push('') - 1, bytes: 0 };
    const padding = (size - (this.#rest % size)) % size;
    if (this.#isWriting) for (let i = 0; i < padding; i++) this.add(`b[o + ${this.#run.bytes + i}] = 0;`);
    const at = this.#run.bytes + padding;
    this.#run.bytes = at + size;
    this.#rest = (this.#rest + padding + size) % this.#modulus;
    return `o + ${at}`;
  }

  /** Ends a run: from here on `o` is where the next value goes. */
  settle(): void {
    if (this.#run === undefined) return;
    const { line, bytes } = this.#run;
    this.#run = undefined;
    if (!this.#isWriting) this.#lines[line] = `if (o + ${bytes} > n) return undefined;`;
    this.add(`o += ${bytes};`);
  }

  /** Ends a run and aligns `o`. */
  align(size: number): void {
    this.settle();
    if (this.#modulus >= size && this.#rest % size === 0) return;
    const base = this.#payloadOffset % size;
    if (this.#isWriting) this.add(`while ((o & ${size - 1}) !== ${base}) b[o++] = 0;`);
    else this.add(`o = ((o - ${base} + ${size - 1}) & -${size}) + ${base};`);
    this.forget(size);
  }

  /** After something of any length: all that is known of `o` is that it is a multiple of `modulus` into the payload. */
  forget(modulus: number): void {
    this.settle();
    this.#modulus = modulus;
    this.#rest = 0;
  }

  /** After `bytes` bytes that `o` was moved over. */
  skipped(bytes: number): void {
    this.#rest = (this.#rest + bytes) % this.#modulus;
  }

  toString(): string {
    this.settle();
    return this.#lines.join('\n');
  }
}
