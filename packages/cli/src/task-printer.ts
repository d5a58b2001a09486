import type { TaskEvent, TaskResult } from '@efferent/runtime';
import { plural, type Terminal } from './terminal.ts';

/** Prints the life of one task: the plan, each step with its outcome, replans, the end. */
export class TaskPrinter {
  readonly #terminal: Terminal;
  readonly #instruction: string;
  /** Set for words that were no task of their own: they have been answered. */
  #isAnswered = false;
  /** It waits for other tasks; what it does first is headed by what was said. */
  #isQueued = false;
  #running: { readonly label: string; text: string; readonly sinceS: number } | undefined;

  /** @param instruction - what was said; it heads what a task does that had to wait */
  constructor(terminal: Terminal, instruction = '') {
    this.#terminal = terminal;
    this.#instruction = instruction;
  }

  onEvent(event: TaskEvent): void {
    this.#headQueued(event);
    const more = event.detail === '' ? '' : ` · ${event.detail}`;
    switch (event.kind) {
      case 'heard':
        this.#isQueued = event.detail === 'queued';
        this.#isAnswered = ['amended', 'stopped', 'unclear', 'refused'].includes(event.detail);
        if (event.text !== '') this.#terminal.row(heardLabels[event.detail] ?? event.detail, event.text);
        return;
      case 'amended':
        this.#terminal.row('changed', `${event.text} · now: ${event.detail}`, { tone: 'waiting' });
        return;
      case 'plan':
        this.#terminal.row('plan', event.text, { right: event.detail });
        return;
      case 'step-start':
        this.#running = { label: stepLabel(event), text: event.detail, sinceS: event.elapsed_s };
        this.#showRunning(event);
        return;
      case 'step-end':
        this.#printStep(event);
        return;
      case 'critique':
        if (this.#running !== undefined) this.#running.text = feasibilityText(event);
        this.#showRunning(event);
        return;
      case 'replan':
        this.#terminal.row('replan', `${event.text}${more}`, { tone: 'waiting' });
        return;
      case 'question':
        this.#terminal.row('question', `${event.text}${more}`, { tone: 'waiting' });
        return;
      default:
        this.#terminal.row('', `${event.text}${more}`);
    }
  }

  /** Says what begins when the turn of a task comes that was waiting. */
  #headQueued({ kind }: TaskEvent): void {
    if (!this.#isQueued || kind === 'heard' || kind === 'amended') return;
    this.#isQueued = false;
    this.#terminal.row('now', this.#instruction);
  }

  /** Prints the end of a task. */
  finish(result: TaskResult): void {
    this.#terminal.clearLive();
    if (this.#isAnswered) return;
    const counts = `${plural(result.skills, 'skill')}, ${plural(result.replans, 'replan')}, ${result.elapsed_s.toFixed(1)} s`;
    if (result.success) this.#terminal.row('done', `${result.message} · ${counts}`, { tone: 'good' });
    else this.#terminal.row('failed', `${result.message} (${result.outcome}) · ${counts}`, { tone: 'bad' });
  }

  #printStep(event: TaskEvent): void {
    const started = this.#running;
    const seconds = started === undefined ? '' : `${(event.elapsed_s - started.sinceS).toFixed(1)} s`;
    const failed = /^(failed|vetoed|refuted)/.test(event.detail);
    this.#terminal.row(started?.label ?? stepLabel(event), event.text, {
      right: `${seconds.padStart(7)}  ${event.detail}`,
      tone: failed ? 'bad' : 'plain',
    });
    this.#running = undefined;
  }

  #showRunning(event: TaskEvent): void {
    if (this.#running === undefined) return;
    this.#terminal.live(
      this.#running.label,
      this.#running.text,
      `${(event.elapsed_s - this.#running.sinceS).toFixed(1)} s`,
    );
  }
}

/** What was understood of words that were said during a task; a change is shown by the task that it changes. */
const heardLabels: Readonly<Record<string, string>> = {
  replaced: 'replaced',
  queued: 'queued',
  amended: 'understood',
  stopped: 'stopped',
  unclear: 'not understood',
  refused: 'refused',
};

const stepLabel = (event: TaskEvent): string => event.text;

const feasibilityText = (event: TaskEvent): string =>
  Number.isNaN(event.feasibility) ? event.text : `feasible ${event.feasibility.toFixed(2)} · ${event.text}`;
