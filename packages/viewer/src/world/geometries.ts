import { BoxGeometry, type BufferGeometry, CylinderGeometry, SphereGeometry } from 'three';
import { RoundedBoxGeometry } from 'three/examples/jsm/geometries/RoundedBoxGeometry.js';
import { quality } from './quality.ts';

const isLean = quality === 'lean';

const cache = new Map<string, BufferGeometry>();

/** Returns a box of the given size, m, with softened edges where they would show. Shared; do not change it. */
export function boxGeometry(x: number, y: number, z: number): BufferGeometry {
  return cached(`box ${x.toFixed(4)} ${y.toFixed(4)} ${z.toFixed(4)}`, () => {
    const smallest = Math.min(x, y, z);
    const largest = Math.max(x, y, z);
    if (isLean || smallest < 0.004 || largest > 1.9) return new BoxGeometry(x, y, z);
    return new RoundedBoxGeometry(x, y, z, 2, Math.min(0.008, smallest * 0.22));
  });
}

/** Returns an ellipsoid with the given diameters, m. */
export function sphereGeometry(x: number, y: number, z: number): BufferGeometry {
  return cached(`sphere ${x.toFixed(4)} ${y.toFixed(4)} ${z.toFixed(4)}`, () =>
    new SphereGeometry(0.5, isLean ? 16 : 28, isLean ? 10 : 18).scale(x, y, z),
  );
}

/** Returns a cylinder along z with the given diameters and height, m. */
export function cylinderGeometry(x: number, y: number, height: number): BufferGeometry {
  return cached(`cylinder ${x.toFixed(4)} ${y.toFixed(4)} ${height.toFixed(4)}`, () =>
    new CylinderGeometry(0.5, 0.5, 1, isLean ? 18 : 36).rotateX(Math.PI / 2).scale(x, y, height),
  );
}

function cached(key: string, make: () => BufferGeometry): BufferGeometry {
  let geometry = cache.get(key);
  if (!geometry) {
    geometry = make();
    cache.set(key, geometry);
  }
  return geometry;
}
