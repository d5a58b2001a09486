import type { MessageTypes } from '@efferent/interfaces';
import { byId, element } from './element.ts';

type ControlStatus = MessageTypes['efferent_interfaces/msg/GestureControlStatus'];

/** A menu that nobody has spoken of for so long is gone, ms. */
const staleMs = 1500;

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
  #heardMs = 0;

  apply({ mode, choices, lit, lit_progress: progress, gesture }: ControlStatus, nowMs: number): void {
    this.#heardMs = nowMs;
    this.#node.hidden = choices.length === 0;
    const key = `${mode}|${choices.join('|')}`;
    if (key !== this.#shown) this.#build(mode, choices);
    this.#shown = key;
    this.#node.classList.toggle('is-held', gesture !== 'rest');
    for (const [i, chip] of this.#chips.entries()) {
      const isLit = i === lit;
      chip.setAttribute('aria-current', String(isLit));
      chip.style.setProperty('--progress', isLit ? progress.toFixed(2) : '0');
      if (isLit && !this.#node.hidden) chip.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }
  }

  /** Takes away a menu whose node has gone. */
  draw(nowMs: number): void {
    if (nowMs - this.#heardMs > staleMs) this.#node.hidden = true;
  }

  #build(mode: string, choices: readonly string[]): void {
    this.#chips = choices.map((choice) => element('li', { class: 'gesture-choice' }, [choice]));
    this.#node.replaceChildren(
      element('p', { class: 'gesture-menu-title' }, [mode === 'menu' ? 'choose by gesture' : mode]),
      element('ul', {}, this.#chips),
    );
  }
}
