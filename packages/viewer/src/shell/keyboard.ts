import { byId, element } from './element.ts';

export interface Shortcut {
  readonly key: string;
  readonly title: string;
  run(): void;
}

/** Single-key shortcuts, and the dialog that lists them. They rest while a person types. */
export class Keyboard {
  readonly #dialog = byId<HTMLDialogElement>('help');
  readonly #shortcuts: readonly Shortcut[];

  constructor(shortcuts: readonly Shortcut[]) {
    this.#shortcuts = shortcuts;
    addEventListener('keydown', (event) => this.#onKey(event));
    const rows = [{ key: 'space', title: 'Stop all motion at once' }, ...shortcuts].flatMap(
      ({ key, title }) => [element('dt', {}, [element('kbd', {}, [key])]), element('dd', {}, [title])],
    );
    this.#dialog.append(
      element('h2', { id: 'help-title' }, ['Keyboard']),
      element('dl', {}, rows),
      element('button', { type: 'button', onclick: () => this.#dialog.close() }, ['Close']),
    );
  }

  showHelp(): void {
    this.#dialog.showModal();
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) {
      if (event.key === 'Escape') (event.target as HTMLElement).blur();
      return;
    }
    const shortcut = this.#shortcuts.find(({ key }) => key === event.key);
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run();
  }
}
