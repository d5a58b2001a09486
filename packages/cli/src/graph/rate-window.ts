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
    const meanS = gapsS.reduce((sum, gap) => sum + gap, 0) / gapsS.length;
    const deviationS = Math.sqrt(gapsS.reduce((sum, gap) => sum + (gap - meanS) ** 2, 0) / gapsS.length);
    const [min, max] = [Math.min(...gapsS), Math.max(...gapsS)];
    return `average rate: ${(1 / meanS).toFixed(3)}\n\tmin: ${min.toFixed(3)}s max: ${max.toFixed(3)}s std dev: ${deviationS.toFixed(5)}s window: ${count}`;
  }
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
