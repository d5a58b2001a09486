import type { StopState } from './stop-state.ts';

/** A page beats twice a second; one that is silent for so long is closed, asleep or out of reach, s. */
const silenceS = 2.5;

/**
 * Stops the robot when nobody's caregiver page is open any more. A page that comes back releases nothing by itself.
 * Times are steady seconds.
 */
export class CaregiverWatch {
  readonly #state: StopState;
  readonly #isRequired: boolean;
  #beatS = Number.NEGATIVE_INFINITY;

  /** @param isRequired - false watches nothing */
  constructor(state: StopState, isRequired: boolean) {
    this.#state = state;
    this.#isRequired = isRequired;
    if (isRequired) state.stop('Waiting for a caregiver: open /caregiver and press Resume there');
  }

  beat(nowS: number): void {
    this.#beatS = nowS;
  }

  /** Call it at every heartbeat. */
  look(nowS: number): void {
    if (this.#isRequired && nowS - this.#beatS > silenceS)
      this.#state.stop('No caregiver is watching: open /caregiver and press Resume there');
  }
}
