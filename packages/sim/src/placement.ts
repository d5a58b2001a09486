import { ContractError, type Rng, Transform, type Vector3 } from '@efferent/core';
import { articulationTransform, furnitureTransform } from '@efferent/robot';
import { objectSolids } from './object-body.ts';
import type { Scene, SceneRegion } from './scene-file.ts';

/** Where everything starts in one episode. */
export interface EpisodeSetup {
  readonly seed: number;
  /** [x m, y m, yaw rad] in `map`. */
  readonly robotPose: Vector3;
  /** mapFromObject by object id. */
  readonly objectPoses: ReadonlyMap<string, Transform>;
  /** Joint positions by articulation id, m or rad. */
  readonly articulationPositions: ReadonlyMap<string, number>;
}

/** What a set-up asks for beside the scene's defaults. */
export interface PlacementRequest {
  readonly seed: number;
  /** Region by object id; the scene's own region for the others. */
  readonly regions?: ReadonlyMap<string, string>;
  /** Objects that are not in this episode: they wait on the ground outside of the walls. */
  readonly absent?: ReadonlySet<string>;
  readonly articulationPositions?: ReadonlyMap<string, number>;
  readonly robotPose?: Vector3;
}

/** Free space between two things when there is room, m; enough for a gripper's fingers. */
const preferredGapM = 0.09;
/** The bottom of a thing starts this far above its support, m. */
const dropM = 0.001;
/** Where absent objects wait: outside of the room, on the ground. */
const absentRowM = -2;

/**
 * Draws where everything starts: each object uniform in its region, apart from the others, with a random heading.
 *
 * @throws {@link ContractError} code `no-room` when a region cannot hold its objects
 */
export function drawSetup(scene: Scene, request: PlacementRequest, rng: Rng): EpisodeSetup {
  const articulationPositions = new Map(request.articulationPositions ?? []);
  const placed: { readonly x: number; readonly y: number; readonly z: number; readonly radiusM: number }[] =
    [];
  const poses = new Map<string, Transform>();
  // Large things first: small ones still find room between them.
  const order = [...scene.file.objects].sort(
    (a, b) => footprintRadius(scene, b.kind) - footprintRadius(scene, a.kind),
  );
  for (const entry of order) {
    if (request.absent?.has(entry.id)) {
      poses.set(entry.id, absentPose(scene, entry.id));
      continue;
    }
    const region = regionById(scene, request.regions?.get(entry.id) ?? entry.region);
    const radiusM = footprintRadius(scene, entry.kind);
    const pose = drawPose(scene, region, radiusM, placed, articulationPositions, rng);
    if (pose === undefined) {
      throw new ContractError({
        code: 'no-room',
        message: `region "${region.id}" of scene "${scene.id}" has no room left for "${entry.id}"`,
        fields: { region: region.id, object: entry.id, seed: request.seed },
      });
    }
    const [x, y, z] = pose.translation;
    placed.push({ x, y, z, radiusM });
    poses.set(entry.id, pose);
  }
  const { pose, spread } = scene.file.robot_start;
  const robotPose: Vector3 = request.robotPose ?? [
    pose[0] + rng.range(-spread[0], spread[0]),
    pose[1] + rng.range(-spread[1], spread[1]),
    pose[2] + rng.range(-spread[2], spread[2]),
  ];
  const objectPoses = new Map(scene.file.objects.map(({ id }) => [id, poses.get(id) as Transform]));
  return { seed: request.seed, robotPose, objectPoses, articulationPositions };
}

/** Draws one pose in a region, away from `occupied`; undefined when none is free. */
export function drawPoseInRegion(
  scene: Scene,
  regionId: string,
  kind: string,
  occupied: readonly Vector3[],
  articulationPositions: ReadonlyMap<string, number>,
  rng: Rng,
): Transform | undefined {
  const placed = occupied.map(([x, y, z]) => ({ x, y, z, radiusM: 0.05 }));
  return drawPose(
    scene,
    regionById(scene, regionId),
    footprintRadius(scene, kind),
    placed,
    articulationPositions,
    rng,
  );
}

function drawPose(
  scene: Scene,
  region: SceneRegion,
  radiusM: number,
  placed: readonly { readonly x: number; readonly y: number; readonly z: number; readonly radiusM: number }[],
  articulationPositions: ReadonlyMap<string, number>,
  rng: Rng,
): Transform | undefined {
  const { mapFromRegion, heightM } = regionFrame(scene, region, articulationPositions);
  for (let attempt = 0; attempt < 400; attempt++) {
    const gapM = preferredGapM * Math.max(0, 1 - attempt / 350);
    const x = region.centerM[0] + rng.range(-0.5, 0.5) * region.sizeM[0];
    const y = region.centerM[1] + rng.range(-0.5, 0.5) * region.sizeM[1];
    const yaw = rng.range(-Math.PI, Math.PI);
    const pose = mapFromRegion.multiply(Transform.fromXyzRpy([x, y, heightM + dropM], [0, 0, yaw]));
    const [px, py, pz] = pose.translation;
    const isFree = placed.every(
      (other) =>
        Math.abs(other.z - pz) > 0.25 ||
        Math.hypot(other.x - px, other.y - py) > other.radiusM + radiusM + gapM,
    );
    if (isFree) return pose;
  }
  return undefined;
}

/** @throws {@link ContractError} code `unknown-region` */
export function regionById(scene: Scene, id: string): SceneRegion {
  const region = scene.file.regions.find((r) => r.id === id);
  if (region) return region;
  throw new ContractError({
    code: 'unknown-region',
    message: `scene "${scene.id}" has no region "${id}"; it has ${scene.file.regions.map((r) => r.id).join(', ')}`,
    fields: { id },
  });
}

function regionFrame(
  scene: Scene,
  region: SceneRegion,
  articulationPositions: ReadonlyMap<string, number>,
): { mapFromRegion: Transform; heightM: number } {
  const surface = scene.map.surfaces.find((s) => s.id === region.surfaceId);
  if (surface !== undefined)
    return { mapFromRegion: furnitureTransform(scene.map, surface.furnitureId), heightM: surface.heightM };
  const container = scene.map.containers.find((c) => c.id === region.containerId);
  if (container === undefined)
    throw new ContractError({ code: 'unknown-region', message: `region "${region.id}" lies nowhere` });
  const moving = scene.map.articulations.find((a) => a.id === container.movesWithArticulationId);
  const furniture = furnitureTransform(scene.map, container.furnitureId);
  const mapFromRegion =
    moving === undefined
      ? furniture
      : furniture.multiply(articulationTransform(moving, articulationPositions.get(moving.id) ?? 0));
  return { mapFromRegion, heightM: container.interior.centerM[2] - container.interior.sizeM[2] / 2 };
}

const radiusCache = new WeakMap<object, number>();

/** Radius of the smallest upright cylinder about the object frame's z axis that holds the object, m. */
export function footprintRadius(scene: Scene, kindId: string): number {
  const kind = scene.kinds.get(kindId);
  if (kind === undefined)
    throw new ContractError({ code: 'unknown-kind', message: `scene "${scene.id}" has no kind "${kindId}"` });
  const known = radiusCache.get(kind);
  if (known !== undefined) return known;
  const radius = Math.max(
    ...objectSolids(kind).map(({ shape, objectFromSolid }) => {
      const [x, y] = objectFromSolid.translation;
      const own = shape.kind === 'box' ? Math.hypot(shape.sizeM[0], shape.sizeM[1]) / 2 : shape.radiusM;
      return Math.hypot(x, y) + own;
    }),
  );
  radiusCache.set(kind, radius);
  return radius;
}

function absentPose(scene: Scene, id: string): Transform {
  const index = scene.file.objects.findIndex((o) => o.id === id);
  return Transform.fromPlanar(
    scene.map.bounds.minM[0] + 0.4 * index,
    scene.map.bounds.minM[1] + absentRowM,
    0,
  );
}
