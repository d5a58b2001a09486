import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { articulationTransform, placedBoxes } from './placed-boxes.ts';
import { furnitureTransform, isButton, parsePriorMap } from './prior-map.ts';
import type { PriorMap } from './prior-map-schema.ts';

const scenes = fileURLToPath(new URL('../../../sim-scenes/', import.meta.url));
const kitchenText = readFileSync(`${scenes}kitchen/map.yaml`, 'utf8');
const kitchen = parsePriorMap(kitchenText, 'map.yaml');

/** Tells whether the box's footprint reaches into the rectangle around (x, y). */
function overlapsFootprint(map: PriorMap, x: number, y: number, halfM: number): string | undefined {
  for (const placed of placedBoxes(map)) {
    const local = placed.mapFromBox.inverse().apply([x, y, placed.mapFromBox.translation[2]]);
    const outsideM = Math.hypot(
      Math.max(0, Math.abs(local[0]) - placed.sizeM[0] / 2),
      Math.max(0, Math.abs(local[1]) - placed.sizeM[1] / 2),
    );
    if (outsideM < halfM && placed.mapFromBox.translation[2] - placed.sizeM[2] / 2 < 1.4)
      return placed.ownerId;
  }
  return undefined;
}

describe.each(readdirSync(scenes))('the map of scene %s', (scene) => {
  const map = parsePriorMap(readFileSync(`${scenes}${scene}/map.yaml`, 'utf8'), `${scene}/map.yaml`);

  it('has its own folder as id', () => expect(map.id).toBe(scene));

  it('lets the robot stand at every place with 0.24 m around its centre free', () => {
    for (const { id, poseXyYaw } of map.places) {
      expect(overlapsFootprint(map, poseXyYaw[0], poseXyYaw[1], 0.24), id).toBeUndefined();
    }
  });

  it('keeps every box inside the walls', () => {
    for (const placed of placedBoxes(map)) {
      if (placed.part === 'wall') continue;
      const [x, y, z] = placed.mapFromBox.translation;
      expect(x).toBeGreaterThan(map.bounds.minM[0]);
      expect(x).toBeLessThan(map.bounds.maxM[0]);
      expect(y).toBeGreaterThan(map.bounds.minM[1]);
      expect(y).toBeLessThan(map.bounds.maxM[1]);
      expect(z - placed.sizeM[2] / 2).toBeGreaterThanOrEqual(-1e-9);
    }
  });

  it('draws no moving part into furniture over its whole range', () => {
    for (const articulation of map.articulations) {
      const [low, high] = articulation.range;
      for (let step = 0; step <= 10; step++) {
        const positions = new Map([[articulation.id, low + ((high - low) * step) / 10]]);
        const boxes = placedBoxes(map, positions);
        const handle = boxes.find((b) => b.ownerId === articulation.id && b.part === 'handle');
        const [x, y, z] = handle?.mapFromBox.translation ?? [0, 0, 0];
        for (const other of boxes) {
          if (other.part !== 'furniture') continue;
          const local = other.mapFromBox.inverse().apply([x, y, z]);
          const inside = local.every((value, axis) => Math.abs(value) < (other.sizeM[axis] as number) / 2);
          expect(inside, `${articulation.id} handle in ${other.ownerId}`).toBe(false);
        }
      }
    }
  });
});

describe('parsePriorMap', () => {
  it('names file and field of a value that is wrong', () => {
    const text = kitchenText.replace('height_m: 0.72,', 'height_m: tall,');
    expect(() => parsePriorMap(text, 'my/map.yaml')).toThrow(/my\/map\.yaml: surfaces\.0\.height_m/);
  });

  it('names the reference that leads nowhere and what there is', () => {
    const text = kitchenText.replace('on: fridge, names: [lower', 'on: freezer, names: [lower');
    expect(() => parsePriorMap(text, 'map.yaml')).toThrow(
      /surfaces\.2\.on: no furniture 'freezer'; known: table/,
    );
  });

  it('refuses a field that it does not know', () => {
    expect(() => parsePriorMap(`${kitchenText}\ncolour: blue\n`, 'map.yaml')).toThrow(/colour/);
  });
});

describe('articulationTransform', () => {
  it('slides a drawer along its axis', () => {
    const drawer = kitchen.articulations.find((a) => a.id === 'left-drawer');
    if (!drawer) throw new Error('the kitchen has a left drawer');
    const moved = articulationTransform(drawer, 0.3).apply(drawer.handle.positionM);
    expect(moved[1]).toBeCloseTo(drawer.handle.positionM[1] - 0.3, 9);
  });

  it('swings the fridge door out of the fridge about its hinge', () => {
    const door = kitchen.articulations.find((a) => a.id === 'fridge-door');
    if (!door) throw new Error('the kitchen has a fridge door');
    const mapFromFridge = furnitureTransform(kitchen, 'fridge');
    const closed = mapFromFridge.apply(door.handle.positionM);
    const open = mapFromFridge.apply(articulationTransform(door, Math.PI / 2).apply(door.handle.positionM));
    expect(open[1]).toBeLessThan(closed[1] - 0.4);
    expect(open[0]).toBeGreaterThan(closed[0] + 0.4);
    const hinge = mapFromFridge.apply(door.originM);
    const radius = (p: readonly number[]) =>
      Math.hypot((p[0] as number) - hinge[0], (p[1] as number) - hinge[1]);
    expect(radius(open)).toBeCloseTo(radius(closed), 9);
  });
});

describe('rooms and kinds of things', () => {
  const withRoom = (room: string) => `${kitchenText}\nrooms:\n  - ${room}\n`;

  it('are optional, and read when given', () => {
    expect(kitchen.rooms).toEqual([]);
    const map = parsePriorMap(
      `${withRoom('{ id: cooking, names: [cooking corner], bounds: { min: [0, 0], max: [2, 2] } }')}kinds:\n  - { name: mug, half_life_s: 900, places: { shelf: 0.6, table: 0.2 } }\n`,
      'map.yaml',
    );
    expect(map.rooms[0]?.bounds).toEqual({ minM: [0, 0], maxM: [2, 2] });
    expect(map.kinds).toEqual([{ name: 'mug', halfLifeS: 900, places: { shelf: 0.6, table: 0.2 } }]);
  });

  it('are refused with the field that is wrong', () => {
    expect(() =>
      parsePriorMap(
        withRoom('{ id: hall, names: [hall], bounds: { min: [2, 0], max: [0, 2] } }'),
        'map.yaml',
      ),
    ).toThrow(/rooms\.0\.bounds: room 'hall' has no area/);
    expect(() =>
      parsePriorMap(`${kitchenText}\nkinds:\n  - { name: mug, half_life_s: -1 }\n`, 'map.yaml'),
    ).toThrow(/kinds\.0\.half_life_s/);
  });
});

it('tells what is pushed from what is pulled open', () => {
  const buttons = readdirSync(scenes).flatMap((scene) =>
    parsePriorMap(readFileSync(`${scenes}${scene}/map.yaml`, 'utf8'), scene)
      .articulations.filter(isButton)
      .map(({ id }) => `${scene}/${id}`),
  );
  expect(buttons).toEqual(['care-room/light-switch']);
});
