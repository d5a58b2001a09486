import fc from 'fast-check';
import { expect, test } from 'vitest';
import { designBandPass, designNotch, gainAt } from './filter-design.ts';

// scipy 1.17.1: butter(4, [20, 450], fs=2000, btype='band', output='sos')[:, 4:], sorted by the last column.
const scipyDenominators = [
  [-0.23229445475416327, 0.0584632902836265],
  [-0.24489098121705158, 0.4773969314979959],
  [-1.8805833029749925, 0.8848214006208994],
  [-1.9516001944028154, 0.9555335061459913],
];

test('the band-pass has the poles that scipy computes', () => {
  const sections = [...designBandPass(4, [20, 450], 2000)].sort((p, q) => p.a[1] - q.a[1]);
  sections.forEach(({ a }, i) => {
    expect(a[0]).toBeCloseTo(scipyDenominators[i]![0]!, 11);
    expect(a[1]).toBeCloseTo(scipyDenominators[i]![1]!, 11);
  });
});

test('the band-pass has the gains that scipy computes', () => {
  const expected = new Map([
    [5, 0.0033891664751770165],
    [20, Math.SQRT1_2],
    [60, 0.999996050374977],
    [200, 0.9999716714258005],
    [450, Math.SQRT1_2],
    [600, 0.13389799508079506],
  ]);
  const sections = designBandPass(4, [20, 450], 2000);
  for (const [hz, gain] of expected) expect(gainAt(sections, hz, 2000)).toBeCloseTo(gain, 9);
});

test('a notch removes its frequency, halves power at its edges and leaves the rest', () => {
  const notch = designNotch(50, 3, 2000);
  // scipy 1.17.1: iirnotch(50, 50 / 3, fs=2000)
  expect(notch.b[0]).toBeCloseTo(0.99530968, 8);
  expect(notch.a[0]).toBeCloseTo(-1.96611153, 8);
  expect(notch.a[1]).toBeCloseTo(0.99061936, 8);
  expect(gainAt([notch], 50, 2000)).toBeLessThan(1e-9);
  expect(gainAt([notch], 48.52, 2000)).toBeCloseTo(Math.SQRT1_2, 2);
  expect(gainAt([notch], 120, 2000)).toBeGreaterThan(0.999);
});

test('every band-pass is stable, passes its centre and halves power at both edges', () => {
  const band = fc.record({
    order: fc.integer({ min: 1, max: 5 }),
    lowHz: fc.double({ min: 10, max: 200, noNaN: true }),
    widthHz: fc.double({ min: 40, max: 500, noNaN: true }),
    rateHz: fc.constantFrom(2000, 2048, 4000),
  });
  fc.assert(
    fc.property(band, ({ order, lowHz, widthHz, rateHz }) => {
      const highHz = lowHz + widthHz;
      const sections = designBandPass(order, [lowHz, highHz], rateHz);
      expect(sections).toHaveLength(order);
      for (const { a } of sections) {
        // Jury's conditions: both poles inside the unit circle.
        expect(Math.abs(a[1])).toBeLessThan(1);
        expect(Math.abs(a[0])).toBeLessThan(1 + a[1]);
      }
      expect(gainAt(sections, lowHz, rateHz)).toBeCloseTo(Math.SQRT1_2, 5);
      expect(gainAt(sections, highHz, rateHz)).toBeCloseTo(Math.SQRT1_2, 5);
    }),
  );
});

test('a band beyond half of the sample rate is refused with its numbers', () => {
  expect(() => designBandPass(4, [20, 450], 800)).toThrowError('20 to 450 Hz at 800 Hz');
  expect(() => designNotch(50, 0, 2000)).toThrowError('a width above 0');
});
