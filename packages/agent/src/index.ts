export { type Atom, formatAtom, parseAtom } from './belief/atom.ts';
export { Belief } from './belief/belief.ts';
export type { BeliefView } from './belief/belief-view.ts';
export { truthOf, viewBelief } from './belief/truth.ts';
export { WorldMap } from './belief/world-map.ts';
export { Lexicon } from './language/lexicon.ts';
export { parseInstruction } from './language/parser.ts';
export type {
  LanguageModel,
  LanguageModelReply,
  LanguageModelRequest,
  ModelPurpose,
} from './model/language-model.ts';
export { OpenAiCompatibleModel, openAiCompatibleFromEnvironment } from './model/openai-compatible.ts';
export { type PlanProposal, planProposalSchema } from './model/proposal.ts';
export { checkPlan } from './plan/check-plan.ts';
export { Reasoner } from './reasoner/reasoner.ts';
export type { TaskOutcome } from './task/limits.ts';
