import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  FrontSide,
  Group,
  Line,
  LineBasicMaterial,
  LineSegments,
  type Material,
  Mesh,
  type Object3D,
} from 'three';
import type { FrameTree } from '../model/frame-tree.ts';
import { type Marker, MarkerStore, markerType } from '../model/marker-store.ts';
import { boxGeometry, cylinderGeometry, sphereGeometry } from './geometries.ts';
import { placeAtPose, placeAtTransform } from './pose.ts';
import { solidMaterial } from './solid-material.ts';

const materials = new Map<string, Material>();

/** Draws a MarkerArray topic as solid things: furniture, walls, objects. */
export class MarkerLayer {
  readonly group = new Group();
  readonly #store = new MarkerStore();
  readonly #objects = new Map<string, Object3D>();
  readonly #frames: FrameTree;
  readonly #walls = new Set<Object3D>();
  #hidden: ReadonlySet<string> = new Set();

  constructor(frames: FrameTree) {
    this.#frames = frames;
  }

  apply(markers: readonly Marker[]): void {
    const { changed, removed } = this.#store.apply(markers);
    for (const key of removed) this.#drop(key);
    for (const [key, marker] of changed) this.#draw(key, marker);
  }

  /** Names of things drawn, from the markers' namespaces. */
  get namespaces(): ReadonlySet<string> {
    return new Set([...this.#store.markers.values()].map(({ ns }) => ns));
  }

  /** Hides the things of these namespaces, which another layer draws better. */
  hideNamespaces(names: ReadonlySet<string>): void {
    this.#hidden = names;
    for (const [key, object] of this.#objects)
      object.visible = !names.has(key.slice(0, key.lastIndexOf(' ')));
  }

  /** Middle of all that is drawn under a namespace, or undefined when nothing is. */
  find(namespace: string): Object3D | undefined {
    for (const [key, object] of this.#objects) if (key.startsWith(`${namespace} `)) return object;
    return undefined;
  }

  /** Lowers walls between the camera and the room to a skirting, as in a doll's house. */
  openTowards(cameraX: number, cameraY: number): void {
    for (const wall of this.#walls) {
      const { x, y } = wall.position;
      const { alongX, height } = wall.userData as { alongX: boolean; height: number };
      const isInFront = alongX ? (cameraY - y) * y > 0 : (cameraX - x) * x > 0;
      const scale = isInFront ? 0.06 / height : 1;
      wall.scale.z = scale;
      wall.position.z = (height * scale) / 2;
    }
  }

  #draw(key: string, marker: Marker): void {
    const known = this.#objects.get(key);
    if (known && known.userData.shape === shapeOf(marker)) {
      this.#place(known, marker);
      return;
    }
    this.#drop(key);
    const object = build(marker);
    if (!object) return;
    object.userData.shape = shapeOf(marker);
    this.#place(object, marker);
    object.visible = !this.#hidden.has(marker.ns);
    this.#objects.set(key, object);
    this.group.add(object);
    const { x, y, z } = marker.scale;
    if (marker.type === markerType.cube && z > 1.6 && Math.max(x, y) > 2 && Math.min(x, y) < 0.2) {
      const alongX = Math.abs(Math.cos(yawOf(marker))) > 0.7 === x > y;
      Object.assign(object.userData, { alongX, height: z });
      object.castShadow = false;
      this.#walls.add(object);
    }
  }

  #place(object: Object3D, marker: Marker): void {
    placeAtPose(object, marker.pose);
    const frame = marker.header.frame_id;
    if (frame === 'map' || frame === '') return;
    const mapFromFrame = this.#frames.rootFrom('map', frame);
    if (!mapFromFrame) return;
    const parent = new Group();
    placeAtTransform(parent, mapFromFrame);
    parent.updateMatrixWorld();
    object.updateMatrix();
    object.matrix.premultiply(parent.matrixWorld).decompose(object.position, object.quaternion, object.scale);
  }

  #drop(key: string): void {
    const object = this.#objects.get(key);
    if (!object) return;
    this.#objects.delete(key);
    this.#walls.delete(object);
    this.group.remove(object);
  }
}

function shapeOf({ type, scale, color, points, text }: Marker): string {
  const hasPoints = points.length > 0 ? JSON.stringify(points) : '';
  return `${type} ${scale.x} ${scale.y} ${scale.z} ${color.r} ${color.g} ${color.b} ${color.a} ${text} ${hasPoints}`;
}

function build(marker: Marker): Object3D | undefined {
  const { x, y, z } = marker.scale;
  switch (marker.type) {
    case markerType.cube:
      return solid(boxGeometry(x, y, z), marker);
    case markerType.sphere:
      return solid(sphereGeometry(x, y, z), marker);
    case markerType.cylinder:
      return solid(cylinderGeometry(x, y, z), marker);
    case markerType.triangleList: {
      const geometry = pointsGeometry(marker);
      geometry.computeVertexNormals();
      return solid(geometry, marker);
    }
    case markerType.lineStrip:
      return new Line(pointsGeometry(marker), new LineBasicMaterial({ color: colorOf(marker) }));
    case markerType.lineList:
      return new LineSegments(pointsGeometry(marker), new LineBasicMaterial({ color: colorOf(marker) }));
    default:
      return undefined;
  }
}

function solid(geometry: BufferGeometry, marker: Marker): Mesh {
  const mesh = new Mesh(geometry, materialOf(marker));
  mesh.castShadow = marker.color.a > 0.9;
  mesh.receiveShadow = true;
  return mesh;
}

function pointsGeometry({ points }: Marker): BufferGeometry {
  const positions = new Float32Array(points.flatMap(({ x, y, z }) => [x, y, z]));
  return new BufferGeometry().setAttribute('position', new BufferAttribute(positions, 3));
}

function colorOf({ color }: Marker): Color {
  // Message colours are what a screen shows, not linear light.
  return new Color().setRGB(color.r, color.g, color.b, 'srgb');
}

function materialOf(marker: Marker): Material {
  const { r, g, b, a } = marker.color;
  const key = `${r.toFixed(3)} ${g.toFixed(3)} ${b.toFixed(3)} ${a.toFixed(2)}`;
  let material = materials.get(key);
  if (!material) {
    const isGreyAndBright = Math.max(r, g, b) - Math.min(r, g, b) < 0.06 && r > 0.5 && r < 0.8;
    material = solidMaterial({
      color: colorOf(marker),
      roughness: isGreyAndBright ? 0.4 : 0.7,
      metalness: isGreyAndBright ? 0.45 : 0,
      opacity: a,
      side: marker.type === markerType.triangleList ? DoubleSide : FrontSide,
    });
    materials.set(key, material);
  }
  return material;
}

function yawOf({ pose: { orientation } }: Marker): number {
  return 2 * Math.atan2(orientation.z, orientation.w);
}
