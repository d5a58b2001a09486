import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type WindowFeatureGroup, WindowFeatureSet, windowFeatureGroups } from './window-feature-set.ts';
import { WindowedFeatures } from './windowed-features.ts';

interface Golden {
  readonly windows: readonly (readonly number[])[];
  readonly groups: Readonly<Record<WindowFeatureGroup, readonly (readonly number[])[]>>;
}

const golden: Golden = JSON.parse(readFileSync(join(import.meta.dirname, 'libemg-features.json'), 'utf8'));

test('every group has the values that LibEMG computes, to 1e-6', () => {
  for (const group of Object.keys(windowFeatureGroups) as WindowFeatureGroup[]) {
    golden.windows.forEach((window, row) => {
      const set = new WindowFeatureSet(group, window.length);
      const out = new Float64Array(set.length);
      set.write(Float64Array.from(window), out, 0);
      const expected = golden.groups[group][row]!;
      expect(expected).toHaveLength(set.length);
      expected.forEach((value, i) => {
        expect(
          Math.abs(out[i]! - value),
          `${group} ${i} of window ${row}: ${out[i]}, LibEMG ${value}`,
        ).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
      });
    });
  }
});

test('the features of the decoding loop are the same where no step is inside the deadband', () => {
  for (const [row, window] of golden.windows.slice(0, 5).entries()) {
    const windows = new WindowedFeatures(1, {
      windowSamples: window.length,
      strideSamples: window.length / 4,
      deadbandUv: 0,
    });
    const samples = Float32Array.from(window);
    for (let i = 0; i < samples.length; i++) windows.push(samples, i);
    const out = new Float32Array(windows.length);
    windows.writeFeatures(out);
    const [, mav, wl, zc, ssc] = out;
    const [libemgMav, libemgZc, libemgSsc, libemgWl] = golden.groups.HTD[row]!;
    for (const [ours, theirs] of [
      [mav!, libemgMav!],
      [wl!, libemgWl!],
      [zc!, libemgZc!],
      [ssc!, libemgSsc!],
    ] as const)
      expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(theirs)));
  }
});
