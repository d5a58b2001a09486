import { skillContracts } from '@efferent/skills';
import type { BeliefView } from '../belief/belief-view.ts';
import type { LanguageModelRequest } from '../model/language-model.ts';
import { type PlanProposal, planProposalSchema } from '../model/proposal.ts';
import { Reasoner } from '../reasoner/reasoner.ts';
import { robotOffer } from './kitchen-view.ts';

/** The plan of the reasoner for an instruction to one robot that has every skill. @param fields - of the request, where they differ */
export async function proposePlan(
  instruction: string,
  belief: BeliefView,
  fields: Partial<LanguageModelRequest<PlanProposal>> = {},
): Promise<PlanProposal> {
  const reply = await new Reasoner().generate({
    question: { purpose: 'decompose' },
    instruction,
    belief,
    skills: Object.values(skillContracts),
    robots: [robotOffer],
    history: [],
    failures: [],
    answers: {},
    achieved: [],
    bindings: {},
    schema: planProposalSchema,
    maxOutputTokens: 1000,
    ...fields,
  });
  return reply.output;
}
