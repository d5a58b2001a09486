import type { GenericSchema } from 'valibot';
import type { ModelPurpose } from './language-model.ts';
import {
  actionPlanSchema,
  explanationSchema,
  goalExplanationSchema,
  goalListSchema,
  observationSchema,
  parsedGoalSchema,
  planProposalSchema,
  suitabilitySchema,
  summarySchema,
} from './proposal.ts';

/** What the answer to a question of each purpose must look like. */
export const answerSchemas: Readonly<Record<ModelPurpose, GenericSchema>> = {
  decompose: planProposalSchema,
  replan: planProposalSchema,
  explain: explanationSchema,
  'plan-goals': goalListSchema,
  'explain-goal': goalExplanationSchema,
  'parse-goal': parsedGoalSchema,
  observe: observationSchema,
  summarise: summarySchema,
  act: actionPlanSchema,
  criticise: suitabilitySchema,
};
