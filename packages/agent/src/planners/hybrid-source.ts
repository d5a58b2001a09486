import { clausesOf } from '../language/clauses.ts';
import { type PlanProposal, planProposalSchema } from '../model/proposal.ts';
import { joinClauses } from '../plan/join-clauses.ts';
import { type PlanEvidence, purposeOf } from '../plan/plan-evidence.ts';
import type { PlanSource } from '../task/planning.ts';
import type { TaskContext } from '../task/task-context.ts';

/**
 * The language model as a source of plans that is asked more than once.
 *
 * Where its answers vary it is asked again until two agree; after a rejection it is asked about the clauses of the
 * instruction one by one, which is another and easier question, and then about the whole again.
 */
export class HybridSource implements PlanSource {
  readonly id: string;
  /** About the newest proposal. */
  evidence: PlanEvidence | undefined;
  readonly #task: TaskContext;
  readonly #purpose: 'decompose' | 'replan';
  readonly #isUsable: (proposal: PlanProposal) => boolean;
  readonly #samples: number;
  #asked = 0;

  /**
   * @param samples - answers that one question is put for at most when they may vary
   * @param isUsable - whether a proposal passes the gate, put right where possible
   */
  constructor(
    task: TaskContext,
    purpose: 'decompose' | 'replan',
    samples: number,
    isUsable: (proposal: PlanProposal) => boolean,
  ) {
    this.#task = task;
    this.#purpose = purpose;
    this.#isUsable = isUsable;
    this.id = task.environment.model.id;
    this.#samples = task.environment.model.answersVary ? samples : 1;
  }

  async propose(signal: AbortSignal): Promise<PlanProposal> {
    const clauses = this.#asked++ === 1 ? clausesOf(this.#task.memory.instruction) : [];
    this.evidence = undefined;
    if (clauses.length < 2) return this.#agreed(signal);
    const parts: PlanProposal[] = [];
    for (const clause of clauses) parts.push(await this.#ask(signal, clause));
    return joinClauses(parts);
  }

  /** Asks until two answers have the same goals; else the first that is usable. */
  async #agreed(signal: AbortSignal): Promise<PlanProposal> {
    const proposals: PlanProposal[] = [];
    const alike = (proposal: PlanProposal) =>
      proposals.filter((other) => purposeOf(other) === purposeOf(proposal)).length;
    while (proposals.length < this.#samples) {
      proposals.push(await this.#ask(signal));
      if (alike(proposals.at(-1)!) > 1) break;
    }
    const usable = proposals.filter((proposal) => this.#isUsable(proposal));
    const best = (usable.length > 0 ? usable : proposals).reduce((a, b) => (alike(b) > alike(a) ? b : a));
    this.evidence = {
      samples: proposals.length,
      agreeing: alike(best),
      meanLogProbability: this.#task.model.meanLogProbability,
    };
    return best;
  }

  #ask(signal: AbortSignal, instruction?: string): Promise<PlanProposal> {
    return this.#task.model.ask({ purpose: this.#purpose }, planProposalSchema, signal, instruction);
  }
}
