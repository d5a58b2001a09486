import type { MessageTypes } from '@efferent/interfaces';
import { byId, element } from './element.ts';

type CalibrationPrompt = MessageTypes['efferent_interfaces/msg/CalibrationPrompt'];

/** How long the end of a calibration stays to be read, ms. */
const endShownMs = 8000;

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
  #stamp: string | undefined;

  constructor() {
    this.#node.append(this.#title, this.#prompt, this.#next, this.#total);
  }

  apply({ header, state, text, next, progress, total }: CalibrationPrompt, nowMs: number): void {
    const { sec, nanosec } = header.stamp;
    const stamp = `${sec}.${nanosec}`;
    // What is kept for who comes later, at the beginning and after a reconnection, is not news.
    const isNews = this.#stamp !== undefined && stamp !== this.#stamp;
    this.#stamp = stamp;
    const isGoingOn = state === 'prompting' || state === 'fitting';
    const hasEnded = state === 'done' || state === 'failed';
    this.#node.dataset.state = state;
    if (state === 'idle') this.#node.hidden = true;
    if (!isGoingOn && !(hasEnded && isNews)) return;
    this.#node.hidden = false;
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
