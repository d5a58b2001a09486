import { ScanCycle } from '../model/scan-cycle.ts';
import { byId } from './element.ts';
import { icon } from './icon.ts';

const dwellMs = 1500;

/**
 * Single-switch scanning: what can be done lights up in turn, most urgent first, and one switch chooses.
 *
 * The switch is the Enter key; gestures of the forearm have a menu of their own. The space bar stays Stop.
 */
export class Scanning {
  readonly #bar = byId('scan-bar');
  readonly #cycle = new ScanCycle<HTMLElement>(visibleTargets);
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#bar.append(icon('scan'), 'Scanning. Choose with the Enter key');
    addEventListener('keydown', (event) => this.#onKey(event), { capture: true });
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  toggle(): void {
    if (this.isOn) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      mark(undefined);
    } else {
      this.#cycle.restart();
      this.#advance();
      this.#timer = setInterval(() => this.#advance(), dwellMs);
    }
    this.#bar.hidden = !this.isOn;
    byId('scan-toggle').setAttribute('aria-pressed', String(this.isOn));
  }

  /** Chooses what is lit now and starts over from the most urgent. */
  choose(): void {
    const target = this.#cycle.offered;
    if (!target?.isConnected) return;
    target.click();
    this.#cycle.restart();
    mark(undefined);
  }

  #advance(): void {
    mark(this.#cycle.advance());
  }

  #onKey(event: KeyboardEvent): void {
    if (!this.isOn || event.key !== 'Enter' || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) this.choose();
  }
}

/** Everything marked `data-scan`, lowest number first, that can be used now. */
function visibleTargets(): HTMLElement[] {
  const targets = [...document.querySelectorAll<HTMLElement>('[data-scan]')].filter(
    (node) => node.checkVisibility() && !(node instanceof HTMLButtonElement && node.disabled),
  );
  return targets.sort((a, b) => Number(a.dataset.scan) - Number(b.dataset.scan));
}

function mark(target: HTMLElement | undefined): void {
  for (const node of document.querySelectorAll('.is-scanned')) node.classList.remove('is-scanned');
  target?.classList.add('is-scanned');
  target?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
}
