import { EfferentError, Rng, Transform, type Vector3 } from '@efferent/core';
import type { RobotModel } from '@efferent/robot';
import { drawSetup, type EpisodeSetup, type ObjectKind, type Scene } from '@efferent/sim';

/** One pick to be tried: where everything is, and how the hand is to come. Drawn from a seed. */
export interface PickScenario {
  readonly seed: number;
  readonly objectId: string;
  readonly kind: ObjectKind;
  readonly setup: EpisodeSetup;
  /** Centre of the object, `map`, m. */
  readonly centerM: Vector3;
  readonly sizeM: Vector3;
  /** Errors of base and hand at the start, as driving and planning leave them: m, m, rad. */
  readonly baseError: Vector3;
  readonly handErrorM: Vector3;
}

/** Where things are picked from, with their weights; drawers are open in these episodes. */
const regions: readonly (readonly [region: string, weight: number])[] = [
  ['table-near', 3],
  ['table-north', 3],
  ['counter-left', 2],
  ['counter-right', 2],
  ['shelf-upper', 1],
  ['shelf-lower', 1],
  ['left-drawer', 1],
  ['right-drawer', 1],
];
const drawerOpeningM = 0.34;
/** Tall things do not go into drawers and under boards, m. */
const lowM = 0.06;
const sideWidthM = 0.11;
const maxDraws = 10;
const baseSigma: Vector3 = [0.015, 0.015, 0.025];
const handSigmaM = 0.012;

/** Extent of an object kind in its own axes, m; its origin is in the middle of the lowest face. */
export function kindSize(kind: ObjectKind): Vector3 {
  let [minX, minY, maxX, maxY, maxZ] = [0, 0, 0, 0, 0];
  for (const part of kind.shapes) {
    const [x, y, z] = part.centerM;
    const half = partHalf(part);
    minX = Math.min(minX, x - half[0]);
    maxX = Math.max(maxX, x + half[0]);
    minY = Math.min(minY, y - half[1]);
    maxY = Math.max(maxY, y + half[1]);
    maxZ = Math.max(maxZ, z + half[2]);
  }
  return [maxX - minX, maxY - minY, maxZ];
}

function partHalf(part: ObjectKind['shapes'][number]): Vector3 {
  if ('sphere' in part) return [part.sphere.radius, part.sphere.radius, part.sphere.radius];
  if ('cylinder' in part) return [part.cylinder.radius, part.cylinder.radius, part.cylinder.height / 2];
  if ('ring' in part) return [part.ring.radius, part.ring.radius, part.ring.height / 2];
  const [x, y, z] = part.box.size;
  const [c, s] = [Math.abs(Math.cos(part.yawRad)), Math.abs(Math.sin(part.yawRad))];
  return [(x * c + y * s) / 2, (x * s + y * c) / 2, z / 2];
}

/** Draws a scenario; another seed is another kitchen. */
export function drawPickScenario(scene: Scene, model: RobotModel, seed: number): PickScenario {
  const rng = new Rng(seed).fork(`pick ${model.id}`);
  const graspable = scene.file.objects.filter(
    (object) => scene.kinds.get(object.kind)?.grasp.type === 'body',
  );
  const object = rng.pick(graspable);
  const kind = scene.kinds.get(object.kind)!;
  const sizeM = kindSize(kind);
  const allowed = regions.filter(([id]) => {
    const region = scene.file.regions.find((entry) => entry.id === id);
    if (region === undefined) return false;
    if (region.containerId !== undefined) return sizeM[2] < lowM;
    const clearance = scene.map.surfaces.find((entry) => entry.id === region.surfaceId)?.clearanceM;
    // Under a board the hand comes level: not for flat things, nor for what is wider than its opening any way round.
    return (
      clearance === undefined || (sizeM[2] + 0.1 < clearance && sizeM[2] > lowM && sizeM[0] < sideWidthM)
    );
  });
  const setup = drawPlaced(scene, object.id, allowed, seed, rng);
  const pose = setup.objectPoses.get(object.id) ?? Transform.identity;
  const jitter = (sigma: number) => rng.normal(0, sigma);
  return {
    seed,
    objectId: object.id,
    kind,
    setup,
    centerM: pose.apply([0, 0, sizeM[2] / 2]),
    sizeM,
    baseError: [jitter(baseSigma[0]), jitter(baseSigma[1]), jitter(baseSigma[2])],
    handErrorM: [jitter(handSigmaM), jitter(handSigmaM), jitter(handSigmaM)],
  };
}

/** Draws where things are; a region that is too full for the object is drawn again. */
function drawPlaced(
  scene: Scene,
  objectId: string,
  allowed: readonly (readonly [region: string, weight: number])[],
  seed: number,
  rng: Rng,
): EpisodeSetup {
  const weighted = allowed.flatMap(([id, weight]) => Array.from({ length: weight }, () => id));
  for (let attempt = 0; ; attempt++) {
    const region = rng.pick(weighted);
    const articulationPositions = new Map(region.endsWith('-drawer') ? [[region, drawerOpeningM]] : []);
    const request = { seed, regions: new Map([[objectId, region]]), articulationPositions };
    try {
      return drawSetup(scene, request, rng.fork(attempt === 0 ? 'setup' : `setup ${attempt}`));
    } catch (error) {
      const isFull = EfferentError.isInstance(error) && error.code === 'no-room';
      if (!isFull || attempt >= maxDraws) throw error;
    }
  }
}
