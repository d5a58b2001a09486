import type { MessageTypes } from '@efferent/interfaces';
import { type Publisher, qosProfiles, type RosNode, stampFromNs } from '@efferent/ros';
import type { TaskQuestion } from './task/environment.ts';
import { matchChoice } from './task/match-choice.ts';

interface Pending {
  readonly id: string;
  readonly choices: readonly string[];
  resolve(answer: string): void;
}

/** Puts questions on `/agent/question` and takes answers from `/agent/answer`. */
export class QuestionDesk {
  readonly #node: RosNode;
  readonly #publisher: Publisher<MessageTypes['efferent_interfaces/msg/Question']>;
  #pending: Pending | undefined;
  #asked = 0;

  constructor(node: RosNode) {
    this.#node = node;
    this.#publisher = node.createPublisher(
      'efferent_interfaces/msg/Question',
      '/agent/question',
      qosProfiles.latched,
    );
    node.createService('efferent_interfaces/srv/AnswerQuestion', '/agent/answer', ({ question_id, answer }) =>
      this.#answer(question_id, answer),
    );
    this.#publish('', '', '', []);
  }

  /** Resolves with one of the choices, or undefined after `timeoutS`. */
  async ask(
    taskId: string,
    question: TaskQuestion,
    timeoutS: number,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    this.#asked += 1;
    const id = `${taskId}-q${this.#asked}`;
    const answered = new AbortController();
    let answer: string | undefined;
    this.#pending = {
      id,
      choices: question.choices,
      resolve: (value) => {
        answer = value;
        answered.abort();
      },
    };
    this.#publish(id, taskId, question.text, question.choices);
    try {
      await this.#node.sleep(timeoutS * 1000, AbortSignal.any([signal, answered.signal]));
    } catch (error) {
      if (!answered.signal.aborted) throw error;
    } finally {
      this.#pending = undefined;
      this.#publish('', '', '', []);
    }
    return answer;
  }

  #answer(questionId: string, answer: string): { readonly accepted: boolean; readonly message: string } {
    const pending = this.#pending;
    if (pending === undefined) return { accepted: false, message: 'nothing is asked now' };
    if (questionId !== '' && questionId !== pending.id)
      return { accepted: false, message: `question ${questionId} is over; ${pending.id} is asked now` };
    const choice = matchChoice(answer, pending.choices);
    if (choice === undefined)
      return { accepted: false, message: `"${answer}" is none of: ${pending.choices.join(', ')}` };
    pending.resolve(choice);
    return { accepted: true, message: choice };
  }

  #publish(id: string, taskId: string, text: string, choices: readonly string[]): void {
    this.#publisher.publish({
      header: { stamp: stampFromNs(this.#node.clock.nowNs()) },
      id,
      task_id: taskId,
      text,
      choices: [...choices],
    });
  }
}
