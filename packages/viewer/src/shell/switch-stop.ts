import {
  describeSwitch,
  mayBeSwitch,
  PadPresses,
  readSwitch,
  type StopSwitch,
  writeSwitch,
} from '../model/stop-switch.ts';
import { byId } from './element.ts';

const storageKey = 'efferent-stop-switch';
/** How often gamepads are read: browsers have no event for their buttons. */
const pollMs = 20;
const learnMs = 15_000;

/**
 * A second stop that needs no muscle of the forearm: any switch that the computer sees as a key or as a gamepad's button.
 *
 * Until one is set, every button of a gamepad stops. It never resumes.
 */
export class SwitchStop {
  readonly #button = byId<HTMLButtonElement>('stop-switch');
  readonly #stop: () => void;
  readonly #pads = new PadPresses();
  #chosen: StopSwitch | undefined = readSwitch(localStorage.getItem(storageKey));
  #learning: ReturnType<typeof setTimeout> | undefined;

  constructor(stop: () => void) {
    this.#stop = stop;
    this.#button.addEventListener('click', () => this.#learn());
    addEventListener('keydown', (event) => this.#onKey(event), { capture: true });
    setInterval(() => this.#poll(), pollMs);
    this.#draw();
  }

  #learn(): void {
    clearTimeout(this.#learning);
    this.#learning = setTimeout(() => this.#endLearning(), learnMs);
    this.#draw();
  }

  #endLearning(): void {
    clearTimeout(this.#learning);
    this.#learning = undefined;
    this.#draw();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.repeat || !mayBeSwitch(event.code)) return;
    if (this.#learning !== undefined) this.#take({ kind: 'key', code: event.code });
    else if (this.#chosen?.kind !== 'key' || this.#chosen.code !== event.code) return;
    // A switch stops whatever has the focus.
    event.preventDefault();
    event.stopPropagation();
    this.#stop();
  }

  #poll(): void {
    const pressed = this.#pads.update(navigator.getGamepads());
    const [first] = pressed;
    if (first === undefined) return;
    if (this.#learning !== undefined) this.#take({ kind: 'button', index: first });
    const chosen = this.#chosen;
    if (chosen?.kind !== 'button' || pressed.includes(chosen.index)) this.#stop();
  }

  #take(chosen: StopSwitch): void {
    this.#chosen = chosen;
    localStorage.setItem(storageKey, writeSwitch(chosen));
    this.#endLearning();
  }

  #draw(): void {
    const isLearning = this.#learning !== undefined;
    const name = this.#chosen === undefined ? 'any gamepad button' : describeSwitch(this.#chosen);
    this.#button.setAttribute('aria-pressed', String(isLearning));
    this.#button.title = isLearning
      ? 'Press the switch now: it stops the robot, too'
      : `Stop switch: ${name}. Press to set another`;
    this.#button.setAttribute('aria-label', this.#button.title);
    this.#button.textContent = isLearning ? 'press it now' : 'switch';
  }
}
