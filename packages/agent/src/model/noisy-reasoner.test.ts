import { skillContracts } from '@efferent/skills';
import { expect, test } from 'vitest';
import { checkPlan } from '../plan/check-plan.ts';
import { Reasoner } from '../reasoner/reasoner.ts';
import { everydayObjects, kitchenView, robotOffer } from '../testing/kitchen-view.ts';
import type { LanguageModel, LanguageModelRequest } from './language-model.ts';
import { type NoiseSettings, NoisyReasoner } from './noisy-reasoner.ts';
import { type PlanProposal, planProposalSchema } from './proposal.ts';

const skills = Object.values(skillContracts);
const view = kitchenView(everydayObjects());
const instructions = [
  'put the apple in the bowl',
  'put the banana on the counter',
  'put the red mug and the blue mug in the sink',
  'put the milk on the table and close the fridge',
  'open the left drawer',
];

const ask = async (model: LanguageModel, instruction: string): Promise<PlanProposal> => {
  const request: LanguageModelRequest<PlanProposal> = {
    question: { purpose: 'decompose' },
    instruction,
    belief: view,
    skills,
    robots: [robotOffer],
    history: [],
    failures: [],
    answers: {},
    achieved: [],
    bindings: {},
    schema: planProposalSchema,
    maxOutputTokens: 3000,
  };
  return (await model.generate(request)).output;
};

const noisy = (fields: Partial<NoiseSettings>) =>
  new NoisyReasoner({ seed: 1000, errorRate: 1, stepErrorRate: 0, persistence: 0, ...fields });

test('at least half of the faults of the emulator break no rule of the contracts', async () => {
  let faults = 0;
  let legal = 0;
  for (let seed = 1000; seed < 1040; seed++) {
    for (const instruction of instructions) {
      const answer = await ask(noisy({ seed }), instruction);
      expect(answer).not.toEqual(await ask(new Reasoner(), instruction));
      faults += 1;
      if (checkPlan(answer, view, skills, [robotOffer]).length === 0) legal += 1;
    }
  }
  expect(legal / faults).toBeGreaterThan(0.5);
  expect(legal / faults).toBeLessThan(0.9);
});

test.each([
  [0, 0.2],
  [0.5, 0.6],
  [0.9, 0.92],
  [1, 1],
])('with persistence %f it repeats an answer of the same task about as often', async (persistence, share) => {
  let same = 0;
  for (let seed = 2000; seed < 2200; seed++) {
    const model = noisy({ seed, persistence });
    const first = await ask(model, instructions[2]!);
    if (JSON.stringify(await ask(model, instructions[2]!)) === JSON.stringify(first)) same += 1;
  }
  expect(Math.abs(same / 200 - share)).toBeLessThan(0.12);
});

test('longer plans carry faults more often, and a rate of 0 gives none', async () => {
  const rate = async (instruction: string, stepErrorRate: number) => {
    const right = JSON.stringify(await ask(new Reasoner(), instruction));
    let wrong = 0;
    for (let seed = 3000; seed < 3100; seed++) {
      const answer = await ask(noisy({ seed, errorRate: 0, stepErrorRate }), instruction);
      if (JSON.stringify(answer) !== right) wrong += 1;
    }
    return wrong / 100;
  };
  expect(await rate('open the left drawer', 0)).toBe(0);
  expect(await rate('open the left drawer', 0.1)).toBeLessThan(0.2);
  expect(await rate('put the red mug and the blue mug in the sink', 0.1)).toBeGreaterThan(0.25);
});
