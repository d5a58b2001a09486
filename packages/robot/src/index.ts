export { type Actuator, actuatorFromJoints, jointFromActuator } from './actuator.ts';
export { type BasePose, type BasePoseSearch, findBasePoses } from './base-poses.ts';
export { type CartesianRequest, planCartesianPath } from './cartesian-path.ts';
export { type Collision, CollisionChecker } from './collision-checker.ts';
export { CommandGate, type GateOutput, type GateSource } from './command-gate.ts';
export { type DriveStretch, planDrive } from './drive-planner.ts';
export { DriveSpace } from './drive-space.ts';
export { DriverPoseCodec } from './driver-pose.ts';
export { GateGuard } from './gate-guard.ts';
export { inspectRobot, type RobotInspection } from './inspect-robot.ts';
export { type IkRequest, solveInverseKinematics } from './inverse-kinematics.ts';
export {
  isJointPathFree,
  type JointPath,
  type JointPathRequest,
  planJointPath,
} from './joint-path.ts';
export { type JointStateInput, JointStateReader } from './joint-state-reader.ts';
export {
  type JointTrajectory,
  sampleJointTrajectory,
  type TimingOptions,
  timeJointPath,
} from './joint-trajectory.ts';
export { loadPriorMap } from './load-prior-map.ts';
export {
  findRobotFolder,
  listedRobots,
  listRobots,
  loadRobotModel,
  parseRobotModel,
  type RobotFileNames,
} from './load-robot-model.ts';
export { mainCameraOf } from './main-camera.ts';
export { PersonGuard } from './person-guard.ts';
export { PersonTracks } from './person-tracks.ts';
export { articulationTransform, type PlacedBox, placedBoxes } from './placed-boxes.ts';
export {
  composePlanar,
  invertPlanar,
  type PlanarFrames,
  type PlanarPose,
  PlanarPoseTracker,
  planarFrames,
} from './planar-pose.ts';
export { type AttachedBox, handleBoxId, PlanningScene, type SceneBox } from './planning-scene.ts';
export { furnitureById, furnitureTransform, isButton, parsePriorMap, standOf } from './prior-map.ts';
export {
  type MapArticulation,
  type MapBox,
  type MapContainer,
  type MapFurniture,
  type MapKind,
  type MapPerson,
  type MapPlace,
  type MapSurface,
  type PriorMap,
  priorMapSchema,
} from './prior-map-schema.ts';
export { ReachKinematics, type ReachSolution } from './reach-kinematics.ts';
export { type ActuatorManifest, type RobotManifest, robotManifestSchema } from './robot-manifest.ts';
export { multiplyPoses, poseAt, poseStride, type RobotLink, RobotModel, writePose } from './robot-model.ts';
export {
  parseUrdf,
  type SolidShape,
  type Urdf,
  type UrdfJoint,
  type UrdfJointType,
  type UrdfLink,
  type UrdfSolid,
} from './urdf.ts';
