/** What closes a person's switch: a key, or a button of what the browser takes for a gamepad. */
export type StopSwitch =
  | { readonly kind: 'key'; readonly code: string }
  | { readonly kind: 'button'; readonly index: number };

/** Keys that already mean something while a person operates the page. */
const takenKeys: ReadonlySet<string> = new Set(['Space', 'Enter', 'Escape', 'Tab']);

/** Tells whether a key may become the switch. */
export const mayBeSwitch = (code: string): boolean => code !== '' && !takenKeys.has(code);

/** Says what the switch is, for people. */
export const describeSwitch = (chosen: StopSwitch): string =>
  chosen.kind === 'key' ? `key ${chosen.code}` : `gamepad button ${chosen.index + 1}`;

/** Writes a switch for storage. */
export const writeSwitch = (chosen: StopSwitch): string =>
  chosen.kind === 'key' ? `key:${chosen.code}` : `button:${chosen.index}`;

/** Reads what {@link writeSwitch} wrote; undefined for anything else. */
export function readSwitch(text: string | null): StopSwitch | undefined {
  const [kind, value = ''] = (text ?? '').split(':');
  if (kind === 'key' && mayBeSwitch(value)) return { kind, code: value };
  const index = Number(value);
  if (kind === 'button' && value !== '' && Number.isInteger(index) && index >= 0 && index < 64)
    return { kind, index };
  return undefined;
}

/** What this needs of the browser's `Gamepad`. */
interface PadState {
  readonly index: number;
  readonly buttons: readonly { readonly pressed: boolean }[];
}

/** Finds presses among the states of gamepads: a button counts when it goes down, not while it is held. */
export class PadPresses {
  readonly #down = new Set<string>();

  /** Returns the indices of the buttons that went down since the last call. */
  update(pads: readonly (PadState | null)[]): number[] {
    const pressed: number[] = [];
    const down = new Set<string>();
    for (const pad of pads) {
      pad?.buttons.forEach((button, index) => {
        if (!button.pressed) return;
        const key = `${pad.index}:${index}`;
        down.add(key);
        if (!this.#down.has(key)) pressed.push(index);
      });
    }
    this.#down.clear();
    for (const key of down) this.#down.add(key);
    return pressed;
  }
}
