import type { GestureMotion } from './gesture-mapping.ts';

/** What choosing something from the menu asks for. */
export type MenuPress =
  | { readonly kind: 'answer'; readonly questionId: string; readonly answer: string }
  | { readonly kind: 'instruct'; readonly instruction: string }
  | {
      readonly kind:
        | 'take-over'
        | 'hand-back'
        | 'toggle-level'
        | 'stop'
        | 're-arm'
        | 'resume'
        | 'calibrate'
        | 'close'
        | 'up';
    };

/** One choice: it opens more choices, moves something while the gesture is held, or asks for something once. */
export interface MenuItem {
  readonly label: string;
  readonly does:
    | { readonly opens: readonly MenuItem[]; readonly mode?: string }
    | { readonly moves: GestureMotion }
    | { readonly presses: MenuPress };
}

/** What the person does with the lit choice in this moment. */
export interface MenuEffect {
  readonly motion?: GestureMotion;
  readonly press?: MenuPress;
  /** The list of the lit choice is open now. */
  readonly hasOpened?: boolean;
}

/** A gesture that begins this soon after another choice was lit may have been meant for the one before, s. */
const graceS = 0.25;
/** The gesture has to be away this long before it counts again, s. */
const releaseS = 0.15;
/** The first choice of a list is lit longer: the person has to find it. */
const firstDwellFactor = 1.5;
/** A list below the top that nobody chooses from is left after being offered this often. */
const cyclesBelow = 2;

/**
 * Offers choices one after the other, and takes the lit one by a single gesture.
 *
 * Time decides which choice is lit, never how long the gesture lasts; while the gesture is held nothing advances. A motion
 * goes on while the gesture is held and stays lit for a while after it, so that it can be gone on with.
 */
export class ScanMenu {
  readonly #dwellNs: number;
  readonly #pressHoldNs: number;
  #top: readonly MenuItem[] = [];
  #items: readonly MenuItem[] = [];
  /** Mode of the opened list; empty at the top. */
  #mode = '';
  #index = 0;
  #shownCount = 0;
  /** Since when the lit choice counts its time, and since when it is lit. */
  #litSinceNs = 0n;
  #shownSinceNs = 0n;
  #pressedSinceNs: bigint | undefined;
  #lastPressedNs = 0n;
  #needsRelease = true;
  #nowNs = 0n;

  /**
   * @param dwellS - how long each choice is lit, s
   * @param pressHoldS - how long the gesture is held to choose something that does not move, s
   */
  constructor(dwellS: number, pressHoldS: number) {
    this.#dwellNs = dwellS * 1e9;
    this.#pressHoldNs = pressHoldS * 1e9;
  }

  get labels(): readonly string[] {
    return this.#items.map(({ label }) => label);
  }

  get litIndex(): number {
    return this.#index;
  }

  /** Whether the gesture that is held now has chosen something, or came too early to. */
  get isSpent(): boolean {
    return this.#needsRelease && this.#pressedSinceNs !== undefined;
  }

  /** Mode of the opened list; empty at the top. */
  get mode(): string {
    return this.#mode;
  }

  /** How much of its time the lit choice has had, [0, 1]. */
  get progress(): number {
    return Math.min(1, Number(this.#nowNs - this.#litSinceNs) / this.#litForNs);
  }

  /** Says what there is to choose from; a list that differs is offered from its start, once the gesture is away. */
  offer(top: readonly MenuItem[], nowNs: bigint): void {
    const isSame = sameLabels(top, this.#top);
    // What the same choices open may have changed; a list that is open stays as it is until it is left.
    if (isSame && this.#items === this.#top) this.#items = top;
    this.#top = top;
    if (!isSame) this.restart(nowNs);
  }

  /** Goes back to the first choice of the top; a gesture that is held now does not choose it. */
  restart(nowNs: bigint): void {
    this.#open(this.#top, '', nowNs);
  }

  /** Forgets the list, so that the next {@link offer} starts afresh. */
  clear(): void {
    this.#top = [];
    this.#items = [];
  }

  /** Takes whether the gesture is decided now. @returns what that does */
  update(isPressed: boolean, nowNs: bigint): MenuEffect {
    this.#nowNs = nowNs;
    if (!isPressed) return this.#release(nowNs);
    this.#lastPressedNs = nowNs;
    if (this.#pressedSinceNs === undefined) {
      this.#pressedSinceNs = nowNs;
      if (Number(nowNs - this.#shownSinceNs) < graceS * 1e9) this.#needsRelease = true;
    }
    const item = this.#items[this.#index];
    if (this.#needsRelease || item === undefined) return {};
    if ('moves' in item.does) return { motion: item.does.moves };
    if (Number(nowNs - this.#pressedSinceNs) < this.#pressHoldNs) return {};
    this.#needsRelease = true;
    if ('opens' in item.does) {
      this.#open(item.does.opens, item.does.mode ?? '', nowNs);
      return { hasOpened: true };
    }
    const { presses } = item.does;
    this.#open(this.#top, '', nowNs);
    return presses.kind === 'up' ? {} : { press: presses };
  }

  #release(nowNs: bigint): MenuEffect {
    if (this.#pressedSinceNs !== undefined) {
      if (Number(nowNs - this.#lastPressedNs) < releaseS * 1e9) return {};
      this.#pressedSinceNs = undefined;
      this.#needsRelease = false;
      this.#litSinceNs = nowNs;
      this.#shownCount = 0;
      return {};
    }
    if (Number(nowNs - this.#lastPressedNs) >= releaseS * 1e9) this.#needsRelease = false;
    if (Number(nowNs - this.#litSinceNs) >= this.#litForNs) this.#advance(nowNs);
    return {};
  }

  get #litForNs(): number {
    return this.#index === 0 ? firstDwellFactor * this.#dwellNs : this.#dwellNs;
  }

  #advance(nowNs: bigint): void {
    this.#shownCount += 1;
    if (this.#items !== this.#top && this.#shownCount >= cyclesBelow * this.#items.length) {
      this.restart(nowNs);
      return;
    }
    this.#index = (this.#index + 1) % Math.max(1, this.#items.length);
    this.#litSinceNs = nowNs;
    this.#shownSinceNs = nowNs;
  }

  #open(items: readonly MenuItem[], mode: string, nowNs: bigint): void {
    this.#items = items;
    this.#mode = mode;
    this.#index = 0;
    this.#shownCount = 0;
    this.#litSinceNs = nowNs;
    this.#shownSinceNs = nowNs;
    this.#nowNs = nowNs;
    this.#needsRelease = true;
  }
}

function sameLabels(one: readonly MenuItem[], other: readonly MenuItem[]): boolean {
  return one.length === other.length && one.every(({ label }, i) => label === other[i]?.label);
}
