import type { GraphLink } from '../connection/graph-link.ts';
import type { NodeState, PlanView } from '../model/plan-history.ts';
import { byId, element } from '../shell/element.ts';
import { icon } from '../shell/icon.ts';
import type { EventLog } from './event-log.ts';
import { stateIcons } from './plan-tree.ts';

const action = '/agent/execute_task';
/** What is offered until the agent has seen enough to suggest something itself. */
const firstSuggestions = [
  'put the apple in the bowl',
  'put all the fruit in the bowl',
  'open the left drawer',
  'find the banana',
  'bring me the red mug',
  'clear the table',
];

interface Feedback {
  readonly kind: string;
  readonly text: string;
  readonly detail: string;
  readonly elapsed_s: number;
}

interface GoalEvent {
  readonly action: string;
  readonly goalId: string;
  readonly event: 'accepted' | 'feedback' | 'ended';
  readonly goal?: { readonly instruction?: string };
  readonly feedback?: Feedback;
  readonly result?: {
    success: boolean;
    message: string;
    outcome: string;
    elapsed_s: number;
    skills: number;
    replans: number;
  };
  readonly problem?: string;
}

/** The instruction box, the task that runs, and what was understood of what is said meanwhile. */
export class TaskPanel {
  readonly #link: GraphLink;
  readonly #log: EventLog;
  readonly #input = byId<HTMLInputElement>('instruction');
  readonly #send = byId<HTMLButtonElement>('instruction-send');
  readonly #card = byId('task');
  /** The task that is shown; empty without one. */
  #goalId = '';
  /** Instructions of goals that have not ended, in the order said. */
  readonly #open = new Map<string, string>();
  #instruction = '';
  #state: NodeState = 'waiting';
  #message = '';

  constructor(link: GraphLink, log: EventLog) {
    this.#link = link;
    this.#log = log;
    this.#send.append(icon('send', 15), 'Do it');
    byId<HTMLFormElement>('instruction-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.submit(this.#input.value);
    });
    this.suggest(firstSuggestions);
    link.subscribeJson('/bridge/goals', (event) => this.#onGoal(event as GoalEvent));
    link.services.watch((services) => {
      this.#send.disabled = !services.has('/bridge/send_goal');
    });
  }

  /** Offers instructions as buttons. */
  suggest(instructions: readonly string[]): void {
    if (instructions.length === 0) return;
    byId('suggestions').replaceChildren(
      ...instructions.map((text) =>
        element('button', { type: 'button', 'data-scan': '3', onclick: () => void this.submit(text) }, [
          text,
        ]),
      ),
    );
  }

  /** Sends what a person says to the agent; the words decide what becomes of a running task. */
  async submit(instruction: string): Promise<void> {
    const text = instruction.trim();
    if (text === '') {
      this.#input.focus();
      return;
    }
    this.#tell(text, 'waiting', 'Asking the agent …');
    try {
      const answer = (await this.#link.callJson('/bridge/send_goal', {
        action,
        goal: { instruction: text, when_busy: 'as-said', planner: '', without: '' },
        tag: 'viewer',
      })) as { accepted: boolean };
      if (answer.accepted) this.#input.value = '';
      else this.#tell(text, 'failed', 'The agent did not accept this instruction.');
    } catch (error) {
      this.#tell(text, 'failed', error instanceof Error ? error.message : String(error));
    }
  }

  /** Says what became of something said; beside a running task it is only a message. */
  #tell(said: string, state: NodeState, message: string): void {
    if (this.#goalId === '') this.#show(said, state, message);
    else this.#show(this.#instruction, 'running', `“${said}”: ${message}`);
  }

  async #cancel(): Promise<void> {
    try {
      await this.#link.callJson('/bridge/cancel_goal', { goalId: this.#goalId });
      this.#show(this.#instruction, 'running', 'Cancelling …');
    } catch (error) {
      this.#show(this.#instruction, 'running', error instanceof Error ? error.message : String(error));
    }
  }

  /** Shows a task that was started elsewhere, e.g. in the terminal. */
  onPlan(plan: PlanView): void {
    if (this.#goalId !== '' || plan.instruction === '') return;
    const done = plan.nodes.filter(({ state }) => state === 'done').length;
    this.#show(plan.instruction, plan.state, `${done} of ${plan.nodes.length} steps confirmed`);
  }

  #onGoal(event: GoalEvent): void {
    if (event.action !== action) return;
    const { goalId } = event;
    if (event.event === 'accepted') {
      this.#open.set(goalId, event.goal?.instruction ?? '');
      if (this.#goalId === '') this.#showGoal(goalId);
    } else if (event.event === 'feedback' && event.feedback) this.#onFeedback(goalId, event.feedback);
    else if (event.event === 'ended') this.#onEnded(event);
  }

  #showGoal(goalId: string): void {
    this.#goalId = goalId;
    this.#log.clear();
    this.#show(this.#open.get(goalId) ?? this.#instruction, 'running', 'Planning …');
  }

  #onFeedback(goalId: string, { kind, text, detail, elapsed_s: elapsedS }: Feedback): void {
    if (kind === 'heard' && text === '') return;
    if (goalId === this.#goalId || kind === 'heard') this.#log.add({ kind, text, detail, elapsedS });
    if (goalId !== this.#goalId) {
      if (kind === 'heard') this.#tell(this.#open.get(goalId) ?? '', 'running', text);
      return;
    }
    if (kind === 'amended') this.#open.set(goalId, detail);
    this.#show(
      this.#open.get(goalId) ?? this.#instruction,
      'running',
      kind === 'amended' ? `changed: ${text}` : text,
    );
  }

  #onEnded(event: GoalEvent): void {
    const said = this.#open.get(event.goalId) ?? '';
    this.#open.delete(event.goalId);
    if (event.goalId !== this.#goalId) {
      if (event.result?.success === false && event.result.outcome !== 'replaced')
        this.#tell(said, 'failed', event.result.message);
      return;
    }
    this.#goalId = '';
    this.#onEnd(event);
    const [next] = this.#open.keys();
    if (next !== undefined) this.#showGoal(next);
  }

  #onEnd({ result, problem }: GoalEvent): void {
    if (!result) {
      this.#show(this.#instruction, 'failed', problem ?? 'The task ended without a result.');
      return;
    }
    const replans = result.replans === 1 ? '1 replan' : `${result.replans} replans`;
    const figures = `${result.skills} skills, ${replans}, ${result.elapsed_s.toFixed(1)}\u00a0s`;
    const state = result.success ? 'done' : 'failed';
    this.#show(this.#instruction, state, `${result.message || result.outcome} · ${figures}`);
    this.#log.add({
      kind: 'end',
      text: result.message || result.outcome,
      detail: figures,
      elapsedS: result.elapsed_s,
    });
  }

  #show(instruction: string, state: NodeState, message: string): void {
    if (instruction === this.#instruction && state === this.#state && message === this.#message) return;
    [this.#instruction, this.#state, this.#message] = [instruction, state, message];
    const words: Readonly<Partial<Record<NodeState, string>>> = {
      done: 'done',
      failed: 'failed',
      running: 'running',
    };
    this.#card.replaceChildren(
      element('div', { class: 'task-card', 'data-state': state, id: 'task-card' }, [
        icon(stateIcons[state], 17),
        element('span', { class: 'task-title' }, [capitalised(instruction)]),
        this.#goalId === ''
          ? element('span', { class: 'state' }, [words[state] ?? ''])
          : element('button', { type: 'button', 'data-scan': '2', onclick: () => void this.#cancel() }, [
              'Cancel',
            ]),
        element('span', { class: 'task-message' }, [message]),
      ]),
    );
  }
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
