import type { MessageTypes } from '@efferent/interfaces';
import type { GraphLink } from '../connection/graph-link.ts';
import { element } from '../shell/element.ts';
import { icon } from '../shell/icon.ts';

type Question = MessageTypes['efferent_interfaces/msg/Question'];

/** A question of the agent with a button for each answer; the first thing that scanning offers. */
export class QuestionCard {
  readonly #card: HTMLElement;
  readonly #link: GraphLink;

  constructor(card: HTMLElement, link: GraphLink) {
    this.#card = card;
    this.#link = link;
  }

  apply(question: Question): void {
    this.#card.hidden = question.id === '';
    if (question.id === '') {
      this.#card.replaceChildren();
      return;
    }
    this.#card.replaceChildren(
      element('p', { id: 'question-text' }, [icon('question', 18), question.text]),
      element(
        'div',
        { class: 'answers' },
        question.choices.map((choice) =>
          element(
            'button',
            { type: 'button', 'data-scan': '0', onclick: () => void this.#answer(question.id, choice) },
            [choice],
          ),
        ),
      ),
    );
  }

  async #answer(questionId: string, answer: string): Promise<void> {
    const note = element('p', { class: 'muted', role: 'status' }, [`Answered: ${answer}`]);
    for (const button of this.#card.querySelectorAll('button')) button.disabled = true;
    this.#card.append(note);
    try {
      const response = await this.#link.call('efferent_interfaces/srv/AnswerQuestion', '/agent/answer', {
        question_id: questionId,
        answer,
      });
      if (response.accepted) this.#card.hidden = true;
      else note.textContent = response.message;
    } catch (error) {
      note.textContent = `The answer did not get through: ${error instanceof Error ? error.message : String(error)}`;
    }
    for (const button of this.#card.querySelectorAll('button')) button.disabled = false;
  }
}
