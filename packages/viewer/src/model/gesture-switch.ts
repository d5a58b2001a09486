/** Turns a stream of decoded gestures into presses of one switch: a gesture held for a moment, then released. */
export class GestureSwitch {
  readonly #gesture: string;
  readonly #holdMs: number;
  #sinceMs: number | undefined;
  #hasPressed = false;

  constructor(gesture: string, holdMs = 300) {
    this.#gesture = gesture;
    this.#holdMs = holdMs;
  }

  /** Returns true once for each time the gesture is held long enough. */
  onGesture(gesture: string, nowMs: number): boolean {
    if (gesture !== this.#gesture) {
      this.#sinceMs = undefined;
      this.#hasPressed = false;
      return false;
    }
    this.#sinceMs ??= nowMs;
    if (this.#hasPressed || nowMs - this.#sinceMs < this.#holdMs) return false;
    this.#hasPressed = true;
    return true;
  }
}
