export {
  allFailureCodes,
  commonFailureCodes,
  type ParameterType,
  type SkillBackend,
  type SkillContract,
  type SkillParameter,
  type SkillResource,
} from './contract.ts';
export {
  formatPredicate,
  type PredicateName,
  type PredicateTerm,
  parsePredicate,
  predicateSignatures,
} from './predicate.ts';
export { skillContracts } from './skill-contracts.ts';
