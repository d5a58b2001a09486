/** Waits before each try to switch the driver, s; after the last one the gate gives up until something changes. */
const retryWaitsS = [0, 0.5, 1, 2, 2, 5] as const;

/** Names that the driver's `mode` topic uses. */
export interface DriverModeNames {
  readonly navigation: string;
  readonly homing: string;
  readonly stowing: string;
  readonly runstopped: string;
}

/**
 * Decides when to switch the driver to navigation mode with streamed positions, and why the robot must wait meanwhile.
 * Tries are bounded: a driver that keeps refusing is reported, not hammered.
 */
export class DriverModeKeeper {
  readonly #names: DriverModeNames;
  #mode: string | undefined;
  #streaming = false;
  #switching = false;
  #tries = 0;
  #nextTryS = Number.NEGATIVE_INFINITY;
  #fault: string | undefined;

  constructor(names: DriverModeNames) {
    this.#names = names;
  }

  /** Takes the newest value of the driver's `mode`. */
  updateMode(mode: string): void {
    if (mode === this.#mode) return;
    const ready = mode === this.#names.navigation;
    if (!ready) this.#streaming = false;
    // Whatever changed the mode (a released runstop, a finished homing) may have cured the driver.
    if (!ready && !this.#switching) this.#tries = 0;
    this.#mode = mode;
  }

  /** Why the robot must stand still, or undefined when the driver takes set-points. */
  get stopReason(): string | undefined {
    const { homing, stowing, runstopped, navigation } = this.#names;
    if (this.#mode === undefined) return 'the driver is silent';
    if (this.#mode === runstopped) return 'the robot is runstopped';
    if (this.#mode === homing || this.#mode === stowing) return `the driver is ${this.#mode}`;
    if (this.#mode === navigation && this.#streaming) return undefined;
    if (this.#fault !== undefined) return `the driver does not switch to ${navigation}: ${this.#fault}`;
    return `the driver is switching to ${navigation}`;
  }

  /** Tells whether to start a switch now; if so, report its end with {@link DriverModeKeeper.finishSwitch}. */
  beginSwitch(nowS: number): boolean {
    const { homing, stowing, runstopped, navigation } = this.#names;
    if (this.#mode === undefined || [homing, stowing, runstopped].includes(this.#mode)) return false;
    if (this.#switching || (this.#mode === navigation && this.#streaming)) return false;
    if (this.#tries >= retryWaitsS.length || nowS < this.#nextTryS) return false;
    this.#switching = true;
    this.#tries++;
    return true;
  }

  /** @param fault - what the driver said against it, or undefined when it agreed */
  finishSwitch(fault: string | undefined, nowS: number): void {
    this.#switching = false;
    this.#fault = fault;
    this.#streaming = fault === undefined;
    if (fault === undefined) {
      this.#mode = this.#names.navigation;
      this.#tries = 0;
      return;
    }
    this.#nextTryS = nowS + (retryWaitsS[this.#tries] ?? 0);
  }

  /** True when every try failed. */
  get hasGivenUp(): boolean {
    return !this.#switching && this.#fault !== undefined && this.#tries >= retryWaitsS.length;
  }
}
