import { furnitureTransform } from '@efferent/robot';
import type { Mesh } from './mesh.ts';
import type { Scene } from './scene-file.ts';
import { cellM, squaresOf } from './stain-log.ts';

/** A stain is drawn this far above its surface, so that it is in front of it, m. */
const aboveM = 0.0008;

/**
 * Makes the squares of a scene's stains as the camera sees them: flat, one mesh a square, stain after stain.
 *
 * @param instances - instance number of each stain by its id
 */
export function stainMeshes(scene: Scene, instances: ReadonlyMap<string, number>): readonly Mesh[] {
  return scene.file.stains.flatMap((stain) => {
    const surface = scene.map.surfaces.find((each) => each.id === stain.surfaceId);
    const { yaw } = furnitureTransform(scene.map, surface?.furnitureId ?? '');
    const [c, s] = [(Math.cos(yaw) * cellM) / 2, (Math.sin(yaw) * cellM) / 2];
    return squaresOf(scene, stain).map(([x, y, z]): Mesh => {
      const corner = (u: number, v: number) => [x + u * c - v * s, y + u * s + v * c, z + aboveM];
      return {
        group: 0,
        instance: instances.get(stain.id) ?? 0,
        colorRgb: stain.colorRgb,
        vertices: Float64Array.of(...corner(-1, -1), ...corner(1, -1), ...corner(1, 1), ...corner(-1, 1)),
        faces: [Uint16Array.of(0, 1, 2, 3)],
        center: [x, y, z + aboveM],
        radiusM: cellM * Math.SQRT1_2,
      };
    });
  });
}
