import { ConfigurationError, parseXml, Transform, type Vector3, type XmlElement } from '@efferent/core';

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
 * Parses a URDF whose collision shapes are boxes, cylinders and spheres.
 *
 * @param text - the XML
 * @param file - what to call it in messages
 * @throws {@link ConfigurationError} code `invalid-urdf`, naming file, line and what is wrong
 * @see http://wiki.ros.org/urdf/XML
 */
export function parseUrdf(text: string, file: string): Urdf {
  const root = readRoot(text, file);
  const reader = new UrdfReader(file, readMaterials(root, file));
  const links = children(root, 'link').map((element) => reader.link(element));
  const joints = children(root, 'joint').map((element) => reader.joint(element));
  return orderTree(reader.required(root, 'name'), links, joints, file);
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

function readRoot(text: string, file: string): XmlElement {
  const root = parseXml(text, file, ({ line }, reason) => urdfError(file, line, `not XML: ${reason}`));
  if (root.name !== 'robot') fail(file, root, `the root element is <${root.name}>, expected <robot>`);
  return root;
}

function children(parent: XmlElement, tag: string): readonly XmlElement[] {
  return parent.children.filter((child) => child.name === tag);
}

function readMaterials(root: XmlElement, file: string): Map<string, Rgba> {
  const materials = new Map<string, Rgba>();
  for (const element of children(root, 'material')) {
    const color = children(element, 'color')[0];
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

  constructor(file: string, materials: ReadonlyMap<string, Rgba>) {
    this.#file = file;
    this.#materials = materials;
  }

  required(element: XmlElement, attribute: string): string {
    const value = element.attributes.get(attribute);
    return value ? value : fail(this.#file, element, `<${element.name}> has no ${attribute}`);
  }

  link(element: XmlElement): UrdfLink {
    const name = this.required(element, 'name');
    const collision = children(element, 'collision').map((solid) => this.#solid(solid));
    if (collision.some((solid) => solid.shape.kind === 'mesh')) {
      fail(
        this.#file,
        element,
        `link "${name}" has a mesh as collision shape, expected box, cylinder or sphere`,
      );
    }
    return { name, visual: children(element, 'visual').map((solid) => this.#solid(solid)), collision };
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
    const limit = children(element, 'limit')[0];
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
    const child = children(element, tag)[0];
    return child === undefined
      ? fail(this.#file, element, `joint "${element.attributes.get('name')}" has no <${tag}>`)
      : this.required(child, 'link');
  }

  #axis(element: XmlElement): Vector3 {
    const axis = this.#vector(children(element, 'axis')[0], 'xyz', [1, 0, 0]);
    const length = Math.hypot(...axis);
    if (length < 1e-9) fail(this.#file, element, `joint "${element.attributes.get('name')}" has a zero axis`);
    return [axis[0] / length, axis[1] / length, axis[2] / length];
  }

  #mimic(element: XmlElement): UrdfJoint['mimic'] {
    const mimic = children(element, 'mimic')[0];
    if (mimic === undefined) return undefined;
    return {
      joint: this.required(mimic, 'joint'),
      multiplier: this.#number(mimic, 'multiplier', 1),
      offset: this.#number(mimic, 'offset', 0),
    };
  }

  #origin(element: XmlElement): Transform {
    const origin = children(element, 'origin')[0];
    return Transform.fromXyzRpy(
      this.#vector(origin, 'xyz', [0, 0, 0]),
      this.#vector(origin, 'rpy', [0, 0, 0]),
    );
  }

  #solid(element: XmlElement): UrdfSolid {
    const material = children(element, 'material')[0];
    const color = material && children(material, 'color')[0];
    const named = material && this.#materials.get(material.attributes.get('name') ?? '');
    return {
      shape: this.#shape(element),
      linkFromSolid: this.#origin(element),
      colorRgba: color === undefined ? (named ?? defaultColor) : rgba(color, this.#file),
    };
  }

  #shape(element: XmlElement): SolidShape {
    const geometry = children(element, 'geometry')[0];
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

/** Checks that links and joints form one tree and sorts both from the root outwards. */
function orderTree(
  name: string,
  links: readonly UrdfLink[],
  joints: readonly UrdfJoint[],
  file: string,
): Urdf {
  const byName = new Map(links.map((link) => [link.name, link]));
  if (byName.size !== links.length) fail(file, undefined, 'two links have the same name');
  if (new Set(joints.map((joint) => joint.name)).size !== joints.length)
    fail(file, undefined, 'two joints have the same name');
  const parentOf = new Map<string, UrdfJoint>();
  for (const joint of joints) {
    for (const end of [joint.parent, joint.child]) {
      if (!byName.has(end))
        fail(file, undefined, `joint "${joint.name}" names the link "${end}", which does not exist`);
    }
    if (parentOf.has(joint.child)) fail(file, undefined, `link "${joint.child}" is the child of two joints`);
    parentOf.set(joint.child, joint);
    if (
      joint.mimic !== undefined &&
      !joints.some((other) => other.name === joint.mimic?.joint && other.mimic === undefined)
    ) {
      fail(
        file,
        undefined,
        `joint "${joint.name}" mimics "${joint.mimic.joint}", which is not an independent joint`,
      );
    }
  }
  const roots = links.filter((link) => !parentOf.has(link.name));
  const root = roots[0];
  if (root === undefined || roots.length > 1) {
    fail(
      file,
      undefined,
      `expected one root link, found ${roots.map((link) => link.name).join(', ') || 'none'}`,
    );
  }
  const orderedLinks: UrdfLink[] = [root];
  const orderedJoints: UrdfJoint[] = [];
  for (let i = 0; i < orderedLinks.length; i++) {
    for (const joint of joints) {
      if (joint.parent !== orderedLinks[i]?.name) continue;
      orderedJoints.push(joint);
      orderedLinks.push(byName.get(joint.child) as UrdfLink);
    }
  }
  if (orderedLinks.length !== links.length)
    fail(file, undefined, 'some links form a loop away from the root');
  return { name, links: orderedLinks, joints: orderedJoints, rootLink: root.name };
}
