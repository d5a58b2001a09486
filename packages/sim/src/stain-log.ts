import type { Vector3 } from '@efferent/core';
import { furnitureTransform } from '@efferent/robot';
import type { PhysicsWorld } from './physics-world.ts';
import type { Scene } from './scene-file.ts';

/** A stain is counted in squares of this size, m. */
export const cellM = 0.02;
/** What wipes is on the surface when its foot, or its top when it is turned over, is this near to it, m: a sponge gives by as much. */
const contactM = 0.003;

/** One square of a stain. */
export interface StainCell {
  /** Its middle on the surface, map frame, m. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  isWiped: boolean;
}

interface Stain {
  readonly id: string;
  readonly wipedBy: string;
  /** What wipes reaches so far from its middle, m. */
  readonly radiusM: number;
  /** It is so high, m: turned over it wipes with its top. */
  readonly heightM: number;
  readonly colorRgb: Vector3;
  readonly cells: readonly StainCell[];
}

/** Keeps which squares of the stains of a scene were wiped: those over which the wiping thing was moved in contact. */
export class StainLog {
  readonly stains: readonly Stain[];
  readonly #physics: PhysicsWorld;

  constructor(scene: Scene, physics: PhysicsWorld) {
    this.#physics = physics;
    this.stains = scene.file.stains.map((stain) => {
      const { id, wipedBy, colorRgb } = stain;
      const kindId = scene.file.objects.find((each) => each.id === wipedBy)?.kind ?? '';
      const cells = squaresOf(scene, stain).map(([x, y, z]): StainCell => ({ x, y, z, isWiped: false }));
      const shape = scene.kinds.get(kindId)?.shapes[0];
      return { id, wipedBy, radiusM: radiusOf(shape), heightM: heightOf(shape), colorRgb, cells };
    });
  }

  /** How many squares all stains of the scene have. */
  get cellCount(): number {
    return this.stains.reduce((sum, { cells }) => sum + cells.length, 0);
  }

  /** Writes 1 for every square that was wiped and 0 for the others, stain after stain, from `at` on. */
  writeWiped(out: Float64Array, at: number): void {
    let i = at;
    for (const { cells } of this.stains) for (const cell of cells) out[i++] = cell.isWiped ? 1 : 0;
  }

  clear(): void {
    for (const { cells } of this.stains) for (const cell of cells) cell.isWiped = false;
  }

  /** Takes in where what wipes is after a step. */
  measure(): void {
    for (const { wipedBy, radiusM, heightM, cells } of this.stains) {
      const wiping = this.#physics.findObject(wipedBy);
      const first = cells[0];
      if (wiping === undefined || first === undefined || wiping.body.velocity.lengthSquared() < 1e-6)
        continue;
      const pose = wiping.pose();
      const ends = [pose.translation, pose.apply([0, 0, heightM])];
      const face = ends.find(([, , z]) => Math.abs(z - first.z) <= contactM);
      if (face === undefined) continue;
      for (const cell of cells)
        if (Math.hypot(cell.x - face[0], cell.y - face[1]) <= radiusM) cell.isWiped = true;
    }
  }

  /** Share of each stain that was wiped, [0, 1], by its id. */
  shares(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.stains.map(({ id, cells }) => [id, cells.filter(({ isWiped }) => isWiped).length / cells.length]),
    );
  }
}

/** Middles of the squares of a stain on its surface, map frame, m. */
export function squaresOf(
  scene: Scene,
  { surfaceId, centerM, sizeM }: Pick<Scene['file']['stains'][number], 'surfaceId' | 'centerM' | 'sizeM'>,
): readonly Vector3[] {
  const surface = scene.map.surfaces.find((each) => each.id === surfaceId);
  const frame = furnitureTransform(scene.map, surface?.furnitureId ?? '');
  const [columns, rows] = [Math.round(sizeM[0] / cellM), Math.round(sizeM[1] / cellM)];
  return Array.from({ length: columns * rows }, (_, i) => {
    const u = centerM[0] + ((i % columns) + 0.5) * cellM - sizeM[0] / 2;
    const v = centerM[1] + (Math.floor(i / columns) + 0.5) * cellM - sizeM[1] / 2;
    return frame.apply([u, v, surface?.heightM ?? 0]);
  });
}

type Shape = NonNullable<ReturnType<Scene['kinds']['get']>>['shapes'][number];

function heightOf(shape: Shape | undefined): number {
  if (shape === undefined) return 0;
  if ('cylinder' in shape) return shape.cylinder.height;
  return 'box' in shape ? shape.box.size[2] : 0;
}

function radiusOf(shape: Shape | undefined): number {
  if (shape === undefined) return 0;
  if ('cylinder' in shape) return shape.cylinder.radius;
  return 'box' in shape ? Math.min(shape.box.size[0], shape.box.size[1]) / 2 : 0;
}
