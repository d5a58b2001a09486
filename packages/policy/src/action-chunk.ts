/** Steps through action chunks with a receding horizon: asks for a new chunk after some of its actions. */
export class ActionChunk {
  readonly #actionCount: number;
  readonly #executeLength: number;
  readonly #actions: Float32Array;
  #next: number;

  constructor(chunkLength: number, executeLength: number, actionCount: number) {
    this.#actionCount = actionCount;
    this.#executeLength = executeLength;
    this.#actions = new Float32Array(chunkLength * actionCount);
    this.#next = executeLength;
  }

  /** True when a new chunk is due. */
  get isSpent(): boolean {
    return this.#next >= this.#executeLength;
  }

  /** Takes a new chunk `[chunk, actions]`, row-major; copies it. */
  replace(chunk: Float32Array): void {
    this.#actions.set(chunk);
    this.#next = 0;
  }

  /** Writes the next action into `out` and moves on. Returns false, and writes nothing, when none is left. */
  take(out: Float32Array): boolean {
    const start = this.#next * this.#actionCount;
    if (start >= this.#actions.length) return false;
    for (let i = 0; i < this.#actionCount; i++) out[i] = this.#actions[start + i]!;
    this.#next += 1;
    return true;
  }
}
