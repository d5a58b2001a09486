import { clausesOf } from '../language/clauses.ts';
import { type PlanProposal, planProposalSchema } from '../model/proposal.ts';
import { joinClauses } from '../plan/join-clauses.ts';
import { type PlanEvidence, purposeOf } from '../plan/plan-evidence.ts';
import type { PlanSource } from '../task/planning.ts';
import type { TaskContext } from '../task/task-context.ts';

/** Rounds of answers for one plan, where more than one is taken before any is refused: as many as plans may be refused. */
const mostRounds = 3;

/** Tells something about a proposal. */
type ProposalTest = (proposal: PlanProposal) => boolean;

/** Answers to one way of putting the question. */
interface Round {
  readonly answers: readonly PlanProposal[];
  /** The one answer is joined from answers about the clauses of the instruction: no sample of the whole. */
  readonly isJoined: boolean;
}

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
  /** Every round was used, and still no answer of the last one was good enough. */
  isSpent = false;
  readonly #task: TaskContext;
  readonly #purpose: 'decompose' | 'replan';
  readonly #isUsable: ProposalTest;
  readonly #isWorthMore: ProposalTest;
  readonly #samples: number;
  #rounds = 0;

  /**
   * @param samples - answers that one question is put for at most when they may vary
   * @param isUsable - whether a proposal passes the gate, put right where possible
   * @param isWorthMore - whether an answer is worth another one; asked about every answer of a round before one is taken
   */
  constructor(
    task: TaskContext,
    purpose: 'decompose' | 'replan',
    samples: number,
    isUsable: ProposalTest,
    isWorthMore: ProposalTest = () => false,
  ) {
    this.#task = task;
    this.#purpose = purpose;
    this.#isUsable = isUsable;
    this.#isWorthMore = isWorthMore;
    this.id = task.environment.model.id;
    this.#samples = task.environment.model.answersVary ? samples : 1;
  }

  async propose(signal: AbortSignal): Promise<PlanProposal> {
    const proposals: PlanProposal[] = [];
    let newest: Round;
    do {
      newest = await this.#round(signal);
      proposals.push(...newest.answers);
      this.isSpent = this.#rounds >= mostRounds && newest.answers.every(this.#isWorthMore);
    } while (this.#rounds < mostRounds && this.#samples > 1 && newest.answers.every(this.#isWorthMore));
    const usable = proposals.filter(this.#isUsable);
    const best = (usable.length > 0 ? usable : proposals).reduce((a, b) =>
      countAlike(proposals, b) > countAlike(proposals, a) ? b : a,
    );
    this.evidence = newest.isJoined
      ? undefined
      : {
          samples: proposals.length,
          agreeing: countAlike(proposals, best),
          meanLogProbability: this.#task.model.meanLogProbability,
        };
    return best;
  }

  /** Asks until two answers have the same goals; in the second round about each clause, which makes one answer. */
  async #round(signal: AbortSignal): Promise<Round> {
    const clauses = this.#rounds++ === 1 ? clausesOf(this.#task.memory.instruction) : [];
    if (clauses.length > 1) {
      const parts: PlanProposal[] = [];
      for (const clause of clauses) parts.push(await this.#ask(signal, clause));
      return { answers: [joinClauses(parts)], isJoined: true };
    }
    const answers: PlanProposal[] = [];
    while (answers.length < this.#samples) {
      answers.push(await this.#ask(signal));
      if (countAlike(answers, answers.at(-1)!) > 1) break;
    }
    return { answers, isJoined: false };
  }

  #ask(signal: AbortSignal, instruction?: string): Promise<PlanProposal> {
    return this.#task.model.ask({ purpose: this.#purpose }, planProposalSchema, signal, instruction);
  }
}

const countAlike = (proposals: readonly PlanProposal[], proposal: PlanProposal): number =>
  proposals.filter((other) => purposeOf(other) === purposeOf(proposal)).length;
