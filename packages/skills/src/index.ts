export { basePosesFor, solveHere } from './arm-motion.ts';
export {
  allFailureCodes,
  commonFailureCodes,
  type ParameterType,
  type SkillBackend,
  type SkillContract,
  type SkillParameter,
  type SkillResource,
} from './contract.ts';
export { standpoints, supportAt } from './geometry.ts';
export { type GraspCandidate, graspCandidates, policySidewaysM } from './grasp-candidates.ts';
export { aimHead } from './head-aim.ts';
export {
  checkSkillsFit,
  loadSkillMapping,
  parseSkillMapping,
  type SkillMapping,
} from './mapping/skill-mapping.ts';
export {
  formatPredicate,
  type PredicateName,
  type PredicateTerm,
  parsePredicate,
  predicateSignatures,
} from './predicate.ts';
export { rehearsalVerdicts } from './rehearse.ts';
export type { PlanningBody } from './skill-body.ts';
export { skillContracts } from './skill-contracts.ts';
export { spillClass } from './spill.ts';
export { WorkScene } from './work-scene.ts';
