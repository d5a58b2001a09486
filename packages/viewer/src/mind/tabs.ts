import { element } from '../shell/element.ts';

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly panel: HTMLElement;
}

/** Tabs of the mind, operated by pointer or by arrow keys as the ARIA authoring practices say. */
export class Tabs {
  readonly #buttons = new Map<string, HTMLButtonElement>();
  readonly #counts = new Map<string, HTMLElement>();
  readonly #tabs: readonly Tab[];

  constructor(list: HTMLElement, panels: HTMLElement, tabs: readonly Tab[]) {
    this.#tabs = tabs;
    for (const { id, title, panel } of tabs) {
      const count = element('span', { class: 'count', hidden: true });
      const button = element(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `tab-${id}`,
          'aria-controls': `panel-${id}`,
          onclick: () => this.select(id),
        },
        [title, count],
      );
      panel.id = `panel-${id}`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', `tab-${id}`);
      panel.classList.add('tab-panel');
      this.#buttons.set(id, button);
      this.#counts.set(id, count);
      list.append(button);
      panels.append(panel);
    }
    list.addEventListener('keydown', (event) => this.#onKey(event));
    this.select(tabs[0]?.id ?? '');
  }

  select(id: string): void {
    for (const tab of this.#tabs) {
      const isSelected = tab.id === id;
      tab.panel.hidden = !isSelected;
      const button = this.#buttons.get(tab.id);
      button?.setAttribute('aria-selected', String(isSelected));
      if (button) button.tabIndex = isSelected ? 0 : -1;
    }
  }

  /** Takes a tab away or gives it back. */
  setHidden(id: string, isHidden: boolean): void {
    const button = this.#buttons.get(id);
    if (!button) return;
    button.hidden = isHidden;
    if (isHidden && button.getAttribute('aria-selected') === 'true') this.select(this.#tabs[0]?.id ?? '');
  }

  /** Shows a number beside a title; 0 shows none. */
  setCount(id: string, count: number): void {
    const node = this.#counts.get(id);
    if (!node) return;
    node.hidden = count === 0;
    node.textContent = String(count);
  }

  #onKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const ids = this.#tabs.map(({ id }) => id).filter((id) => !this.#buttons.get(id)?.hidden);
    const now = ids.findIndex((id) => this.#buttons.get(id)?.getAttribute('aria-selected') === 'true');
    const next = ids[(now + step + ids.length) % ids.length] as string;
    this.select(next);
    this.#buttons.get(next)?.focus();
    event.preventDefault();
  }
}
