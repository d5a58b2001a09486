import { formatCall } from '../plan/call-text.ts';
import type { SkillCall, TaskEnvironment } from './environment.ts';
import { TaskEnd, type TaskLimits } from './limits.ts';

/** Repetitions without a new state that a task may take: more than the tries of one step, which have a bound of their own. */
const mostRepetitions = 4;
/**
 * Questions to the model that a task may put after the last skill that changed something: more than a planner that asks four
 * times for each look needs to search every place.
 */
const mostQuestions = 59;
/** Skills that leave the world as it is. */
const idleSkills: ReadonlySet<string> = new Set(['look', 'navigate', 'stow']);

/**
 * Knows whether a task gets anywhere, whichever planner drives it.
 *
 * A state is what is believed to lie where, what is held and what is open. A step of a plan is a repetition when it
 * was sent in the same state of the same task before; what was not tried in a state never is, so that looking through
 * many places is none. What is sent besides the plan, such as the looks of a search, of the critic and of a recovery, is never a
 * repetition, but counts as a step.
 */
export class TaskProgress {
  readonly #environment: Pick<TaskEnvironment, 'belief'>;
  readonly #limits: Pick<TaskLimits, 'maxSearchLooks'>;
  /** Calls that were sent in a state. */
  readonly #sent = new Map<string, Set<string>>();
  /** How often a call ended with success and left a state as it was, by state and call. */
  readonly #idled = new Map<string, number>();
  /** Steps and repetitions since a state that was new. */
  #steps = 0;
  #repetitions = 0;
  #questions = 0;

  constructor(environment: Pick<TaskEnvironment, 'belief'>, limits: Pick<TaskLimits, 'maxSearchLooks'>) {
    this.#environment = environment;
    this.#limits = limits;
  }

  /** How often the call ended with success in the present state, and changed nothing of it. */
  timesIdled(call: SkillCall): number {
    return this.#idled.get(`${this.#state()} ${textOf(call)}`) ?? 0;
  }

  /** Takes in that a call ended with success; what it changed is known when pictures have come. */
  noteSuccess(call: SkillCall): void {
    const key = `${this.#state()} ${textOf(call)}`;
    this.#idled.set(key, (this.#idled.get(key) ?? 0) + 1);
    if (!idleSkills.has(call.skill)) this.#questions = 0;
  }

  /**
   * Counts a step before it is sent.
   *
   * @throws {@link TaskEnd} `no-progress` for one repetition too many, or for the first one after as many steps without
   *   a new state as a search for one thing may take looks
   */
  countStep(call: SkillCall): void {
    const state = this.#state();
    let calls = this.#sent.get(state);
    if (calls === undefined) {
      calls = new Set();
      this.#sent.set(state, calls);
      this.#steps = 0;
      this.#repetitions = 0;
    }
    const text = textOf(call);
    if (calls.has(text)) {
      this.#repetitions += 1;
      if (this.#repetitions > mostRepetitions || this.#steps >= this.#limits.maxSearchLooks)
        throw new TaskEnd(
          'no-progress',
          `My last ${this.#steps} steps changed nothing, and ${formatCall(call)} was tried already.`,
        );
    }
    calls.add(text);
    this.#steps += 1;
  }

  /** Counts a skill that is sent besides the plan. */
  countAside(): void {
    this.#steps += 1;
  }

  /**
   * Counts a question to the model before it is put.
   *
   * @throws {@link TaskEnd} `no-progress` for one too many since the last skill that changed something
   */
  countQuestion(): void {
    this.#questions += 1;
    if (this.#questions > mostQuestions)
      throw new TaskEnd(
        'no-progress',
        `My last ${mostQuestions} questions to the language model brought nothing about.`,
      );
  }

  #state(): string {
    const { belief } = this.#environment;
    return JSON.stringify([
      belief.tracker
        .objects()
        .map((track) => [track.id, track.state === 'missing', belief.relation(track).support]),
      [...belief.map.fixtures.keys()].map((id) => belief.articulation(id)?.state ?? ''),
    ]);
  }
}

const textOf = (call: SkillCall): string => `${call.robot} ${formatCall(call)}`;
