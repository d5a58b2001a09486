import type { Correction } from '../language/new-instruction.ts';

/** What a task makes of a correction. */
export type AmendReply =
  | {
      readonly kind: 'amended';
      /** The instruction as it is understood from now on. */
      readonly instruction: string;
      /** What is different, for the person. */
      readonly change: string;
    }
  /** Nothing of the task is left; it is for the caller to end it. */
  | { readonly kind: 'emptied' }
  /** It speaks of something else than this task. */
  | { readonly kind: 'unrelated' }
  | { readonly kind: 'unclear'; readonly message: string };

/** Takes a correction at once; the steps that it makes wrong are stopped, and the plan is made anew between steps. */
export type AmendListener = (correction: Correction, said: string) => AmendReply;

/** Carries what the person says to the task that runs. */
export class Interjections {
  #listener: AmendListener | undefined;

  /** The task begins to listen. @returns ends that */
  listen(listener: AmendListener): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /** @returns what the task makes of it; undefined when none listens */
  amend(correction: Correction, said: string): AmendReply | undefined {
    return this.#listener?.(correction, said);
  }
}

/** Why a step or a question is ended: the person changed the task. */
export class TaskAmended extends Error {
  constructor() {
    super('the person changed the task');
  }
}
