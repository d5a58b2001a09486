export { Articulation } from './articulation.ts';
export type { Perturbation, PerturbationName } from './card-perturbations.ts';
export { type Collision, CollisionLog } from './collision-log.ts';
export { type EpisodeReport, entityStatesFromReport, parseEpisodeReport } from './episode-report.ts';
export type { Held, ReleaseReason } from './grip.ts';
export { HeadCamera, type HeadCameraFrame } from './head-camera.ts';
export { type ConditionVerdict, judgeTask, type TaskVerdict } from './judge.ts';
export type { PersonContact } from './person-log.ts';
export { type PerturbationAction, Perturber } from './perturber.ts';
export { drawPoseInRegion, drawSetup, type EpisodeSetup, type PlacementRequest } from './placement.ts';
export type { PinholeCamera } from './rasteriser.ts';
export { RobotPlant } from './robot-plant.ts';
export { listScenes, loadScene, type ObjectKind, type Scene } from './scene-file.ts';
export {
  createSimWorld,
  type EntityState,
  type PlantCommands,
  SimWorld,
  type SimWorldOptions,
} from './sim-world.ts';
export { type DriverFault, driverFaults, StretchDriver } from './stretch-driver.ts';
export {
  buildEpisodeSetup,
  type Episode,
  type GoalCondition,
  listTaskCards,
  loadTaskCard,
  type TaskCard,
} from './task-card.ts';
