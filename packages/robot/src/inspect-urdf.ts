import { describeError, type XmlElement } from '@efferent/core';
import { findMesh, measureMesh } from './mesh-box.ts';
import { listUrdfProblems, readUrdfRoot, urdfChildren } from './urdf.ts';

/** What is wrong (nothing starts with it), and what is only worth knowing. */
export interface Findings {
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/**
 * Looks a URDF through, element by element.
 *
 * @param file - path of the URDF; meshes are looked for from there
 * @returns findings that name file, line and element
 */
export function inspectUrdf(text: string, file: string): Findings {
  let root: XmlElement;
  try {
    root = readUrdfRoot(text, file);
  } catch (error) {
    return { problems: [describeError(error)], notes: [] };
  }
  const notes: string[] = [];
  const note = (element: XmlElement, what: string) => void notes.push(`${file}:${element.line}: ${what}`);
  for (const link of urdfChildren(root, 'link')) inspectLink(link, file, note);
  for (const joint of urdfChildren(root, 'joint')) inspectJoint(joint, note);
  const massless = urdfChildren(root, 'link').filter(
    (link) => urdfChildren(link, 'collision').length > 0 && urdfChildren(link, 'inertial').length === 0,
  );
  if (massless.length > 0)
    notes.push(
      `${file}: no <inertial> in ${massless.map((link) => `${link.attributes.get('name')} (line ${link.line})`).join(', ')}: not needed here, where links are moved kinematically; other simulators need it`,
    );
  const problems = listUrdfProblems(text, file, (mesh) => measureMesh(findMesh(mesh, file)));
  return { problems, notes };
}

type Note = (element: XmlElement, what: string) => void;

function inspectLink(link: XmlElement, file: string, note: Note): void {
  const name = link.attributes.get('name') ?? '';
  const visuals = urdfChildren(link, 'visual');
  const collisions = urdfChildren(link, 'collision');
  if (visuals.length > 0 && collisions.length === 0)
    note(link, `link "${name}" has no <collision>: nothing notices when it touches something`);
  for (const visual of visuals) {
    const mesh = visual.children.find((child) => child.name === 'geometry')?.children[0];
    if (mesh?.name !== 'mesh') continue;
    try {
      findMesh(mesh.attributes.get('filename') ?? '', file);
    } catch (error) {
      note(mesh, `link "${name}": visual mesh ${describeError(error)}`);
    }
  }
  const [inertial] = urdfChildren(link, 'inertial');
  if (inertial !== undefined) inspectInertial(inertial, name, note);
}

/** A mass that is positive, and principal moments that a body can have: each at most the sum of the two others. */
function inspectInertial(inertial: XmlElement, name: string, note: Note): void {
  const number = (tag: string, attribute: string) =>
    Number(urdfChildren(inertial, tag)[0]?.attributes.get(attribute) ?? Number.NaN);
  const massKg = number('mass', 'value');
  if (!(massKg > 0)) note(inertial, `link "${name}": mass is ${massKg}, expected a positive number of kg`);
  const moments = ['ixx', 'iyy', 'izz'].map((attribute) => number('inertia', attribute));
  const sum = moments.reduce((total, value) => total + value, 0);
  if (!moments.every((value) => value > 0 && value <= (sum - value) * 1.000001))
    note(
      inertial,
      `link "${name}": inertia ixx, iyy, izz is ${moments.join(', ')}; no body has that: each must be positive and at most the sum of the others`,
    );
}

function inspectJoint(joint: XmlElement, note: Note): void {
  const type = joint.attributes.get('type');
  if (type === 'fixed') return;
  const name = joint.attributes.get('name') ?? '';
  const [limit] = urdfChildren(joint, 'limit');
  for (const attribute of ['velocity', 'effort']) {
    const value = limit?.attributes.get(attribute);
    if (value === undefined) note(joint, `joint "${name}" has no limit for its ${attribute}`);
    else if (!(Number(value) > 0))
      note(limit ?? joint, `joint "${name}": ${attribute} limit ${value} lets it never move`);
  }
}
