import type { MessageTypes } from '@efferent/interfaces';
import { type BeliefRow, searchBelief } from '../model/belief-search.ts';
import { element } from '../shell/element.ts';
import { icon } from '../shell/icon.ts';

type Belief = MessageTypes['efferent_interfaces/msg/Belief'];

const sections: readonly [BeliefRow['kind'], string][] = [
  ['robot', 'Robot'],
  ['object', 'Objects'],
  ['fixture', 'Drawers and doors'],
];

/** What the robot believes, as a list that can be searched; choosing an object rings it in the picture. */
export class BeliefList {
  readonly panel = element('div');
  readonly #onSelect: (objectId: string) => void;
  readonly #rows = element('div', { 'aria-live': 'off' });
  readonly #search = element('input', {
    type: 'search',
    placeholder: 'Search what the robot believes',
    'aria-label': 'Search what the robot believes',
    oninput: () => this.#draw(),
  });
  #belief: Belief | undefined;
  #drawn = '';

  constructor(onSelect: (objectId: string) => void) {
    this.#onSelect = onSelect;
    this.panel.append(element('div', { class: 'search' }, [icon('search', 15), this.#search]), this.#rows);
    this.#draw();
  }

  apply(belief: Belief): void {
    this.#belief = belief;
    if (!this.panel.hidden) this.#draw();
  }

  #draw(): void {
    const rows = this.#belief ? searchBelief(this.#belief, this.#search.value) : [];
    const key = JSON.stringify(rows);
    if (key === this.#drawn) return;
    this.#drawn = key;
    if (rows.length === 0) {
      const text = this.#belief ? 'Nothing matches.' : 'The robot has not looked around yet.';
      this.#rows.replaceChildren(element('p', { class: 'empty' }, [text]));
      return;
    }
    const focused =
      document.activeElement instanceof HTMLElement ? document.activeElement.dataset.row : undefined;
    this.#rows.replaceChildren(
      ...sections.flatMap(([kind, title]) => {
        const own = rows.filter((row) => row.kind === kind);
        return own.length === 0
          ? []
          : [element('h3', { class: 'section-title' }, [title]), ...own.map((row) => this.#row(row))];
      }),
    );
    if (focused !== undefined)
      this.#rows.querySelector<HTMLElement>(`[data-row="${CSS.escape(focused)}"]`)?.focus();
  }

  #row(row: BeliefRow): HTMLElement {
    const certainty = row.confidence === undefined ? '' : row.confidence.toFixed(2);
    return element(
      'button',
      { type: 'button', class: 'row', 'data-row': row.id, onclick: () => this.#onSelect(row.id) },
      [
        element('b', {}, [row.title]),
        element('span', { class: 'mono muted', title: 'How sure the robot is' }, [certainty]),
        element('span', { class: 'muted wide' }, [row.detail]),
      ],
    );
  }
}
