import { type Color, type Material, MeshLambertMaterial, MeshStandardMaterial, type Side } from 'three';
import { quality } from './quality.ts';

export interface SolidLook {
  readonly color: Color;
  readonly roughness: number;
  readonly metalness: number;
  readonly opacity?: number;
  readonly side?: Side;
}

/** Creates the material of a solid thing: physically based, or plainly lit where a processor draws. */
export function solidMaterial({ color, roughness, metalness, opacity = 1, side = 0 }: SolidLook): Material {
  const common = { color, opacity, transparent: opacity < 0.99, side };
  if (quality === 'full') return new MeshStandardMaterial({ ...common, roughness, metalness });
  return new MeshLambertMaterial(common);
}
