import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { inspectRobot } from './inspect-robot.ts';

const repository = join(import.meta.dirname, '../../..');
let scratch = '';
let folder = '';

beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'efferent-robot-'));
  folder = join(scratch, 'stretch');
  cpSync(join(repository, 'robots/stretch'), folder, { recursive: true });
});
afterEach(() => rmSync(scratch, { recursive: true }));

/** Changes one of the robot's files and returns its path. */
function change(file: string, from: string | RegExp, to: string): string {
  const path = join(folder, file);
  const before = readFileSync(path, 'utf8');
  const after = before.replace(from, to);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
  return path;
}

const lineOf = (path: string, text: string) =>
  readFileSync(path, 'utf8').slice(0, readFileSync(path, 'utf8').indexOf(text)).split('\n').length;

describe('the files of a robot', () => {
  test('of this repository have no problem', () => {
    expect(inspectRobot(folder).problems).toEqual([]);
  });

  test('with several wrong elements in the URDF name each by line', () => {
    const path = change('stretch.urdf', /(<joint name="joint_lift"[\s\S]*?)<limit [^>]*>/, '$1');
    change('stretch.urdf', /<sphere radius="0.03"\/>/, '<sphere radius="wide"/>');
    const { problems, model } = inspectRobot(folder);
    expect(model).toBeUndefined();
    expect(problems).toEqual([
      expect.stringMatching(/stretch\.urdf:\d+: radius="wide", expected a number/),
      `${path}:${lineOf(path, '<joint name="joint_lift"')}: joint "joint_lift" has no <limit>`,
    ]);
  });

  test('with unknown names in the manifest name every field', () => {
    change('robot.yaml', 'laser: laser', 'laser: lazer');
    change('robot.yaml', 'gripper: [gripper_aperture]', 'gripper: [claw]');
    const { problems } = inspectRobot(folder);
    expect(problems).toEqual([
      expect.stringMatching(/robot\.yaml: frames: "lazer" is not a link; there are base_link/),
      expect.stringMatching(/robot\.yaml: groups\.gripper: "claw" is not an actuator/),
    ]);
  });

  test('that load and would not work are named as well', () => {
    change('robot.yaml', 'namespace: /stretch', 'namespace: /robot');
    change('robot.yaml', '    - joint_lift\n', '');
    change('robot.yaml', /head: \[joint_head_pan, joint_head_tilt\]\n/, 'head: [joint_head_pan]\n');
    change('robot.yaml', /footprint_m: .*/, 'footprint_m: [[0, 0], [0, 0.2], [0.2, 0]]');
    expect(inspectRobot(folder).problems).toEqual([
      expect.stringContaining('namespace: is /robot, expected /stretch'),
      expect.stringContaining('driver.joint_pose_order: "joint_lift" is missing'),
      expect.stringContaining('groups: no group has "joint_head_tilt"'),
      expect.stringContaining('base.footprint_m: is not counter-clockwise'),
    ]);
  });

  test('with meshes: a collision mesh becomes its box, a missing one is named', () => {
    const box =
      '<collision><origin xyz="-0.085 0 0.0925"/><geometry><box size="0.33 0.30 0.125"/></geometry></collision>';
    const mesh =
      '<collision><geometry><mesh filename="package://stretch_description/meshes/base.stl" scale="0.001 0.001 0.001"/></geometry></collision>';
    change('stretch.urdf', box, mesh);
    expect(inspectRobot(folder).problems).toEqual([
      expect.stringMatching(
        /stretch\.urdf:\d+: link "base_link": collision mesh .*base\.stl was not found; looked for/,
      ),
    ]);
    const vertices = ['-250 -150 30', '80 -150 30', '80 150 155'];
    const facet = `facet normal 0 0 1\nouter loop\n${vertices.map((v) => `vertex ${v}`).join('\n')}\nendloop\nendfacet`;
    writeMesh('meshes/base.stl', `solid base\n${facet}\nendsolid base\n`);
    const { problems, model } = inspectRobot(folder);
    expect(problems).toEqual([]);
    const shape = model?.links[0]?.collision[0]?.shape;
    expect(shape?.kind === 'box' ? shape.sizeM.map((each) => Number(each.toFixed(6))) : shape).toEqual([
      0.33, 0.3, 0.125,
    ]);
  });
});

function writeMesh(path: string, text: string): void {
  cpSync(join(folder, 'README.md'), join(folder, path), { recursive: true });
  writeFileSync(join(folder, path), text);
}
