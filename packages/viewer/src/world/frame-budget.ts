const fastestHz = 30;
const slowestHz = 6;
/** Share of one processor core that drawing may take when there is no graphics card. */
const drawingShare = 0.4;

/**
 * Decides when the next frame may be drawn: at most 30 a second, and fewer where drawing is slow, so that a page without a
 * graphics card does not take the machine from the robot.
 */
export class FrameBudget {
  #nextMs = 0;
  #smoothedCostMs = 5;
  #smoothedPeriodMs = 1000 / fastestHz;
  #lastMs = 0;

  /** Frames drawn a second of late. */
  get framesPerSecond(): number {
    return 1000 / this.#smoothedPeriodMs;
  }

  /** Highest pixel ratio worth drawing at. */
  get pixelRatioLimit(): number {
    return 2;
  }

  mayDraw(nowMs: number): boolean {
    return nowMs >= this.#nextMs;
  }

  /** Tells that a frame was drawn at `nowMs` and took `costMs`. */
  drew(nowMs: number, costMs: number): void {
    this.#smoothedCostMs += 0.1 * (costMs - this.#smoothedCostMs);
    const wantedPeriodMs = this.#smoothedCostMs / drawingShare;
    const periodMs = Math.min(1000 / slowestHz, Math.max(1000 / fastestHz, wantedPeriodMs));
    // A few milliseconds early, because animation frames come in steps of 16.7 ms.
    this.#nextMs = nowMs + periodMs - 4;
    if (this.#lastMs > 0) this.#smoothedPeriodMs += 0.1 * (nowMs - this.#lastMs - this.#smoothedPeriodMs);
    this.#lastMs = nowMs;
  }
}
