import type { Transform, Vector3 } from '@efferent/core';
import { decay } from './kinds.ts';
import { type CameraView, isOccluded, type Occluder, projectPoint } from './visibility.ts';
import type { Fixture, WorldMap } from './world-map.ts';

const gridAcross = 4;
const gridDeep = 3;
/** Farther away, small things have too few pixels to be found reliably. */
const maxRangeM = 2;
/** From within this, small things are found also between others. */
const closeRangeM = 1.45;
/** Two glimpses within this time make a cell seen, s. */
const twoGlimpsesS = 1;

/** Remembers when each part of each surface and container was last in clear view. */
export class Coverage {
  readonly #map: WorldMap;
  readonly #lastSeenS = new Map<string, Float64Array>();
  readonly #lastCloseS = new Map<string, Float64Array>();
  /** Last glimpse of each cell; one picture in passing is not enough to find small things. */
  readonly #glimpseS = new Map<string, Float64Array>();

  constructor(map: WorldMap) {
    this.#map = map;
    for (const fixture of map.fixtures.values()) {
      if (fixture.isSurface || fixture.isContainer) {
        for (const cells of [this.#lastSeenS, this.#lastCloseS, this.#glimpseS])
          cells.set(fixture.id, new Float64Array(gridAcross * gridDeep).fill(Number.NEGATIVE_INFINITY));
      }
    }
  }

  /** Marks what this picture shows. @param isShut - whether a fixture's volume cannot be seen into at all now */
  observe(
    view: CameraView,
    nowS: number,
    occluders: readonly Occluder[],
    articulationPosition: (id: string) => number,
    isShut: (fixture: Fixture) => boolean,
  ): void {
    const cameraFromMap = view.mapFromCamera.inverse();
    const eye = view.mapFromCamera.translation;
    for (const [id, seen] of this.#lastSeenS) {
      const fixture = this.#map.fixture(id)!;
      const glimpses = this.#glimpseS.get(id)!;
      const closely = this.#lastCloseS.get(id)!;
      if (isShut(fixture)) continue;
      const position = fixture.movesWith === undefined ? 0 : articulationPosition(fixture.movesWith);
      const mapFromFixture = this.#map.mapFromFixture(fixture, position);
      for (let cell = 0; cell < seen.length; cell++) {
        const point = cellPoint(fixture, mapFromFixture, cell);
        const pixel = projectPoint(view, cameraFromMap, point);
        if (pixel === undefined || pixel.depthM > maxRangeM || isOccluded(eye, point, occluders, 0.06))
          continue;
        if (nowS - glimpses[cell]! < twoGlimpsesS) {
          seen[cell] = nowS;
          if (pixel.depthM <= closeRangeM) closely[cell] = nowS;
        }
        glimpses[cell] = nowS;
      }
    }
  }

  /** Marks the whole of a fixture as in clear view from near. */
  mark(fixtureId: string, nowS: number): void {
    for (const cells of [this.#lastSeenS, this.#lastCloseS]) cells.get(fixtureId)?.fill(nowS);
  }

  /** Share of a fixture that was in clear view at or after `sinceS`, [0, 1]; 0 for fixtures without a volume. */
  since(fixtureId: string, sinceS: number): number {
    return shareSince(this.#lastSeenS.get(fixtureId), sinceS);
  }

  /** Like {@link Coverage.since}, from so near that small things between others are found. */
  closelySince(fixtureId: string, sinceS: number): number {
    return shareSince(this.#lastCloseS.get(fixtureId), sinceS);
  }

  /**
   * Like {@link Coverage.since}, but what was seen counts less the longer ago that was.
   *
   * @param halfLifeS - after this time it counts half, s
   * @param how - `closely` for what was seen from near only
   */
  fresh(
    fixtureId: string,
    sinceS: number,
    nowS: number,
    halfLifeS: number,
    how: 'at-all' | 'closely' = 'at-all',
  ): number {
    const cells = (how === 'closely' ? this.#lastCloseS : this.#lastSeenS).get(fixtureId);
    if (cells === undefined) return 0;
    let sum = 0;
    for (const time of cells)
      if (time > Number.NEGATIVE_INFINITY && time >= sinceS) sum += decay(nowS - time, halfLifeS);
    return sum / cells.length;
  }

  /** Forgets what was seen in a fixture, e.g. after it was closed. */
  forget(fixtureId: string): void {
    for (const cells of [this.#lastSeenS, this.#lastCloseS])
      cells.get(fixtureId)?.fill(Number.NEGATIVE_INFINITY);
  }

  clear(): void {
    for (const id of this.#lastSeenS.keys()) this.forget(id);
  }
}

function shareSince(cells: Float64Array | undefined, sinceS: number): number {
  if (cells === undefined) return 0;
  let count = 0;
  for (const time of cells) if (time > Number.NEGATIVE_INFINITY && time >= sinceS) count += 1;
  return count / cells.length;
}

/** Centre of a grid cell, 4 cm above the floor of the volume. */
function cellPoint(fixture: Fixture, mapFromFixture: Transform, cell: number): Vector3 {
  const u = ((cell % gridAcross) + 0.5) / gridAcross - 0.5;
  const v = (Math.floor(cell / gridAcross) + 0.5) / gridDeep - 0.5;
  const floor = fixture.floorHeightM + 0.04 - fixture.mapFromCenter.translation[2];
  return mapFromFixture.apply([u * fixture.sizeM[0], v * fixture.sizeM[1], floor]);
}
