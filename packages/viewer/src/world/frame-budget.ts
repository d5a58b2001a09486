const fastestHz = 30;
const slowestHz = 4;
/** Share of the time that drawing may take when there is no graphics card. */
const drawingShare = 0.5;
/** Pixel ratios to fall back to where drawing is slow. */
const ratios = [2, 1, 0.75, 0.55] as const;
const slowMs = 110;
const quickMs = 35;
/** Frames to wait after a change of ratio before judging again. */
const settleFrames = 12;

/**
 * Decides when the next frame may be drawn and how fine: at most 30 a second, and fewer and coarser where drawing is slow,
 * so that a page without a graphics card does not take the machine from the robot.
 */
export class FrameBudget {
  #nextMs = 0;
  #smoothedCostMs = 20;
  #smoothedPeriodMs = 1000 / fastestHz;
  #lastMs = 0;
  #level = 0;
  #framesAtLevel = 0;

  /** Frames drawn a second of late. */
  get framesPerSecond(): number {
    return 1000 / this.#smoothedPeriodMs;
  }

  /** Highest pixel ratio that this machine draws in time. */
  get pixelRatioLimit(): number {
    return ratios[this.#level] ?? 1;
  }

  mayDraw(nowMs: number): boolean {
    return nowMs >= this.#nextMs;
  }

  /**
   * Tells that a frame is on screen at `nowMs`, `costMs` after its drawing began.
   * @returns true when {@link pixelRatioLimit} has changed
   */
  drew(nowMs: number, costMs: number): boolean {
    this.#smoothedCostMs += 0.15 * (costMs - this.#smoothedCostMs);
    const wantedPeriodMs = this.#smoothedCostMs / drawingShare;
    const periodMs = Math.min(1000 / slowestHz, Math.max(1000 / fastestHz, wantedPeriodMs));
    // A few milliseconds early, because animation frames come in steps of 16.7 ms.
    this.#nextMs = nowMs - costMs + periodMs - 4;
    if (this.#lastMs > 0) this.#smoothedPeriodMs += 0.1 * (nowMs - this.#lastMs - this.#smoothedPeriodMs);
    this.#lastMs = nowMs;
    return this.#adaptRatio();
  }

  #adaptRatio(): boolean {
    this.#framesAtLevel++;
    if (this.#framesAtLevel < settleFrames) return false;
    const isTooSlow = this.#smoothedCostMs > slowMs && this.#level < ratios.length - 1;
    const isQuick = this.#smoothedCostMs < quickMs && this.#level > 0;
    if (!isTooSlow && !isQuick) return false;
    this.#level += isTooSlow ? 1 : -1;
    this.#framesAtLevel = 0;
    return true;
  }
}
