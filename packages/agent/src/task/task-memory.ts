import type { HistoryEntry, StepFailure } from '../model/language-model.ts';

const keptHistory = 40;

/** What a task remembers; this, the belief and the skills are all that a language model is told. */
export class TaskMemory {
  /** What the person wants, with every change that was said since. */
  instruction: string;
  readonly history: HistoryEntry[] = [];
  readonly failures: StepFailure[] = [];
  readonly answers: Record<string, string> = {};
  readonly achieved: string[] = [];
  readonly bindings: Record<string, string> = {};
  /** Ids that a name of the instruction does not mean, by reference name. */
  readonly excluded: Record<string, readonly string[]> = {};
  /** Where things were before a robot took them, by id. */
  readonly origins: Record<string, string> = {};

  constructor(instruction: string) {
    this.instruction = instruction;
  }

  note(kind: HistoryEntry['kind'], text: string): void {
    this.history.push({ kind, text });
    if (this.history.length > keptHistory) this.history.shift();
  }

  /** Counts a failure; equal ones raise its count. */
  addFailure(failure: Omit<StepFailure, 'count'>): StepFailure {
    const same = (other: StepFailure) =>
      other.skill === failure.skill &&
      other.code === failure.code &&
      JSON.stringify(other.arguments) === JSON.stringify(failure.arguments);
    const index = this.failures.findIndex(same);
    const count = index < 0 ? 1 : this.failures[index]!.count + 1;
    if (index >= 0) this.failures.splice(index, 1);
    const counted = { ...failure, count };
    this.failures.push(counted);
    return counted;
  }
}
