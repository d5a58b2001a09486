import { Group, type Material, Mesh, type Object3D } from 'three';
import type { FrameTree } from '../model/frame-tree.ts';
import { boxGeometry } from './geometries.ts';
import { parseUrdf } from './parse-urdf.ts';
import { placeAtTransform } from './pose.ts';
import { solidMaterial } from './solid-material.ts';

/** The robot as its URDF describes it, posed by tf: each joint takes the transform of its child link. */
export class RobotFigure {
  readonly group = new Group();
  readonly #frames: FrameTree;
  /** Joints by the name of their child link. */
  #joints: [string, Object3D][] = [];
  #baseFrame = '';

  constructor(frames: FrameTree) {
    this.#frames = frames;
    this.group.visible = false;
  }

  /** Name of the root link. */
  get baseFrame(): string {
    return this.#baseFrame;
  }

  /** Limits of a joint, rad or m, as far as the URDF says. */
  readonly limits = new Map<string, { readonly lower: number; readonly upper: number }>();

  /** Builds the figure from URDF text, replacing the one before. */
  load(urdf: string): void {
    // Primitives only: a mesh is left out, and the rest of the robot is drawn.
    const robot = parseUrdf(urdf, (_path, _manager, _material, done) => done(new Group()));
    this.group.clear();
    this.group.add(robot);
    this.#baseFrame = Object.keys(robot.links).find((name) => robot.links[name] === robot) ?? '';
    this.#joints = Object.entries(robot.links).flatMap(([name, link]) =>
      link !== robot && link.parent ? [[name, link.parent] as [string, Object3D]] : [],
    );
    dress(robot);
    this.limits.clear();
    for (const [name, joint] of Object.entries(robot.joints)) {
      this.limits.set(name, { lower: Number(joint.limit.lower), upper: Number(joint.limit.upper) });
    }
  }

  /** Poses the figure from the newest transforms. Returns false while the robot's place is not known. */
  pose(): boolean {
    const mapFromBase = this.#frames.rootFrom('map', this.#baseFrame);
    this.group.visible = mapFromBase !== undefined;
    if (!mapFromBase) return false;
    placeAtTransform(this.group, mapFromBase);
    for (const [name, joint] of this.#joints) {
      const transform = this.#frames.parentFrom(name);
      if (transform) placeAtTransform(joint, transform);
    }
    return true;
  }
}

/** Gives the loader's plain solids the materials, edges and shadows of the rest of the page. */
function dress(robot: Object3D): void {
  const materials = new Map<string, Material>();
  robot.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    object.castShadow = true;
    object.receiveShadow = true;
    const source = Array.isArray(object.material) ? object.material[0] : object.material;
    const key = source.color?.getHexString() ?? 'cccccc';
    let material = materials.get(key);
    if (!material) {
      const lightness = source.color ? (source.color.r + source.color.g + source.color.b) / 3 : 0.6;
      const isMetal = lightness > 0.35 && Math.abs(source.color.r - source.color.b) < 0.1;
      material = solidMaterial({
        color: source.color,
        roughness: isMetal ? 0.34 : 0.55,
        metalness: isMetal ? 0.75 : 0.1,
      });
      materials.set(key, material);
    }
    object.material = material;
    if (object.geometry.type === 'BoxGeometry') {
      object.geometry = boxGeometry(object.scale.x, object.scale.y, object.scale.z);
      object.scale.set(1, 1, 1);
    }
  });
}
