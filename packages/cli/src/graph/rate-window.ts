/** The newest messages of a topic: when they came and how big they were. */
export class RateWindow {
  readonly #size: number;
  readonly #atMs: number[] = [];
  readonly #bytes: number[] = [];
  #news = false;

  /** @param size - messages that are looked at */
  constructor(size: number) {
    this.#size = size;
  }

  add(atMs: number, bytes: number): void {
    this.#atMs.push(atMs);
    this.#bytes.push(bytes);
    if (this.#atMs.length > this.#size) {
      this.#atMs.shift();
      this.#bytes.shift();
    }
    this.#news = true;
  }

  get bytes(): readonly number[] {
    return this.#bytes;
  }

  /** Time from the oldest message to now, s. */
  spanS(nowMs: number): number {
    return (nowMs - (this.#atMs[0] ?? nowMs)) / 1000;
  }

  /** Two lines as `ros2 topic hz` prints them; undefined when nothing new came. */
  describeRate(): string | undefined {
    const count = this.#atMs.length;
    if (!this.#news || count < 2) return undefined;
    this.#news = false;
    const gapsS = this.#atMs.slice(1).map((atMs, i) => (atMs - this.#atMs[i]!) / 1000);
    const { meanS, deviationS, min, max } = spread(gapsS);
    return `average rate: ${(1 / meanS).toFixed(3)}\n\tmin: ${min.toFixed(3)}s max: ${max.toFixed(3)}s std dev: ${deviationS.toFixed(5)}s window: ${count}`;
  }
}

/** The newest messages' age when they came. */
export class DelayWindow {
  readonly #size: number;
  readonly #delaysS: number[] = [];
  #news = false;

  /** @param size - messages that are looked at */
  constructor(size: number) {
    this.#size = size;
  }

  add(delayS: number): void {
    this.#delaysS.push(delayS);
    if (this.#delaysS.length > this.#size) this.#delaysS.shift();
    this.#news = true;
  }

  /** Two lines as `ros2 topic delay` prints them; undefined before the first message. */
  describe(): string | undefined {
    const count = this.#delaysS.length;
    if (count === 0) return undefined;
    if (!this.#news) return 'no new messages';
    this.#news = false;
    const { meanS, min, max, deviationS } = spread(this.#delaysS);
    return `average delay: ${meanS.toFixed(3)}\n\tmin: ${min.toFixed(3)}s max: ${max.toFixed(3)}s std dev: ${deviationS.toFixed(5)}s window: ${count}`;
  }
}

function spread(valuesS: readonly number[]) {
  const meanS = valuesS.reduce((sum, value) => sum + value, 0) / valuesS.length;
  const deviationS = Math.sqrt(
    valuesS.reduce((sum, value) => sum + (value - meanS) ** 2, 0) / valuesS.length,
  );
  const [min, max] = [Math.min(...valuesS), Math.max(...valuesS)];
  return { meanS, deviationS, min, max };
}

const units = ['B', 'KB', 'MB', 'GB'] as const;

/** Bytes a second and sizes, as `ros2 topic bw` prints them; undefined before the second message. */
export function describeSizes(window: RateWindow): string | undefined {
  const { bytes } = window;
  if (bytes.length < 2) return undefined;
  const total = bytes.reduce((sum, size) => sum + size, 0);
  const spanS = window.spanS(performance.now());
  const [mean, min, max] = [total / bytes.length, Math.min(...bytes), Math.max(...bytes)].map(amount);
  return `${amount(total / spanS)}/s from ${bytes.length} messages\n\tMessage size mean: ${mean} min: ${min} max: ${max}`;
}

function amount(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value.toFixed(0) : value.toFixed(2)} ${units[unit]}`;
}
