import type { Grounding } from './goal.ts';

/** Raised while commands are grounded; their entry turns it into a {@link Grounding}. */
export class Interruption extends Error {
  readonly grounding: Grounding;
  constructor(grounding: Grounding) {
    super('interrupted');
    this.grounding = grounding;
  }
}

export const notUnderstood = (message: string) => new Interruption({ kind: 'not-understood', message });

export const question = (text: string, choices: readonly string[]) =>
  new Interruption({ kind: 'question', text, choices });
