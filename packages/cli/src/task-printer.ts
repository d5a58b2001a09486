import type { TaskEvent, TaskResult } from '@efferent/runtime';
import type { Terminal } from './terminal.ts';

/** Prints the life of one task: the plan, each step with its outcome, replans, the end. */
export class TaskPrinter {
  readonly #terminal: Terminal;
  #running: { readonly label: string; text: string; readonly sinceS: number } | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  onEvent(event: TaskEvent): void {
    const more = event.detail === '' ? '' : ` · ${event.detail}`;
    switch (event.kind) {
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

  /** Prints the end of a task. */
  finish(result: TaskResult): void {
    this.#terminal.clearLive();
    const counts = `${result.skills} skills, ${plural(result.replans, 'replan')}, ${result.elapsed_s.toFixed(1)} s`;
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

const stepLabel = (event: TaskEvent): string => event.text;

const feasibilityText = (event: TaskEvent): string =>
  Number.isNaN(event.feasibility) ? event.text : `feasible ${event.feasibility.toFixed(2)} · ${event.text}`;

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
