import type { SkillImplementation } from './skill.ts';
import { holdsSomething, tuckArm } from './tuck.ts';

/** Folds the arm over the base. */
export const stow: SkillImplementation = async (body) => {
  await tuckArm(body);
  await body.moveActuators({ joint_head_pan: 0, joint_head_tilt: -0.4 });
  return holdsSomething(body) ? 'arm folded, still holding' : 'arm folded';
};
