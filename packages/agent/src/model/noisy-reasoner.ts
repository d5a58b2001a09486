import { Rng } from '@efferent/core';
import { Reasoner } from '../reasoner/reasoner.ts';
import { corrupt, FaultChoice, type FaultKind, illegalFaults, legalFaults } from './faults.ts';
import type { LanguageModel, LanguageModelReply, LanguageModelRequest } from './language-model.ts';
import type { ActionPlan, GoalList, PlanProposal } from './proposal.ts';

export interface NoiseSettings {
  readonly seed: number;
  /** Chance that an answer with a plan carries a fault whatever its length, [0, 1]. */
  readonly errorRate: number;
  /** Chance of a fault for each step of a plan, and for each judgement of one step, [0, 1]; 0 without it. */
  readonly stepErrorRate?: number;
  /** Chance that the same question in the same task is answered as the last time, fault and all, [0, 1]. */
  readonly persistence: number;
}

/** A fault of one answer, the first kind that it offers a place for, and what it was about; undefined for a good one. */
type Draw = { readonly kinds: readonly FaultKind[]; readonly choice: FaultChoice } | undefined;

/** Share of faults that break no rule of the contracts: only the world shows that they are wrong. */
const legalShare = 0.7;

/**
 * An emulator of an imperfect language model, for development and for comparing planners; no figure of it says
 * anything about a real one.
 *
 * It is the reasoner with seeded faults: a wrong thing that exists, a dropped goal, a misread place, and answers that
 * break the rules. "The same question" is what to do about one instruction, or one kind of judgement in its task,
 * whatever has happened since. Equal settings and equal questions give equal answers.
 */
export class NoisyReasoner implements LanguageModel {
  readonly id = 'reasoner-noisy';
  readonly modelledLatencyMs = 3;
  readonly answersVary = true;
  readonly #reasoner = new Reasoner();
  readonly #settings: NoiseSettings;
  /** Newest draw and number of draws by task and purpose. */
  readonly #draws = new Map<string, { readonly draw: Draw; readonly count: number }>();

  constructor(settings: NoiseSettings) {
    this.#settings = settings;
  }

  async generate<Output>(request: LanguageModelRequest<Output>): Promise<LanguageModelReply<Output>> {
    const reply = await this.#reasoner.generate(request);
    const draw = this.#drawFor(request, reply.output);
    for (const kind of draw?.kinds ?? []) {
      const output = corrupt(reply.output, kind, request, draw!.choice);
      if (output !== reply.output) return { ...reply, output };
    }
    return reply;
  }

  #drawFor(request: Pick<LanguageModelRequest<unknown>, 'instruction' | 'question'>, answer: unknown): Draw {
    const key = `${familyOf(request.question.purpose)} ${request.instruction}`;
    const before = this.#draws.get(key);
    const count = (before?.count ?? 0) + 1;
    const rng = new Rng(this.#settings.seed).fork(`${key} ${count}`);
    const persists = rng.chance(this.#settings.persistence);
    const draw = before !== undefined && persists ? before.draw : this.#newDraw(answer, rng);
    this.#draws.set(key, { draw, count });
    return draw;
  }

  #newDraw(answer: unknown, rng: Rng): Draw {
    const { errorRate, stepErrorRate = 0 } = this.#settings;
    const steps = stepsOf(answer);
    const good = steps === undefined ? 1 - stepErrorRate : (1 - errorRate) * (1 - stepErrorRate) ** steps;
    if (!rng.chance(1 - good)) return undefined;
    const legal = rng.shuffle(legalFaults);
    const illegal = rng.shuffle(illegalFaults);
    const kinds = rng.chance(legalShare) ? [...legal, ...illegal] : [...illegal, ...legal];
    return { kinds, choice: new FaultChoice(rng) };
  }
}

/** A first plan and the plans after it are the same question: what to do about this instruction. */
const familyOf = (purpose: string): string =>
  ['decompose', 'replan', 'plan-goals', 'act'].includes(purpose) ? 'plan' : purpose;

/** Steps of an answer that is a plan; undefined for any other. */
function stepsOf(answer: unknown): number | undefined {
  const plan = answer as Partial<PlanProposal & GoalList & ActionPlan>;
  return (plan.subGoals ?? plan.lines ?? plan.actions)?.length;
}
