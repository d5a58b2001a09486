import {
  ConfigurationError,
  describeError,
  parseXml,
  Transform,
  type Vector3,
  type XmlElement,
} from '@efferent/core';
import { orderUrdfTree } from './urdf-tree.ts';

export type SolidShape =
  | { readonly kind: 'box'; readonly sizeM: Vector3 }
  /** Axis along the solid's z. */
  | { readonly kind: 'cylinder'; readonly radiusM: number; readonly lengthM: number }
  | { readonly kind: 'sphere'; readonly radiusM: number }
  | { readonly kind: 'mesh'; readonly file: string; readonly scale: Vector3 };

export interface UrdfSolid {
  readonly shape: SolidShape;
  readonly linkFromSolid: Transform;
  /** Red, green, blue, alpha in [0, 1]. */
  readonly colorRgba: readonly [number, number, number, number];
}

export interface UrdfLink {
  readonly name: string;
  readonly visual: readonly UrdfSolid[];
  readonly collision: readonly UrdfSolid[];
}

export type UrdfJointType = 'fixed' | 'revolute' | 'continuous' | 'prismatic';

export interface UrdfJoint {
  readonly name: string;
  readonly type: UrdfJointType;
  readonly parent: string;
  readonly child: string;
  readonly parentFromJoint: Transform;
  /** Unit vector in the joint's frame. */
  readonly axis: Vector3;
  /** rad or m; infinite for continuous joints. */
  readonly lower: number;
  readonly upper: number;
  /** rad/s or m/s. */
  readonly velocity: number;
  /** N m or N. */
  readonly effort: number;
  readonly mimic:
    | { readonly joint: string; readonly multiplier: number; readonly offset: number }
    | undefined;
}

export interface Urdf {
  readonly name: string;
  /** Parents before children. */
  readonly links: readonly UrdfLink[];
  readonly joints: readonly UrdfJoint[];
  readonly rootLink: string;
}

type Rgba = readonly [number, number, number, number];
const defaultColor: Rgba = [0.6, 0.6, 0.6, 1];

/**
 * Parses a URDF. Collision shapes are boxes, cylinders and spheres; a mesh becomes the box around it.
 *
 * @param text - the XML
 * @param file - what to call it in messages
 * @param meshBox - measures meshes of collision shapes; without it they are refused
 * @throws {@link ConfigurationError} code `invalid-urdf`, naming file, line and what is wrong
 * @see http://wiki.ros.org/urdf/XML
 */
export function parseUrdf(text: string, file: string, meshBox?: MeshBox): Urdf {
  const root = readUrdfRoot(text, file);
  const reader = new UrdfReader(file, readMaterials(root, file), meshBox);
  const links = urdfChildren(root, 'link').map((element) => reader.link(element));
  const joints = urdfChildren(root, 'joint').map((element) => reader.joint(element));
  return orderUrdfTree(reader.required(root, 'name'), links, joints, (reason) =>
    fail(file, undefined, reason),
  );
}

/** The box around a mesh file, in the mesh's own frame before scaling. @throws when the file cannot be used */
export type MeshBox = (file: string) => { readonly centerM: Vector3; readonly sizeM: Vector3 };

/**
 * Lists what {@link parseUrdf} would refuse, element by element, instead of the first thing only.
 *
 * @throws {@link ConfigurationError} code `invalid-urdf` when the text is not the XML of a robot
 */
export function listUrdfProblems(text: string, file: string, meshBox?: MeshBox): readonly string[] {
  const root = readUrdfRoot(text, file);
  const reader = new UrdfReader(file, readMaterials(root, file), meshBox);
  const problems: string[] = [];
  const attempt = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      problems.push(describeError(error));
    }
  };
  for (const element of urdfChildren(root, 'link')) attempt(() => reader.link(element));
  for (const element of urdfChildren(root, 'joint')) attempt(() => reader.joint(element));
  if (problems.length === 0) attempt(() => parseUrdf(text, file, meshBox));
  return problems;
}

function fail(file: string, at: { line: number } | undefined, reason: string): never {
  throw urdfError(file, at?.line, reason);
}

function urdfError(file: string, line: number | undefined, reason: string): ConfigurationError {
  return new ConfigurationError({
    code: 'invalid-urdf',
    message: `${file}${line === undefined ? '' : `:${line}`}: ${reason}`,
    fields: { file, line, reason },
  });
}

export function readUrdfRoot(text: string, file: string): XmlElement {
  const root = parseXml(text, file, ({ line }, reason) => urdfError(file, line, `not XML: ${reason}`));
  if (root.name !== 'robot') fail(file, root, `the root element is <${root.name}>, expected <robot>`);
  return root;
}

export function urdfChildren(parent: XmlElement, tag: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === tag);
}

function readMaterials(root: XmlElement, file: string): Map<string, Rgba> {
  const materials = new Map<string, Rgba>();
  for (const element of urdfChildren(root, 'material')) {
    const color = urdfChildren(element, 'color')[0];
    if (color !== undefined) materials.set(element.attributes.get('name') ?? '', rgba(color, file));
  }
  return materials;
}

function rgba(color: XmlElement, file: string): Rgba {
  const values = (color.attributes.get('rgba') ?? '').trim().split(/\s+/).map(Number);
  if (values.length !== 4 || values.some((value) => !(value >= 0 && value <= 1))) {
    fail(file, color, `rgba="${color.attributes.get('rgba')}", expected four numbers in [0, 1]`);
  }
  return values as unknown as Rgba;
}

class UrdfReader {
  readonly #file: string;
  readonly #materials: ReadonlyMap<string, Rgba>;
  readonly #meshBox: MeshBox | undefined;

  constructor(file: string, materials: ReadonlyMap<string, Rgba>, meshBox: MeshBox | undefined) {
    this.#file = file;
    this.#materials = materials;
    this.#meshBox = meshBox;
  }

  required(element: XmlElement, attribute: string): string {
    const value = element.attributes.get(attribute);
    return value ? value : fail(this.#file, element, `<${element.name}> has no ${attribute}`);
  }

  link(element: XmlElement): UrdfLink {
    const name = this.required(element, 'name');
    const collision = urdfChildren(element, 'collision').map((solid) =>
      this.#withoutMesh(this.#solid(solid), solid, name),
    );
    return { name, visual: urdfChildren(element, 'visual').map((solid) => this.#solid(solid)), collision };
  }

  /** A collision mesh as the box around it: what collision checks and contacts work with. */
  #withoutMesh(solid: UrdfSolid, element: XmlElement, link: string): UrdfSolid {
    const { shape } = solid;
    if (shape.kind !== 'mesh') return solid;
    if (this.#meshBox === undefined)
      fail(
        this.#file,
        element,
        `link "${link}" has a mesh as collision shape, expected box, cylinder or sphere`,
      );
    try {
      const { centerM, sizeM } = this.#meshBox(shape.file);
      const scaled = (of: Vector3): Vector3 => [
        of[0] * shape.scale[0],
        of[1] * shape.scale[1],
        of[2] * shape.scale[2],
      ];
      return {
        ...solid,
        shape: { kind: 'box', sizeM: scaled(sizeM).map(Math.abs) as unknown as Vector3 },
        linkFromSolid: solid.linkFromSolid.multiply(new Transform(scaled(centerM), [0, 0, 0, 1])),
      };
    } catch (error) {
      fail(this.#file, element, `link "${link}": collision mesh ${describeError(error)}`);
    }
  }

  joint(element: XmlElement): UrdfJoint {
    const name = this.required(element, 'name');
    const type = this.required(element, 'type') as UrdfJointType;
    if (!['fixed', 'revolute', 'continuous', 'prismatic'].includes(type)) {
      fail(
        this.#file,
        element,
        `joint "${name}" has type "${type}", expected fixed, revolute, continuous or prismatic`,
      );
    }
    const limit = urdfChildren(element, 'limit')[0];
    const bounded = type === 'revolute' || type === 'prismatic';
    if (bounded && limit === undefined) fail(this.#file, element, `joint "${name}" has no <limit>`);
    const lower = bounded ? this.#number(limit, 'lower', 0) : Number.NEGATIVE_INFINITY;
    const upper = bounded ? this.#number(limit, 'upper', 0) : Number.POSITIVE_INFINITY;
    if (!(lower < upper) && type !== 'fixed')
      fail(this.#file, limit, `joint "${name}": lower ${lower} is not below upper ${upper}`);
    return {
      name,
      type,
      parent: this.#linkOf(element, 'parent'),
      child: this.#linkOf(element, 'child'),
      parentFromJoint: this.#origin(element),
      axis: this.#axis(element),
      lower,
      upper,
      velocity: this.#number(limit, 'velocity', Number.POSITIVE_INFINITY),
      effort: this.#number(limit, 'effort', Number.POSITIVE_INFINITY),
      mimic: this.#mimic(element),
    };
  }

  #linkOf(element: XmlElement, tag: string): string {
    const child = urdfChildren(element, tag)[0];
    return child === undefined
      ? fail(this.#file, element, `joint "${element.attributes.get('name')}" has no <${tag}>`)
      : this.required(child, 'link');
  }

  #axis(element: XmlElement): Vector3 {
    const axis = this.#vector(urdfChildren(element, 'axis')[0], 'xyz', [1, 0, 0]);
    const length = Math.hypot(...axis);
    if (length < 1e-9) fail(this.#file, element, `joint "${element.attributes.get('name')}" has a zero axis`);
    return [axis[0] / length, axis[1] / length, axis[2] / length];
  }

  #mimic(element: XmlElement): UrdfJoint['mimic'] {
    const mimic = urdfChildren(element, 'mimic')[0];
    if (mimic === undefined) return undefined;
    return {
      joint: this.required(mimic, 'joint'),
      multiplier: this.#number(mimic, 'multiplier', 1),
      offset: this.#number(mimic, 'offset', 0),
    };
  }

  #origin(element: XmlElement): Transform {
    const origin = urdfChildren(element, 'origin')[0];
    return Transform.fromXyzRpy(
      this.#vector(origin, 'xyz', [0, 0, 0]),
      this.#vector(origin, 'rpy', [0, 0, 0]),
    );
  }

  #solid(element: XmlElement): UrdfSolid {
    const material = urdfChildren(element, 'material')[0];
    const color = material && urdfChildren(material, 'color')[0];
    const named = material && this.#materials.get(material.attributes.get('name') ?? '');
    return {
      shape: this.#shape(element),
      linkFromSolid: this.#origin(element),
      colorRgba: color === undefined ? (named ?? defaultColor) : rgba(color, this.#file),
    };
  }

  #shape(element: XmlElement): SolidShape {
    const geometry = urdfChildren(element, 'geometry')[0];
    const shape = geometry?.children[0];
    switch (shape?.name) {
      case 'box':
        return { kind: 'box', sizeM: this.#vector(shape, 'size', undefined) };
      case 'cylinder':
        return {
          kind: 'cylinder',
          radiusM: this.#number(shape, 'radius', undefined),
          lengthM: this.#number(shape, 'length', undefined),
        };
      case 'sphere':
        return { kind: 'sphere', radiusM: this.#number(shape, 'radius', undefined) };
      case 'mesh':
        return {
          kind: 'mesh',
          file: this.required(shape, 'filename'),
          scale: this.#vector(shape, 'scale', [1, 1, 1]),
        };
      default:
        return fail(this.#file, element, `<${element.name}> has no box, cylinder, sphere or mesh`);
    }
  }

  #number(element: XmlElement | undefined, attribute: string, fallback: number | undefined): number {
    const text = element?.attributes.get(attribute);
    if (text === undefined || text === '') {
      if (fallback !== undefined) return fallback;
      fail(this.#file, element, `<${element?.name}> has no ${attribute}`);
    }
    const value = Number(text);
    return Number.isFinite(value)
      ? value
      : fail(this.#file, element, `${attribute}="${text}", expected a number`);
  }

  #vector(element: XmlElement | undefined, attribute: string, fallback: Vector3 | undefined): Vector3 {
    const text = element?.attributes.get(attribute);
    if (text === undefined) {
      if (fallback !== undefined) return fallback;
      fail(this.#file, element, `<${element?.name}> has no ${attribute}`);
    }
    const values = text.trim().split(/\s+/).map(Number);
    if (values.length !== 3 || values.some((value) => !Number.isFinite(value))) {
      fail(this.#file, element, `${attribute}="${text}", expected three numbers`);
    }
    return values as unknown as Vector3;
  }
}
