interface Alarm {
  readonly atS: number;
  readonly number: number;
  readonly ring: () => void;
}

/**
 * Time that passes only while everybody waits: several robots work side by side in it.
 *
 * Waits end in order of their time, equal ones in the order in which they began.
 */
export class VirtualTime {
  #nowS: number;
  #count = 0;
  #alarms: Alarm[] = [];
  #isPumping = false;
  #holds = 0;

  constructor(startS: number) {
    this.#nowS = startS;
  }

  get nowS(): number {
    return this.#nowS;
  }

  /** Resolves when this much time has passed. */
  wait(durationS: number): Promise<void> {
    return new Promise((ring) => {
      this.#alarms.push({ atS: this.#nowS + durationS, number: this.#count++, ring });
      this.#start();
    });
  }

  /** Lets no time pass while something goes on that takes none of it, such as a call to a real server. */
  async holdWhile<T>(work: () => Promise<T>): Promise<T> {
    this.#holds += 1;
    try {
      return await work();
    } finally {
      this.#holds -= 1;
      this.#start();
    }
  }

  #start(): void {
    if (this.#isPumping || this.#holds > 0) return;
    this.#isPumping = true;
    setImmediate(this.#pump);
  }

  /** Everything that can go on without waiting has gone on: the next wait ends. */
  readonly #pump = (): void => {
    let next = this.#alarms[0];
    for (const alarm of this.#alarms)
      if (alarm.atS < next!.atS || (alarm.atS === next!.atS && alarm.number < next!.number)) next = alarm;
    if (next === undefined || this.#holds > 0) {
      this.#isPumping = false;
      return;
    }
    this.#alarms.splice(this.#alarms.indexOf(next), 1);
    this.#nowS = Math.max(this.#nowS, next.atS);
    next.ring();
    setImmediate(this.#pump);
  };
}
