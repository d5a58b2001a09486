import type { MessageTypes } from '@efferent/interfaces';
import { isDrawnByProcessor } from '../world/quality.ts';
import { byId, element } from './element.ts';

type ControlStatus = MessageTypes['efferent_interfaces/msg/GestureControlStatus'];

/** A menu that nobody has spoken of for so long is gone, ms. */
const staleMs = 1500;
/** Steps in which the bar of the lit choice runs out: every one has the browser compose the page anew. */
const progressSteps = isDrawnByProcessor ? 8 : 32;

/**
 * Shows what the person can choose by a gesture and which choice is lit.
 *
 * It shows only: which choice is lit and when one is taken is decided where the gestures are, so that the robot is driven
 * the same with this page, another one or none.
 */
export class GestureMenu {
  readonly #node = byId('gesture-menu');
  #chips: readonly HTMLElement[] = [];
  #shown = '';
  #lit = -1;
  #progress = '';
  #heardMs = 0;

  apply(status: ControlStatus, nowMs: number): void {
    const { mode, choices, lit, lit_progress: progress, gesture, begins_twice: beginsTwice } = status;
    this.#heardMs = nowMs;
    this.#node.hidden = choices.length === 0;
    const title = mode === 'menu' ? 'choose by gesture' : beginsTwice ? `${mode}: twice to move` : mode;
    const key = `${title}|${choices.join('|')}`;
    if (key !== this.#shown) this.#build(title, choices);
    this.#shown = key;
    this.#node.classList.toggle('is-held', gesture !== 'rest');
    if (lit !== this.#lit) this.#light(lit);
    const shownProgress = (Math.round(progress * progressSteps) / progressSteps).toFixed(2);
    if (shownProgress === this.#progress) return;
    this.#progress = shownProgress;
    this.#chips[lit]?.style.setProperty('--progress', shownProgress);
  }

  /** Takes away a menu whose node has gone. */
  draw(nowMs: number): void {
    if (nowMs - this.#heardMs > staleMs) this.#node.hidden = true;
  }

  #light(lit: number): void {
    this.#lit = lit;
    this.#progress = '';
    for (const [i, chip] of this.#chips.entries()) chip.setAttribute('aria-current', String(i === lit));
    const chip = this.#chips[lit];
    // Scrolling makes the browser lay out the whole page at once: only where there is something to scroll, and not with every status.
    const { scrollHeight, clientHeight } = this.#node;
    if (chip !== undefined && scrollHeight > clientHeight)
      chip.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  #build(title: string, choices: readonly string[]): void {
    this.#lit = -1;
    this.#chips = choices.map((choice) => element('li', { class: 'gesture-choice' }, [choice]));
    this.#node.replaceChildren(
      element('p', { class: 'gesture-menu-title' }, [title]),
      element('ul', {}, this.#chips),
    );
  }
}
