import { Rng } from '@efferent/core';
import { Reasoner } from '../reasoner/reasoner.ts';
import { corrupt, type FaultKind, illegalFaults, legalFaults } from './faults.ts';
import type { LanguageModel, LanguageModelReply, LanguageModelRequest } from './language-model.ts';

export interface NoiseSettings {
  readonly seed: number;
  /** Chance that an answer carries a fault, [0, 1]. */
  readonly errorRate: number;
  /** Chance that the same question in the same task is answered as the last time, fault and all, [0, 1]. */
  readonly persistence: number;
}

/** A fault of one answer; undefined for a good one. */
type Draw = { readonly kind: FaultKind; readonly seed: number } | undefined;

/** Share of faults that break no rule of the contracts: only the world shows that they are wrong. */
const legalShare = 0.7;

/**
 * An emulator of an imperfect language model, for development and for comparing planners; no figure of it says
 * anything about a real one.
 *
 * It is the reasoner with seeded faults: a wrong thing that exists, a dropped goal, a misread place, and answers that
 * break the rules. Equal settings and equal questions give equal answers.
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
    const draw = this.#drawFor(request);
    if (draw === undefined) return reply;
    return { ...reply, output: corrupt(reply.output, draw.kind, request, new Rng(draw.seed)) };
  }

  #drawFor({ instruction, question }: Pick<LanguageModelRequest<unknown>, 'instruction' | 'question'>): Draw {
    const key = `${familyOf(question.purpose)} ${instruction}`;
    const before = this.#draws.get(key);
    const count = (before?.count ?? 0) + 1;
    const rng = new Rng(this.#settings.seed).fork(`${key} ${count}`);
    const persists = rng.chance(this.#settings.persistence);
    const draw = before !== undefined && persists ? before.draw : this.#newDraw(rng);
    this.#draws.set(key, { draw, count });
    return draw;
  }

  #newDraw(rng: Rng): Draw {
    if (!rng.chance(this.#settings.errorRate)) return undefined;
    const kind = rng.pick(rng.chance(legalShare) ? legalFaults : illegalFaults);
    return { kind, seed: Math.floor(rng.range(0, 2 ** 31)) };
  }
}

/** A first plan and the plans after it are the same question: what to do about this instruction. */
const familyOf = (purpose: string): string =>
  ['decompose', 'replan', 'plan-goals', 'act'].includes(purpose) ? 'plan' : purpose;
