import { element } from '../shell/element.ts';

/** A bar with the state as its fill, and the command as a tick where there is one. */
export class Gauge {
  readonly node: HTMLElement;
  readonly #fill = element('div', { class: 'fill' });
  readonly #command = element('div', { class: 'command' });
  readonly #value = element('span', { class: 'value' });
  readonly #lower: number;
  readonly #upper: number;
  #lastText = '';

  constructor(title: string, lower: number, upper: number) {
    this.#lower = lower;
    this.#upper = upper;
    const track = element('div', { class: 'track' }, [this.#fill, this.#command]);
    if (lower < 0 && upper > 0 && Math.abs(lower + upper) < 1e-6)
      track.append(element('div', { class: 'centre' }));
    this.node = element('div', { class: 'gauge' }, [
      element('span', { class: 'name', title }, [title]),
      track,
      this.#value,
    ]);
  }

  /** Shows a state and its text. */
  set(value: number, text: string): void {
    if (text === this.#lastText) return;
    this.#lastText = text;
    this.#value.textContent = text;
    const from = this.#share(Math.max(this.#lower, Math.min(0, this.#upper)));
    const to = this.#share(value);
    this.#fill.style.left = `${Math.min(from, to) * 100}%`;
    this.#fill.style.width = `${Math.max(0.012, Math.abs(to - from)) * 100}%`;
  }

  /** Shows the commanded value, or none. */
  setCommand(value: number | undefined): void {
    this.#command.classList.toggle('is-live', value !== undefined);
    if (value !== undefined) this.#command.style.left = `${this.#share(value) * 100}%`;
  }

  #share(value: number): number {
    const span = this.#upper - this.#lower;
    return span <= 0 ? 0 : Math.min(1, Math.max(0, (value - this.#lower) / span));
  }
}
