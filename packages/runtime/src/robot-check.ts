import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { describeError } from '@efferent/core';
import { checkRobotFits, listPoliciesFor, loadPolicyManifest } from '@efferent/policy';
import { findRobotFolder, inspectRobot, type RobotInspection } from '@efferent/robot';
import { checkSkillsFit, loadSkillMapping } from '@efferent/skills';
import { findWorkspaceFolders } from './workspace.ts';

/**
 * Looks everything through that makes a robot: manifest, URDF, skills and the policies made for it.
 *
 * @param robot - id, or path of its folder
 * @throws {@link ConfigurationError} code `unknown-robot`
 */
export async function checkRobot(robot: string): Promise<RobotInspection & { readonly folder: string }> {
  const isPath = existsSync(join(robot, 'robot.yaml')) || robot.includes('/');
  const folder = isPath ? resolve(robot) : findRobotFolder(findWorkspaceFolders(), robot);
  const inspection = inspectRobot(folder);
  const { model } = inspection;
  if (model === undefined) return { ...inspection, folder };
  // A robot's folder lies in the `robots/` of its workspace.
  const folders = [...new Set([dirname(dirname(folder)), ...findWorkspaceFolders()])];
  const problems = [...inspection.problems];
  const attempt = async (work: () => unknown) => {
    try {
      await work();
    } catch (error) {
      problems.push(...describeError(error).split('\n'));
    }
  };
  await attempt(async () => checkSkillsFit(await loadSkillMapping(folders, basename(folder)), model));
  await attempt(async () => {
    for (const id of listPoliciesFor(folders, model.id))
      checkRobotFits((await loadPolicyManifest(folders, id)).manifest, model.mobile);
  });
  return { ...inspection, problems, folder };
}
