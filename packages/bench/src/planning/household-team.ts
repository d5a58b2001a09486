import { Transform, type Vector3 } from '@efferent/core';
import { loadRobotModel, mainCameraOf, type PriorMap, type RobotModel, standOf } from '@efferent/robot';
import { loadSkillMapping } from '@efferent/skills';
import type { HouseholdRobotSpec } from './household-robot.ts';

/** Height of the eye of a robot that drives, m: the head of the Stretch. */
const eyeHeightM = 1.35;

/**
 * Reads robots of the workspace as the household needs them; the first is the one that is spoken to.
 *
 * @param map - where robots with a fixed base have their stands
 * @throws {@link ConfigurationError} code `no-stand`
 */
export async function loadTeam(
  folders: readonly string[],
  ids: readonly string[],
  map: PriorMap,
): Promise<readonly HouseholdRobotSpec[]> {
  return Promise.all(ids.map((id) => loadMember(folders, id, map)));
}

async function loadMember(
  folders: readonly string[],
  id: string,
  map: PriorMap,
): Promise<HouseholdRobotSpec> {
  const model = loadRobotModel(folders, id);
  const mapping = await loadSkillMapping(folders, id);
  const camera = mainCameraOf(model);
  const { base } = model.manifest;
  const basePose = base.kind === 'fixed' ? standOf(map, id) : undefined;
  const eyeM = basePose === undefined ? undefined : eyeOnStand(model, camera.frame, basePose);
  return {
    name: model.namespace,
    skills: Object.keys(mapping.skills),
    fixedReachM: base.kind === 'fixed' ? base.reach_m : undefined,
    basePose,
    camera: {
      focalPx: camera.width_px / 2 / Math.tan(camera.horizontal_fov_rad / 2),
      heightM: eyeM?.[2] ?? eyeHeightM,
      eyeM,
    },
  };
}

/** Where a camera is that does not move against the stand, in `map`. */
function eyeOnStand(model: RobotModel, frame: string, basePose: Vector3): Vector3 {
  let fromEye = Transform.identity;
  for (let link = model.links[model.linkIndex(frame)]; link?.joint !== undefined; ) {
    fromEye = link.joint.parentFromJoint.multiply(fromEye);
    link = model.links[link.parentIndex];
  }
  return Transform.fromPlanar(...basePose).apply(fromEye.translation);
}
