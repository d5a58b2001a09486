import { viewBelief } from '../belief/truth.ts';
import type { SkillStatistics } from '../plan/skill-statistics.ts';
import { withTidyHand } from './amendment-effects.ts';
import type { TaskEnvironment } from './environment.ts';
import { type Heard, hear, type OpenTask } from './hear.ts';
import { Interjections } from './interjections.ts';
import type { TaskReport, TaskSettings } from './task-report.ts';
import { runTask } from './task-run.ts';

interface Turn extends OpenTask {
  readonly abort: AbortController;
  readonly tidies: boolean;
}

/** One robot team and a person who may speak at any time: tasks are carried out one after the other, and change as said. */
export class Conversation {
  readonly #environment: TaskEnvironment;
  readonly #settings: TaskSettings;
  readonly #statistics: SkillStatistics;
  readonly #signal: AbortSignal;
  readonly #open: Turn[] = [];

  /** @param signal - aborts with a {@link TaskEnd}; ends every task */
  constructor(
    environment: TaskEnvironment,
    settings: TaskSettings,
    statistics: SkillStatistics,
    signal: AbortSignal,
  ) {
    this.#environment = environment;
    this.#settings = settings;
    this.#statistics = statistics;
    this.#signal = signal;
  }

  /** Says something, before or while {@link run} carries it out. @returns what was understood */
  say(said: string): Heard {
    const live = this.#open.filter((turn) => !turn.abort.signal.aborted);
    const heard = hear(said, live, this.#view(), this.#environment.model.id.startsWith('reasoner'));
    if (heard.kind === 'run') {
      const abort = new AbortController();
      this.#open.push({
        abort,
        instruction: heard.instruction,
        tidies: heard.tidies,
        interjections: new Interjections(),
        end: (reason) => abort.abort(reason),
      });
    }
    return heard;
  }

  /** Carries out what was said and what is said meanwhile. @returns one report a task, ended ones included */
  async run(): Promise<readonly TaskReport[]> {
    const reports: TaskReport[] = [];
    for (let turn = this.#open[0]; turn !== undefined; turn = this.#open[0]) {
      if (turn.tidies)
        turn.instruction = withTidyHand(turn.instruction, this.#view(), this.#environment.robots[0].name);
      if (turn.instruction !== '') reports.push(await this.#runTurn(turn));
      this.#open.shift();
    }
    return reports;
  }

  #runTurn({ instruction, interjections, abort }: Turn): Promise<TaskReport> {
    const environment = { ...this.#environment, interjections };
    const signal = AbortSignal.any([this.#signal, abort.signal]);
    return runTask(instruction, environment, this.#settings, this.#statistics, signal);
  }

  #view() {
    return viewBelief(this.#environment.belief, this.#environment.nowS());
  }
}
