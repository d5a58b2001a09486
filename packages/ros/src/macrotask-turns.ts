/** Turns asked for at once. */
const turnsAhead = 64;

/**
 * Turns of the event loop, each of which comes when all promises have settled.
 *
 * Immediates are set in batches: Node settles promises after every one of them, but polls for input once a batch, and
 * that poll costs several times as much as the rest of a turn.
 */
export class MacrotaskTurns {
  #left = 0;
  #resolve: (() => void) | undefined;

  /** Resolves in the next turn. One caller at a time. */
  next(): Promise<void> {
    return new Promise(this.#wait);
  }

  readonly #wait = (resolve: () => void): void => {
    this.#resolve = resolve;
    if (this.#left > 0) return;
    this.#left = turnsAhead;
    for (let i = 0; i < turnsAhead; i++) setImmediate(this.#turn);
  };

  readonly #turn = (): void => {
    this.#left--;
    const resolve = this.#resolve;
    this.#resolve = undefined;
    resolve?.();
  };
}
