import { element } from '../shell/element.ts';

export interface TaskEvent {
  readonly kind: string;
  readonly text: string;
  readonly detail: string;
  readonly elapsedS: number;
}

const longestList = 120;

/** What happened during the task, in order, as the agent told it. */
export class EventLog {
  readonly panel = element('div');
  readonly #rows = element('div');
  readonly #empty = element('p', { class: 'empty' }, ['Nothing has happened yet.']);

  constructor() {
    this.panel.append(this.#empty, this.#rows);
  }

  clear(): void {
    this.#rows.replaceChildren();
    this.#empty.hidden = false;
  }

  add(event: TaskEvent): void {
    this.#empty.hidden = true;
    this.#rows.append(
      element('div', { class: 'row', 'data-kind': event.kind }, [
        element('span', {}, [event.text]),
        element('span', { class: 'mono muted' }, [`${event.elapsedS.toFixed(1)} s`]),
        ...(event.detail === '' ? [] : [element('span', { class: 'muted wide' }, [event.detail])]),
      ]),
    );
    while (this.#rows.childElementCount > longestList) this.#rows.firstElementChild?.remove();
  }
}
