import type { TaskEnvironment } from './environment.ts';
import { TaskEnd } from './limits.ts';

/** What a person can say to the next step. */
export const confirmChoices = ['go on', 'end the task'] as const;

/**
 * Waits until the person lets the next step happen. Without an answer the robot stays paused: the question is asked
 * again, however long that takes.
 *
 * @param step - in the words of a person, e.g. "pick apple"
 * @param timeoutS - how long one question stands, s
 * @throws {@link TaskEnd} `cancelled` when the person ends the task; why the signal aborted
 */
export async function confirmStep(
  environment: Pick<TaskEnvironment, 'ask' | 'emit'>,
  step: string,
  timeoutS: number,
  signal: AbortSignal,
): Promise<void> {
  const question = { text: `Next: ${step}.`, choices: confirmChoices };
  for (;;) {
    environment.emit({
      kind: 'question',
      subGoalId: '',
      text: question.text,
      detail: question.choices.join(', '),
      feasibility: Number.NaN,
    });
    const answer = await environment.ask(question, timeoutS, signal);
    signal.throwIfAborted();
    if (answer === 'go on') return;
    if (answer === 'end the task')
      throw new TaskEnd('cancelled', `The person ended the task before: ${step}.`);
  }
}
