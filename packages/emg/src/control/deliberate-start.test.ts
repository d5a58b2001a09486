import { expect, test } from 'vitest';
import type { GestureName } from '../gestures.ts';
import { DeliberateStart } from './deliberate-start.ts';

const periodNs = 50_000_000n;

/** Decisions every 50 ms, as `gesture seconds`, `rest seconds` or `unsure seconds`; tells when the held gesture was deliberate. */
function decide(text: string, use: (start: DeliberateStart) => void = () => undefined): boolean {
  const start = new DeliberateStart();
  let nowNs = 0n;
  let wasDeliberate = false;
  for (const part of text.split(', ')) {
    const [what = '', seconds = '0'] = part.split(' ');
    for (let i = 0; i < Math.round(Number(seconds) / 0.05); i++) {
      nowNs += periodNs;
      const gesture = what === 'rest' || what === 'unsure' ? undefined : (what as GestureName);
      start.update(gesture, what === 'rest', nowNs);
      wasDeliberate = gesture !== undefined && start.isDeliberate;
    }
    if (part.startsWith('wextend')) use(start);
  }
  return wasDeliberate;
}

test.each([
  ['made shortly, and again', 'rest 1, wextend 0.3, rest 0.4, wextend 1'],
  ['with unsure windows as it begins and ends', 'wextend 0.3, unsure 0.1, rest 0.3, unsure 0.1, wextend 1'],
  ['with an unsure window while it is held', 'wextend 0.3, rest 0.4, wextend 0.5, unsure 0.05, wextend 0.5'],
  [
    'with a window in between that was taken for another',
    'wextend 0.3, rest 0.3, wflex 0.05, rest 0.05, wextend 1',
  ],
  ['at the third try, after a first that was alone', 'wextend 0.3, rest 2, wextend 0.3, rest 0.4, wextend 1'],
])('deliberate: %s', (_, text) => {
  expect(decide(text)).toBe(true);
});

test.each([
  ['one contraction', 'rest 1, wextend 10'],
  ['one contraction that is doubted in between', 'wextend 0.4, unsure 0.5, wextend 4'],
  ['one that seems to rest for a moment', 'wextend 0.4, rest 0.15, wextend 4'],
  ['another gesture after the first', 'wflex 0.3, rest 0.4, wextend 1'],
  ['another gesture in between', 'wextend 0.3, rest 0.3, wflex 0.2, rest 0.3, wextend 1'],
  ['pieces of one contraction', 'wextend 0.4, unsure 0.5, wextend 0.4, rest 0.3, wextend 4'],
  ['a first one that nobody can name', 'wextend 0.2, wflex 0.2, rest 0.3, wextend 1'],
  ['a first one that lasted', 'wextend 1.5, rest 0.4, wextend 1'],
  ['a second one that went away', 'wextend 0.3, rest 0.4, wextend 1, unsure 2, wextend 0.3'],
  ['a second one that turned into another', 'wextend 0.3, rest 0.4, wextend 1, wflex 0.3, wextend 1'],
  ['a second one that began with another', 'wextend 0.3, rest 0.4, wflex 0.5, wextend 1'],
  [
    'rest that is doubted now and then',
    'wextend 0.3, rest 0.4, wextend 1, rest 0.15, unsure 0.05, rest 0.15, unsure 0.05, rest 0.15, unsure 0.05, wextend 0.3',
  ],
  ['a second one that came late', 'wextend 0.3, rest 1.6, wextend 1'],
])('not deliberate: %s', (_, text) => {
  expect(decide(text)).toBe(false);
});

test('a gesture that has done something is not the first of two', () => {
  expect(decide('wextend 0.3, rest 0.4, wextend 1', (start) => start.use())).toBe(false);
});
