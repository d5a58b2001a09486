import type { HistoryEntry, StepFailure } from '../model/language-model.ts';
import { formatCall } from '../plan/call-text.ts';

const keptHistory = 40;

/** What a task remembers; this, the belief and the skills are all that a language model is told. */
export class TaskMemory {
  /** What the person wants, with every change that was said since. */
  instruction: string;
  readonly history: HistoryEntry[] = [];
  readonly failures: StepFailure[] = [];
  /** Why steps failed, by skill and arguments, as was found out in this task. */
  readonly explanations = new Map<string, string>();
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

  /** Keeps why the newest failure happened. */
  explainNewest(because: string): void {
    const newest = this.failures.at(-1);
    if (newest !== undefined) this.explanations.set(formatCall(newest), because);
  }

  /** What went wrong, in words. */
  failureTexts(): readonly string[] {
    return this.failures.map((failure) => {
      const call = formatCall(failure);
      const because = this.explanations.get(call);
      const times = failure.count > 1 ? ` ${failure.count} times` : '';
      return `${call} failed${times} (${failure.code}): ${because ?? failure.message}`;
    });
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
