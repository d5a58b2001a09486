/** A ping follows so many bytes, or so much time with any byte, whichever comes first. Ours. */
const bytesAPing = 32 * 1024;
const pingPeriodMs = 50;
/** A client is behind when what it was sent so long ago, or so many bytes, have not arrived. Ours. */
const lateMs = 200;
const mostBytesUnderWay = 192 * 1024;

/**
 * Knows how far a client is behind, by pings that travel among its frames and are answered when they arrive (RFC 6455, 5.5.2).
 *
 * What the operating system and a browser keep for a page that reads slowly is megabytes: without this the page would show
 * what was true many seconds ago. A client that has never answered is taken to be up to date.
 */
export class DeliveryWatch {
  readonly #ping: (id: number) => void;
  #sentBytes = 0;
  #arrivedBytes = 0;
  #pingedBytes = 0;
  #lastPingMs = Number.NEGATIVE_INFINITY;
  #nextId = 1;
  #underWay: { readonly id: number; readonly bytes: number; readonly atMs: number }[] = [];
  #hasAnswered = false;

  /** @param ping - sends a ping with this payload, behind whatever was sent before */
  constructor(ping: (id: number) => void) {
    this.#ping = ping;
  }

  /** Takes that a frame was sent. */
  sent(bytes: number, nowMs: number): void {
    this.#sentBytes += bytes;
    // Without answers there is nothing to ask but once.
    if (!this.#hasAnswered && this.#underWay.length > 0) return;
    if (this.#sentBytes - this.#pingedBytes >= bytesAPing || nowMs - this.#lastPingMs >= pingPeriodMs)
      this.#ask(nowMs);
  }

  /** Takes the answer to a ping, which answers those before it, too. */
  answered(id: number, nowMs: number): void {
    const answered = this.#underWay.findLast((ping) => ping.id <= id);
    if (answered === undefined) return;
    this.#hasAnswered = true;
    this.#arrivedBytes = answered.bytes;
    this.#underWay = this.#underWay.filter((ping) => ping.id > id);
    // What was sent behind the last ping is asked about, too: nothing else may follow that would ask.
    if (this.#underWay.length === 0 && this.#sentBytes > this.#arrivedBytes) this.#ask(nowMs);
  }

  /** Whether frames that may wait should wait. */
  isBehind(nowMs: number): boolean {
    if (!this.#hasAnswered) return false;
    const oldest = this.#underWay[0];
    return (
      (oldest !== undefined && nowMs - oldest.atMs > lateMs) ||
      this.#sentBytes - this.#arrivedBytes > mostBytesUnderWay
    );
  }

  #ask(nowMs: number): void {
    this.#pingedBytes = this.#sentBytes;
    this.#lastPingMs = nowMs;
    const id = this.#nextId++;
    this.#underWay.push({ id, bytes: this.#sentBytes, atMs: nowMs });
    this.#ping(id);
  }
}
