import { describe, expect, it } from 'vitest';
import { mayBeSwitch, PadPresses, readSwitch, type StopSwitch, writeSwitch } from './stop-switch.ts';

const pad = (...down: boolean[]) => ({ index: 0, buttons: down.map((pressed) => ({ pressed })) });

describe('the switch that stops', () => {
  it('is remembered as it was set', () => {
    for (const chosen of [
      { kind: 'key', code: 'F13' },
      { kind: 'button', index: 3 },
    ] satisfies StopSwitch[])
      expect(readSwitch(writeSwitch(chosen))).toEqual(chosen);
  });

  it.each([null, '', 'key:', 'key:Space', 'button:', 'button:-1', 'button:1.5', 'button:999', 'mouse:1'])(
    'is none when %j was stored',
    (text) => expect(readSwitch(text)).toBeUndefined(),
  );

  it('is no key by which the page is operated', () => {
    expect(['Enter', 'Space', 'Tab', 'Escape', ''].filter(mayBeSwitch)).toEqual([]);
    expect(mayBeSwitch('KeyQ')).toBe(true);
  });

  it('closes when a button goes down, once, also when the pad comes back', () => {
    const presses = new PadPresses();
    expect(presses.update([null, pad(false, false)])).toEqual([]);
    expect(presses.update([pad(false, true)])).toEqual([1]);
    expect(presses.update([pad(false, true)])).toEqual([]);
    expect(presses.update([null])).toEqual([]);
    expect(presses.update([pad(true, true)])).toEqual([0, 1]);
  });
});
