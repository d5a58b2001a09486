import type { MessageTypes } from '@efferent/interfaces';
import { byId, element } from './element.ts';

type CalibrationPrompt = MessageTypes['efferent_interfaces/msg/CalibrationPrompt'];

/** How long the end of a calibration stays to be read, ms. */
const endShownMs = 6000;

/** Shows what a person is asked to do while the gesture decoder is calibrated, large enough to be read from a wheelchair. */
export class CalibrationCard {
  readonly #node = byId('calibration');
  readonly #title = element('p', { class: 'calibration-now' });
  readonly #next = element('p', { class: 'muted' });
  readonly #prompt = element('progress', { max: '1', 'aria-label': 'This prompt' });
  readonly #total = element('progress', {
    max: '1',
    class: 'calibration-total',
    'aria-label': 'All prompts',
  });
  #hideAtMs: number | undefined;

  constructor() {
    this.#node.append(this.#title, this.#prompt, this.#next, this.#total);
  }

  apply({ state, text, next, progress, total }: CalibrationPrompt, nowMs: number): void {
    this.#node.dataset.state = state;
    const isGoingOn = state === 'prompting' || state === 'fitting';
    const wasShown = !this.#node.hidden;
    this.#node.hidden = !(isGoingOn || wasShown);
    this.#hideAtMs = isGoingOn ? undefined : nowMs + endShownMs;
    if (this.#title.textContent !== text) this.#title.textContent = text;
    this.#next.textContent = state === 'prompting' ? `then ${next}` : '';
    this.#prompt.value = progress;
    this.#prompt.hidden = state !== 'prompting';
    this.#total.value = total;
  }

  /** Takes away what has been read. */
  draw(nowMs: number): void {
    if (this.#hideAtMs !== undefined && nowMs > this.#hideAtMs) this.#node.hidden = true;
  }
}
