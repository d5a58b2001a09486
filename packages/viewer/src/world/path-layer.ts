import {
  CatmullRomCurve3,
  Group,
  Mesh,
  MeshBasicMaterial,
  SphereGeometry,
  TubeGeometry,
  Vector3,
} from 'three';

const tubeRadiusM = 0.012;

/** One planned path, drawn as a soft tube with a bead at its end. */
export class PathLayer {
  readonly group = new Group();
  readonly #material: MeshBasicMaterial;
  readonly #liftM: number;

  /** @param liftM - height added to every point, so that a path of the base does not lie in the floor, m */
  constructor(color: string, liftM: number) {
    this.#material = new MeshBasicMaterial({ color, transparent: true, opacity: 0.8, depthWrite: false });
    this.#liftM = liftM;
  }

  /** Draws the path through these points, in `map`, m; fewer than two draw nothing. */
  set(points: readonly (readonly [number, number, number])[]): void {
    for (const child of this.group.children) if (child instanceof Mesh) child.geometry.dispose();
    this.group.clear();
    const vectors = thin(points).map(([x, y, z]) => new Vector3(x, y, z + this.#liftM));
    if (vectors.length < 2) return;
    const curve = new CatmullRomCurve3(vectors, false, 'centripetal');
    const tube = new TubeGeometry(curve, Math.min(200, vectors.length * 4), tubeRadiusM, 6);
    const end = new Mesh(new SphereGeometry(tubeRadiusM * 2.6, 16, 12), this.#material);
    end.position.copy(vectors[vectors.length - 1] as Vector3);
    this.group.add(new Mesh(tube, this.#material), end);
  }
}

/** Leaves out points nearer than 2 cm to the one before, which would make the curve loop. */
function thin(points: readonly (readonly [number, number, number])[]): (readonly [number, number, number])[] {
  const kept: (readonly [number, number, number])[] = [];
  for (const point of points) {
    const last = kept[kept.length - 1];
    if (!last || Math.hypot(point[0] - last[0], point[1] - last[1], point[2] - last[2]) > 0.02)
      kept.push(point);
  }
  return kept;
}
