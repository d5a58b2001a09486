import type { SkillImplementation } from './skill.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** Folds the arm over the base; the head looks ahead where the robot has one. */
export const stow: SkillImplementation = async (body) => {
  await tuckArm(body);
  await body.moveActuators(body.model.manifest.poses.look_ahead ?? {});
  return holdsSomething(body) ? 'arm folded, still holding' : 'arm folded';
};
