export { beliefMessage, planMessage } from './agent-messages-node.ts';
export { type Atom, formatAtom, parseAtom } from './belief/atom.ts';
export { Belief, type SceneReport } from './belief/belief.ts';
export type { BeliefView } from './belief/belief-view.ts';
export { classOf, type ObjectTrack, type Sighting } from './belief/object-track.ts';
export { truthOf, viewBelief } from './belief/truth.ts';
export { type Fixture, WorldMap } from './belief/world-map.ts';
export { CameraEye } from './camera-eye-node.ts';
export { Lexicon } from './language/lexicon.ts';
export { parseInstruction } from './language/parser.ts';
export { createModel, defaultModelChoice } from './model/create-model.ts';
export type {
  LanguageModel,
  LanguageModelReply,
  LanguageModelRequest,
  ModelPurpose,
} from './model/language-model.ts';
export { type NoiseSettings, NoisyReasoner } from './model/noisy-reasoner.ts';
export { testPicture } from './model/png-picture.ts';
export { type PlanProposal, planProposalSchema } from './model/proposal.ts';
export { type CheckFinding, checkModel, type ModelCheckReport } from './model-check/check-model.ts';
export { checkPlan } from './plan/check-plan.ts';
export { horizonFeatures } from './plan/horizon-features.ts';
export { type SelectorName, selectorNames } from './plan/selector.ts';
export { SkillStatistics } from './plan/skill-statistics.ts';
export { type PlannerName, plannerNames } from './planners/planners.ts';
export { Reasoner } from './reasoner/reasoner.ts';
export { type Ablation, parseAblations } from './task/ablations.ts';
export { Conversation } from './task/conversation.ts';
export type { SkillCall, SkillOutcome, TaskEnvironment, TaskEvent } from './task/environment.ts';
export type { Heard } from './task/hear.ts';
export type { TaskOutcome } from './task/limits.ts';
export { defaultTaskSettings, type TaskReport, type TaskSettings } from './task/task-report.ts';
export { runTask } from './task/task-run.ts';
