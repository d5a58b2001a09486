import type { Urdf, UrdfJoint, UrdfLink } from './urdf.ts';

/** Checks that links and joints form one tree and sorts both from the root outwards. */
export function orderUrdfTree(
  name: string,
  links: readonly UrdfLink[],
  joints: readonly UrdfJoint[],
  fail: (reason: string) => never,
): Urdf {
  const byName = new Map(links.map((link) => [link.name, link]));
  if (byName.size !== links.length) fail('two links have the same name');
  if (new Set(joints.map((joint) => joint.name)).size !== joints.length)
    fail('two joints have the same name');
  const parentOf = new Map<string, UrdfJoint>();
  for (const joint of joints) {
    for (const end of [joint.parent, joint.child]) {
      if (!byName.has(end)) fail(`joint "${joint.name}" names the link "${end}", which does not exist`);
    }
    if (parentOf.has(joint.child)) fail(`link "${joint.child}" is the child of two joints`);
    parentOf.set(joint.child, joint);
    if (
      joint.mimic !== undefined &&
      !joints.some((other) => other.name === joint.mimic?.joint && other.mimic === undefined)
    ) {
      fail(`joint "${joint.name}" mimics "${joint.mimic.joint}", which is not an independent joint`);
    }
  }
  const roots = links.filter((link) => !parentOf.has(link.name));
  const root = roots[0];
  if (root === undefined || roots.length > 1) {
    fail(`expected one root link, found ${roots.map((link) => link.name).join(', ') || 'none'}`);
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
  if (orderedLinks.length !== links.length) fail('some links form a loop away from the root');
  return { name, links: orderedLinks, joints: orderedJoints, rootLink: root.name };
}
