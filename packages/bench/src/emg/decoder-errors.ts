import type { Rng } from '@efferent/core';

/** Errors come in runs, as those of real decoders do: decisions of one run, on average. */
const meanRun = 3;

/**
 * Makes a decoder worse: an emulation, labelled as such wherever its figures stand.
 *
 * A share of the decisions on a forearm that is not silent is replaced by another class, drawn evenly, in runs of three
 * decisions on average. Silence stays silence: it is not the classifier that decides it.
 */
export class DecoderErrors {
  readonly #rng: Rng;
  readonly #beginChance: number;
  #run: string | undefined;

  /** @param share - decisions to replace, [0, 1) */
  constructor(rng: Rng, share: number) {
    this.#rng = rng;
    this.#beginChance = share / (meanRun * (1 - share));
  }

  /**
   * @param gesture - what the decoder decided
   * @param names - its classes
   * @returns what is passed on
   */
  pass(gesture: string, names: readonly string[]): string {
    if (this.#run !== undefined && this.#rng.chance(1 / meanRun)) this.#run = undefined;
    else if (this.#run === undefined && this.#rng.chance(this.#beginChance)) {
      const others = names.filter((name) => name !== gesture);
      this.#run = others.length === 0 ? undefined : this.#rng.pick(others);
    }
    return this.#run ?? gesture;
  }
}
