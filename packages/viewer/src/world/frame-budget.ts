/** However slow the machine, the picture is no older than this, s⁻¹; the menu and the words beside it never wait for it. */
const slowestHz = 0.5;
/** Pixel ratios to fall back to where drawing is slow. */
const ratios = [2, 1, 0.75, 0.6] as const;
const slowMs = 110;
const quickMs = 35;
/** Frames to wait after a change of ratio before judging again. */
const settleFrames = 12;

export interface FrameLimits {
  readonly fastestHz: number;
  /** Share of the time that drawing may take. */
  readonly share: number;
  /** Pixel ratio to begin with. */
  readonly firstRatio: (typeof ratios)[number];
}

/** Limits where a graphics card draws. */
export const fullLimits: FrameLimits = { fastestHz: 30, share: 0.6, firstRatio: 2 };

/** Limits where a processor draws, which the robot's nodes may share. */
export const leanLimits: FrameLimits = { fastestHz: 15, share: 0.25, firstRatio: 0.75 };

/**
 * Decides when the next frame may be drawn and how fine: fewer and coarser where drawing is slow, so that a page without a
 * graphics card does not take the machine from the robot.
 */
export class FrameBudget {
  readonly #limits: FrameLimits;
  #nextMs = 0;
  #smoothedCostMs = 20;
  #smoothedPeriodMs = 500;
  #lastMs = 0;
  #level: number;
  #framesAtLevel = 0;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
    this.#level = ratios.indexOf(limits.firstRatio);
  }

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
    const wantedPeriodMs = this.#smoothedCostMs / this.#limits.share;
    const periodMs = Math.min(1000 / slowestHz, Math.max(1000 / this.#limits.fastestHz, wantedPeriodMs));
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
