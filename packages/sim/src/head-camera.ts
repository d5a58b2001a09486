import { Rng, Transform, type Vector3 } from '@efferent/core';
import { mainCameraOf, multiplyPoses, placedBoxes, poseStride, type RobotModel } from '@efferent/robot';
import { type Mesh, type MeshShape, makeMesh } from './mesh.ts';
import { writePositionRotation, writeTransform } from './obb.ts';
import type { SimObject } from './object-body.ts';
import { objectSolids } from './object-body.ts';
import { personBoxes } from './people.ts';
import type { PhysicsWorld } from './physics-world.ts';
import { lookUpInstances, measureDepth, paint } from './picture-pixels.ts';
import { type PinholeCamera, Rasteriser } from './rasteriser.ts';
import type { SolidPlacement } from './robot-solids.ts';
import type { Scene } from './scene-file.ts';
import type { StainLog } from './stain-log.ts';
import { stainMeshes } from './stain-meshes.ts';

/** One picture of the head camera; all arrays `[height, width]`, row-major. */
export interface HeadCameraFrame {
  readonly camera: PinholeCamera;
  /** mm; 0 where nothing is or out of range. */
  readonly depthMm: Uint16Array;
  /** Instance numbers; 0 is background. */
  readonly instances: Uint16Array;
  /** rgb8; only when asked for. */
  readonly color: Uint8Array | undefined;
}

/** Stereo depth noise grows with the square of the range: sigma at 1 m, m (Intel RealSense D4xx tuning guide: below 1 % at 2 m). */
const depthSigmaAt1mM = 0.0015;
const noiseTableLength = 1 << 14;
/** `0xbbggrr` */
const backgroundColor = 0xded6cd;
const floorTileM = 0.5;

/** Draws what the robot's head camera sees. Needs no physics, so that it can run in another thread. */
export class HeadCameraRenderer {
  readonly camera: PinholeCamera;
  /** Instance number by object id, from 1; the parts of people come after the objects, then stains. */
  readonly instanceOfObject: ReadonlyMap<string, number>;
  readonly groupCount: number;
  readonly #rasteriser: Rasteriser;
  readonly #cameraFromGroup: Float64Array;
  readonly #noise: Float32Array;
  readonly #minMm: number;
  readonly #maxMm: number;
  readonly #worldUp = new Float64Array(3);
  readonly #palette: Uint32Array;
  /** The first mesh of a stain's square, and how many there are. */
  readonly #firstSquare: number;
  readonly squareCount: number;

  /** @param others - robots that may come into the picture */
  constructor(scene: Scene, model: RobotModel, noiseSeed: number, others: readonly RobotModel[] = []) {
    const manifest = mainCameraOf(model);
    const fx = manifest.width_px / 2 / Math.tan(manifest.horizontal_fov_rad / 2);
    this.camera = {
      widthPx: manifest.width_px,
      heightPx: manifest.height_px,
      fx,
      fy: fx,
      cx: (manifest.width_px - 1) / 2,
      cy: (manifest.height_px - 1) / 2,
    };
    this.#minMm = manifest.min_depth_m * 1000;
    this.#maxMm = manifest.max_depth_m * 1000;
    this.instanceOfObject = instancesOf(scene);
    const meshes = [
      ...fixedMeshes(scene),
      ...articulationMeshes(scene),
      ...objectMeshes(scene),
      ...personMeshes(scene, this.instanceOfObject),
      ...robotMeshes(model, groupOfRobot(scene)),
    ];
    this.groupCount = groupOfRobot(scene) + model.links.length;
    for (const other of others) {
      meshes.push(...robotMeshes(other, this.groupCount));
      this.groupCount += other.links.length;
    }
    this.#firstSquare = meshes.length;
    meshes.push(...stainMeshes(scene, this.instanceOfObject));
    this.squareCount = meshes.length - this.#firstSquare;
    this.#rasteriser = new Rasteriser(this.camera, meshes);
    this.#palette = new Uint32Array(this.#rasteriser.meshOfFace.length);
    this.#cameraFromGroup = new Float64Array(this.groupCount * poseStride);
    const rng = new Rng(noiseSeed);
    this.#noise = Float32Array.from({ length: noiseTableLength }, () =>
      rng.normal(0, depthSigmaAt1mM * 1000),
    );
  }

  /**
   * Draws one picture.
   *
   * @param poses - `[1 + groups, 12]`: cameraFromWorld, then worldFromGroup; then one number for each square of the scene's
   *   stains, 1 where it was wiped. As {@link HeadCamera.capturePoses} gives them
   * @param noiseOffset - where in the noise table this picture starts
   */
  render(poses: Float64Array, withColor: boolean, noiseOffset: number): HeadCameraFrame {
    for (let g = 0; g < this.groupCount; g++) {
      multiplyPoses(poses, 0, poses, (g + 1) * poseStride, this.#cameraFromGroup, g * poseStride);
    }
    const wiped = (this.groupCount + 1) * poseStride;
    for (let i = 0; i < this.squareCount; i++)
      this.#rasteriser.hidden[this.#firstSquare + i] = poses[wiped + i] as number;
    this.#rasteriser.render(this.#cameraFromGroup);
    for (let axis = 0; axis < 3; axis++) this.#worldUp[axis] = poses[axis * 4 + 2] as number;
    const { inverseDepth, facePairs, instanceOfFace } = this.#rasteriser;
    return {
      camera: this.camera,
      depthMm: measureDepth(inverseDepth, this.#noise, noiseOffset, this.#minMm, this.#maxMm),
      instances: lookUpInstances(facePairs, instanceOfFace),
      color: withColor ? paint(facePairs, this.#shade()) : undefined,
    };
  }

  /** Returns the colour of every face as a little-endian `0x00bbggrr`. */
  #shade(): Uint32Array {
    const { meshes, meshOfFace, normalOfFace } = this.#rasteriser;
    const palette = this.#palette;
    const [ux, uy, uz] = this.#worldUp as unknown as Vector3;
    palette[0] = backgroundColor;
    for (let f = 1; f < palette.length; f++) {
      const [red, green, blue] = (meshes[meshOfFace[f] as number] as Mesh).colorRgb;
      const nx = normalOfFace[f * 3] as number;
      const ny = normalOfFace[f * 3 + 1] as number;
      const nz = normalOfFace[f * 3 + 2] as number;
      // Light from above and a little from the camera.
      const light = Math.min(1, 0.58 + 0.27 * (nx * ux + ny * uy + nz * uz) + 0.22 * Math.max(0, -nz));
      palette[f] = ((red * light) & 255) | (((green * light) & 255) << 8) | (((blue * light) & 255) << 16);
    }
    return palette;
  }
}

/** The head camera of a world: reads poses, draws in this thread. */
export class HeadCamera {
  readonly renderer: HeadCameraRenderer;
  readonly noiseSeed: number;
  readonly #cameraLink: number;
  readonly #linkCounts: readonly number[];
  readonly #objects: readonly SimObject[];
  readonly #firstArticulation = 1;
  readonly #rng: Rng;

  constructor(
    scene: Scene,
    model: RobotModel,
    objects: readonly SimObject[],
    rng: Rng,
    others: readonly RobotModel[] = [],
  ) {
    this.#rng = rng;
    this.noiseSeed = rng.integer(2 ** 31);
    this.renderer = new HeadCameraRenderer(scene, model, this.noiseSeed, others);
    this.#cameraLink = model.linkIndex(mainCameraOf(model).frame);
    this.#linkCounts = [model, ...others].map(({ links }) => links.length);
    this.#objects = objects;
  }

  /**
   * Copies what a picture needs: poses `[1 + groups, 12]`, cameraFromWorld first, then what was wiped of stains.
   *
   * @param placements - of the camera's own robot, then of the others
   */
  capturePoses(physics: PhysicsWorld, placements: readonly SolidPlacement[], stains: StainLog): Float64Array {
    const wiped = (this.renderer.groupCount + 1) * poseStride;
    const poses = new Float64Array(wiped + this.renderer.squareCount);
    stains.writeWiped(poses, wiped);
    const own = placements[0] as SolidPlacement;
    invertPose(own.worldFromLink, this.#cameraLink * poseStride, poses, 0);
    let group = 1;
    poses.set(identityPose, group * poseStride);
    group += this.#firstArticulation;
    for (const articulation of physics.articulations)
      writeTransform(articulation.mapFromPart(), poses, group++ * poseStride);
    for (const object of this.#objects) {
      const { translation, rotation } = object.pose();
      writePositionRotation(
        translation,
        rotation[0],
        rotation[1],
        rotation[2],
        rotation[3],
        poses,
        group++ * poseStride,
      );
    }
    for (const [i, count] of this.#linkCounts.entries()) {
      const { worldFromLink } = placements[i] as SolidPlacement;
      poses.set(worldFromLink.subarray(0, count * poseStride), group * poseStride);
      group += count;
    }
    return poses;
  }

  nextNoiseOffset(): number {
    return this.#rng.integer(noiseTableLength);
  }

  render(poses: Float64Array, withColor: boolean): HeadCameraFrame {
    return this.renderer.render(poses, withColor, this.nextNoiseOffset());
  }
}

/** Returns the manifest's first camera, which is the head's. */
const identityPose = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

// Groups: 0 fixed, then articulations, objects, links of the robot.
const groupOfArticulations = 1;
const groupOfObjects = (scene: Scene) => groupOfArticulations + scene.map.articulations.length;
const groupOfRobot = (scene: Scene) => groupOfObjects(scene) + scene.file.objects.length;

function fixedMeshes(scene: Scene): Mesh[] {
  const meshes = placedBoxes(scene.map)
    .filter((b) => b.part === 'wall' || b.part === 'furniture')
    .map((b) => makeMesh({ kind: 'box', sizeM: b.sizeM }, b.mapFromBox, 0, 0, b.colorRgb));
  const { minM, maxM } = scene.map.bounds;
  const columns = Math.round((maxM[0] - minM[0]) / floorTileM);
  const rows = Math.round((maxM[1] - minM[1]) / floorTileM);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) meshes.push(floorTile(minM, maxM, i, j, columns, rows));
  }
  return meshes;
}

function floorTile(
  minM: readonly [number, number],
  maxM: readonly [number, number],
  i: number,
  j: number,
  columns: number,
  rows: number,
): Mesh {
  const x0 = minM[0] + ((maxM[0] - minM[0]) * i) / columns;
  const x1 = minM[0] + ((maxM[0] - minM[0]) * (i + 1)) / columns;
  const y0 = minM[1] + ((maxM[1] - minM[1]) * j) / rows;
  const y1 = minM[1] + ((maxM[1] - minM[1]) * (j + 1)) / rows;
  return {
    group: 0,
    instance: 0,
    colorRgb: (i + j) % 2 === 0 ? [196, 188, 176] : [176, 168, 156],
    vertices: Float64Array.of(x0, y0, 0, x1, y0, 0, x1, y1, 0, x0, y1, 0),
    faces: [Uint16Array.of(0, 1, 2, 3)],
    center: [(x0 + x1) / 2, (y0 + y1) / 2, 0],
    radiusM: Math.hypot(x1 - x0, y1 - y0) / 2,
  };
}

function articulationMeshes(scene: Scene): Mesh[] {
  return scene.map.articulations.flatMap((articulation, i) =>
    [...articulation.boxes, { ...articulation.handle, centerM: articulation.handle.positionM }].map((b) =>
      makeMesh(
        { kind: 'box', sizeM: b.sizeM },
        new Transform(b.centerM, [0, 0, 0, 1]),
        groupOfArticulations + i,
        0,
        b.colorRgb,
      ),
    ),
  );
}

function objectMeshes(scene: Scene): Mesh[] {
  return scene.file.objects.flatMap(({ kind }, i) => {
    const objectKind = scene.kinds.get(kind);
    if (objectKind === undefined) return [];
    return objectSolids(objectKind).map((solid) =>
      makeMesh(solid.shape, solid.objectFromSolid, groupOfObjects(scene) + i, i + 1, solid.colorRgb),
    );
  });
}

function instancesOf(scene: Scene): ReadonlyMap<string, number> {
  const parts = personBoxes(scene.file.people).flatMap((b) => (b.region === undefined ? [] : [b.partId]));
  const stains = scene.file.stains.map(({ id }) => id);
  const ids = [...scene.file.objects.map(({ id }) => id), ...new Set(parts), ...stains];
  return new Map(ids.map((id, i) => [id, i + 1]));
}

function personMeshes(scene: Scene, instances: ReadonlyMap<string, number>): Mesh[] {
  return personBoxes(scene.file.people).map(({ partId, mapFromBox, sizeM, colorRgb }) =>
    makeMesh({ kind: 'box', sizeM }, mapFromBox, 0, instances.get(partId) ?? 0, colorRgb),
  );
}

/** @param firstGroup - of the robot's root link */
function robotMeshes(model: RobotModel, firstGroup: number): Mesh[] {
  return model.links.flatMap((link) =>
    link.visual.flatMap(({ shape, linkFromSolid, colorRgba }) => {
      const colorRgb: Vector3 = [colorRgba[0] * 255, colorRgba[1] * 255, colorRgba[2] * 255];
      const group = firstGroup + link.index;
      if (shape.kind === 'mesh')
        return link.collision.map((c) => makeMesh(meshShape(c.shape), c.linkFromSolid, group, 0, colorRgb));
      return [makeMesh(meshShape(shape), linkFromSolid, group, 0, colorRgb)];
    }),
  );
}

function meshShape(shape: RobotModel['links'][number]['visual'][number]['shape']): MeshShape {
  switch (shape.kind) {
    case 'box':
      return shape;
    case 'cylinder':
      return { kind: 'cylinder', radiusM: shape.radiusM, heightM: shape.lengthM };
    case 'sphere':
      return shape;
    case 'mesh':
      throw new RangeError('collision shapes are never meshes');
  }
}

/** Writes the inverse of a row-major 3x4 pose. */
function invertPose(pose: Float64Array, at: number, out: Float64Array, to: number): void {
  for (let row = 0; row < 3; row++) {
    let sum = 0;
    for (let column = 0; column < 3; column++) {
      const r = pose[at + column * 4 + row] as number;
      out[to + row * 4 + column] = r;
      sum += r * (pose[at + column * 4 + 3] as number);
    }
    out[to + row * 4 + 3] = -sum;
  }
}
