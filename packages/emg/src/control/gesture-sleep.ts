/** Between two motions of the agent nobody is asked to wake up: it is at work for so long after each. */
const agentPauseNs = 5_000_000_000n;

/** Falls asleep when no gesture was made for a while: one that comes then is more likely an accident than a wish. */
export class GestureSleep {
  readonly #afterS: number | undefined;
  /** When a gesture was last decided while awake, or the first decision came. */
  #usedNs: bigint | undefined;
  #agentMovedNs: bigint | undefined;
  #isAsleep = false;
  #agentIsAtWork = false;

  /** @param afterS - without a gesture, s; never without it */
  constructor(afterS: number | undefined) {
    this.#afterS = afterS;
  }

  get isAsleep(): boolean {
    return this.#isAsleep;
  }

  /** Whether the agent moves the robot, or has just moved it. */
  get agentIsAtWork(): boolean {
    return this.#agentIsAtWork;
  }

  /**
   * Takes a decision.
   *
   * @param agent - whether the agent moves the robot now, and whether it is the agent's to move
   * @returns true when it has just fallen asleep; it does not while the robot is the agent's
   */
  update(
    hasGesture: boolean,
    agent: { readonly moves: boolean; readonly hasRobot: boolean },
    nowNs: bigint,
  ): boolean {
    this.#usedNs ??= nowNs;
    if (agent.moves) this.#agentMovedNs = nowNs;
    this.#agentIsAtWork = this.#agentMovedNs !== undefined && nowNs - this.#agentMovedNs < agentPauseNs;
    if (this.#isAsleep || this.#afterS === undefined) return false;
    const idleS = Number(nowNs - this.#usedNs) / 1e9;
    if (hasGesture) this.#usedNs = nowNs;
    this.#isAsleep = idleS >= this.#afterS && !agent.hasRobot;
    return this.#isAsleep;
  }

  wake(nowNs: bigint): void {
    this.#isAsleep = false;
    this.#usedNs = nowNs;
  }
}
