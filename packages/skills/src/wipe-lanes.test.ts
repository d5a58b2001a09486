import { Transform, type Vector3 } from '@efferent/core';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clearOf } from './clear-surface.ts';
import type { SupportArea } from './geometry.ts';
import { frontStrip, patchOf, wipeStrokes } from './wipe-lanes.ts';

const flat = (at: Vector3, yaw: number, sizeM: Vector3) => ({
  mapFromThing: new Transform(at, Transform.fromPlanar(0, 0, yaw).rotation),
  sizeM,
});

const area: SupportArea = {
  id: 'top',
  furnitureId: 'table',
  mapFromArea: new Transform([0.1, 1.55, 0.74], Transform.fromPlanar(0, 0, 0.4).rotation),
  sizeM: [1.2, 0.6],
  clearanceM: 0.6,
  topOnly: false,
  boxIds: ['table'],
};

const apartM = (a: Vector3, b: Vector3) => Math.hypot(a[0] - b[0], a[1] - b[1]);

/** Distance of a point from a stroke, m. */
function awayFrom(x: number, y: number, from: Vector3, to: Vector3): number {
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const share = Math.max(
    0,
    Math.min(1, ((x - from[0]) * dx + (y - from[1]) * dy) / (dx * dx + dy * dy || 1)),
  );
  return Math.hypot(x - from[0] - share * dx, y - from[1] - share * dy);
}

describe('strokes over a patch', () => {
  test('lie along its long side, whichever way it was seen', () => {
    for (const thing of [
      flat([1, 2, 0.7], 0.3, [0.3, 0.1, 0]),
      flat([1, 2, 0.7], 0.3 - Math.PI / 2, [0.1, 0.3, 0]),
    ]) {
      const patch = patchOf(thing, 0.74);
      expect(patch).toMatchObject({ lengthM: 0.3, widthM: 0.1 });
      expect(patch.mapFromPatch.translation).toEqual([1, 2, 0.74]);
      for (const { from, to } of wipeStrokes(patch, 0.09, () => true))
        expect(Math.abs(Math.sin(Math.atan2(to[1] - from[1], to[0] - from[0]) - 0.3))).toBeLessThan(1e-9);
    }
  });

  test('bring the tool over every point of it, and each begins where the last one has ended', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.02, max: 0.6, noNaN: true }),
        fc.double({ min: 0.02, max: 0.4, noNaN: true }),
        fc.double({ min: 0.05, max: 0.12, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        (a, b, toolM, yaw, u, v) => {
          const patch = patchOf(flat([1, 2, 0.7], yaw, [a, b, 0]), 0.74);
          const strokes = wipeStrokes(patch, toolM, () => true);
          const [x, y] = patch.mapFromPatch.apply([u * patch.lengthM, v * patch.widthM, 0]);
          expect(Math.min(...strokes.map(({ from, to }) => awayFrom(x, y, from, to)))).toBeLessThanOrEqual(
            toolM / 2,
          );
          for (const [i, { to }] of strokes.slice(0, -1).entries())
            expect(apartM(strokes[i + 1]!.from, to)).toBeLessThan(toolM);
        },
      ),
      { seed: 5, numRuns: 300 },
    );
  });

  test('leave out what is not free, and pieces that are too short', () => {
    const patch = patchOf(flat([0, 0, 0], 0, [0.4, 0.05, 0]), 0);
    const strokes = wipeStrokes(patch, 0.09, (x) => Math.abs(x) > 0.05 && x < 0.07);
    expect(strokes).toHaveLength(1);
    expect(strokes[0]!.to[0]).toBeLessThan(-0.05);
    expect(wipeStrokes(patch, 0.09, () => false)).toEqual([]);
  });

  test('cover the strip along the edge where the robot stands, whichever edge that is', () => {
    const edge = area.mapFromArea.apply([0.2, -0.3, 0]);
    const tip = area.mapFromArea.apply([0.2, -1.3, 0]);
    const strip = frontStrip(area, [edge[0], edge[1]], [tip[0] - edge[0], tip[1] - edge[1]], 0.22, 0.06);
    expect(strip.lengthM).toBeCloseTo(1.08);
    expect(strip.widthM).toBeCloseTo(0.22);
    const center = area.mapFromArea.inverse().apply(strip.mapFromPatch.translation);
    expect(center[0]).toBeCloseTo(0);
    expect(center[1]).toBeCloseTo(-0.3 + 0.06 + 0.11);
    const side = area.mapFromArea.apply([0.6, 0.1, 0]);
    const out = area.mapFromArea.apply([1.6, 0.1, 0]);
    const beside = frontStrip(area, [side[0], side[1]], [out[0] - side[0], out[1] - side[1]], 0.22, 0.06);
    expect(beside.lengthM).toBeCloseTo(0.48);
    expect(area.mapFromArea.inverse().apply(beside.mapFromPatch.translation)[0]).toBeCloseTo(
      0.6 - 0.06 - 0.11,
    );
  });
});

describe('a surface is clear', () => {
  const depthOf = (points: readonly Vector3[]) => ({
    stampS: 1,
    pointsM: Float64Array.from(points.flatMap((each) => [...area.mapFromArea.apply(each)])),
  });
  const level: Vector3[] = Array.from({ length: 200 }, (_, i) => [
    ((i % 20) - 10) * 0.03,
    (Math.floor(i / 20) - 5) * 0.03,
    0.002,
  ]);
  const at = (u: number, v: number) => area.mapFromArea.apply([u, v, 0]);
  const isClear = (
    points: readonly Vector3[],
    u: number,
    v: number,
    things: Parameters<typeof clearOf>[1][number]['sightings'] = [],
  ) => {
    const [x, y] = at(u, v);
    return clearOf(area, [{ depth: depthOf(points), sightings: things }], 0.06)(x, y);
  };

  test('where it was seen and nothing stands', () => {
    expect(isClear(level, 0, 0)).toBe(true);
    expect(isClear(level, 0.5, 0.2)).toBe(false);
    expect(isClear([], 0, 0)).toBe(false);
  });

  test('not beside depth points above it; a single one is noise', () => {
    const thing: Vector3[] = [
      [0.05, 0, 0.05],
      [0.05, 0, 0.06],
    ];
    expect(isClear([...level, ...thing], 0, 0)).toBe(false);
    expect(isClear([...level, ...thing], -0.05, 0)).toBe(true);
    expect(isClear([...level, thing[0]!], 0, 0)).toBe(true);
  });

  test('not beside a thing that was detected; on a spill it is', () => {
    const seen = (className: string) => [
      {
        className,
        score: 0.9,
        mapFromThing: new Transform(at(0.08, 0), [0, 0, 0, 1]),
        sizeM: [0.08, 0.08, 0.1] as const,
      },
    ];
    expect(isClear(level, 0, 0, seen('mug'))).toBe(false);
    expect(isClear(level, 0, 0, seen('spill'))).toBe(true);
  });
});
