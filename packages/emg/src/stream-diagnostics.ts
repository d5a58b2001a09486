import { nsToSeconds } from '@efferent/core';

/** Levels of diagnostic_msgs/msg/DiagnosticStatus. */
const level = { ok: 0, warn: 1, stale: 3 } as const;

/** One entry of `/diagnostics`. */
export interface StreamStatus {
  readonly level: number;
  readonly name: string;
  readonly message: string;
  readonly values: readonly { readonly key: string; readonly value: string }[];
}

/** Watches a stream that should tick at a rate and lose nothing. */
export class StreamDiagnostics {
  readonly #name: string;
  readonly #expectedHz: number;
  #ticks = 0;
  #losses = 0;
  #sinceNs: bigint;

  /** @param expectedHz - rate below 80 % of which the stream is reported, Hz */
  constructor(name: string, expectedHz: number, nowNs: bigint) {
    this.#name = name;
    this.#expectedHz = expectedHz;
    this.#sinceNs = nowNs;
  }

  countTick(): void {
    this.#ticks += 1;
  }

  countLoss(): void {
    this.#losses += 1;
  }

  /** Reports the time since the last report and starts counting afresh. */
  report(nowNs: bigint): StreamStatus {
    const elapsedS = nsToSeconds(nowNs - this.#sinceNs);
    const rateHz = elapsedS > 0 ? this.#ticks / elapsedS : 0;
    const isSlow = rateHz < 0.8 * this.#expectedHz;
    const status: StreamStatus = {
      level: this.#ticks === 0 ? level.stale : isSlow || this.#losses > 0 ? level.warn : level.ok,
      name: this.#name,
      message: this.#ticks === 0 ? 'nothing comes' : isSlow ? 'slow' : this.#losses > 0 ? 'losses' : 'ok',
      values: [
        { key: 'rate_hz', value: rateHz.toFixed(1) },
        { key: 'expected_hz', value: String(this.#expectedHz) },
        { key: 'losses', value: String(this.#losses) },
      ],
    };
    this.#ticks = 0;
    this.#losses = 0;
    this.#sinceNs = nowNs;
    return status;
  }
}
