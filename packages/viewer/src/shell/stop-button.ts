import type { StopLink, StopView } from '../connection/stop-link.ts';
import { byId, element } from '../shell/element.ts';
import { icon } from './icon.ts';

/** The Stop button: one press stops, a press on it while stopped resumes. The space bar stops, and never resumes. */
export class StopButton {
  readonly #button = byId<HTMLButtonElement>('stop');
  readonly #link: StopLink;
  #problem = '';

  constructor(link: StopLink) {
    this.#link = link;
    this.#button.addEventListener('click', () => void this.#press());
    // On the way down, so that no other element's use of the space bar comes first.
    addEventListener('keydown', (event) => this.#onKey(event), { capture: true });
    link.state.watch((state) => this.#draw(state));
  }

  async stop(): Promise<void> {
    await this.#try(() => this.#link.stop());
  }

  async #press(): Promise<void> {
    if (this.#link.state.value.stopped) await this.#try(() => this.#link.resume());
    else await this.stop();
  }

  async #try(work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#problem = '';
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
    }
    this.#draw(this.#link.state.value);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.code !== 'Space' || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    const target = event.target;
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    event.stopPropagation();
    void this.stop();
  }

  #draw({ stopped, reason, reachable }: StopView): void {
    const state = !reachable ? 'unreachable' : stopped ? 'stopped' : 'ready';
    this.#button.dataset.state = state;
    this.#button.title = this.#problem || (stopped ? reason : 'Stop all motion at once (space bar)');
    this.#button.setAttribute('aria-label', stopped ? 'Stopped. Resume' : 'Stop all motion');
    const content = stopped
      ? [icon('play', 16), 'Resume']
      : [icon('stop', 15), 'STOP', element('kbd', {}, [reachable ? 'space' : 'no answer'])];
    this.#button.replaceChildren(...content);
  }
}
