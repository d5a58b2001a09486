import type { Atom } from '../belief/atom.ts';
import type { ProposedReference } from '../model/proposal.ts';

/** One condition that an instruction asks for. */
export interface Goal {
  readonly atom: Atom;
  /** Place or object near which to put something down. */
  readonly near: string | undefined;
  /** Clauses said to come later have a higher stage; goals of one stage may be reached in any order. */
  readonly stage: number;
  /** With what it is to be reached, when that is not for the planner to choose. */
  readonly tool?: string | undefined;
  /** Even when it holds already, do it again: "look", "find" of something not seen lately. */
  readonly renew: boolean;
}

/** What commands come to: goals, or what must be asked or said before there are any. */
export type Grounding =
  | {
      readonly kind: 'goals';
      readonly goals: readonly Goal[];
      readonly references: readonly ProposedReference[];
      readonly surveys: readonly string[];
      /** Places to be looked over from near; the goals may grow by what is found there. */
      readonly unchecked: readonly string[];
      /** Whether the goals speak of all things of a kind: more may be seen on the way. */
      readonly mayGrow: boolean;
    }
  | { readonly kind: 'question'; readonly text: string; readonly choices: readonly string[] }
  | { readonly kind: 'not-understood'; readonly message: string };
