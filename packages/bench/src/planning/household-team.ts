import { loadRobotModel, mainCameraOf } from '@efferent/robot';
import { loadSkillMapping } from '@efferent/skills';
import type { HouseholdRobotSpec } from './household-robot.ts';

/** Height of the eye of a robot that drives, m: the head of the Stretch. */
const eyeHeightM = 1.35;

/** Reads robots of the workspace as the household needs them; the first is the one that is spoken to. */
export async function loadTeam(
  folders: readonly string[],
  ids: readonly string[],
): Promise<readonly HouseholdRobotSpec[]> {
  return Promise.all(ids.map((id) => loadMember(folders, id)));
}

async function loadMember(folders: readonly string[], id: string): Promise<HouseholdRobotSpec> {
  const model = loadRobotModel(folders, id);
  const mapping = await loadSkillMapping(folders, id);
  const camera = mainCameraOf(model);
  return {
    name: model.namespace,
    skills: Object.keys(mapping.skills),
    fixedReachM: undefined,
    basePose: undefined,
    camera: {
      focalPx: camera.width_px / 2 / Math.tan(camera.horizontal_fov_rad / 2),
      heightM: eyeHeightM,
    },
  };
}
