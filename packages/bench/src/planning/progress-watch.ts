import type { TaskOutcome } from '@efferent/agent';
import type { EpisodeRecord } from '@efferent/runtime/simulation';
import type { Household } from './household.ts';

/** Ends of a task by one of its bounds. */
const boundEnds: ReadonlySet<string> = new Set<TaskOutcome>([
  'step-limit',
  'model-call-limit',
  'token-limit',
  'model-time-limit',
  'time-limit',
  'replan-limit',
  'repeated-failure',
  'no-progress',
]);
/** One more than the looks that a search for one thing may take. */
const idleSkills = 15;
/** What `clea` asks in so many skills: observer, planner, critic and a second plan. */
const idleCalls = 60;

const idleKinds: ReadonlySet<string> = new Set(['look', 'navigate', 'stow']);

/**
 * The same of a task in full simulation, by its skills: looks, ways, failures and what pictures refuted bring nothing
 * about, every other skill something new.
 */
export function looksLivelocked({
  success,
  outcome,
  skillRuns,
  modelCalls,
}: Pick<EpisodeRecord, 'success' | 'outcome' | 'skillRuns' | 'modelCalls'>): boolean {
  if (success || !boundEnds.has(outcome)) return false;
  const newest = skillRuns.findLastIndex(
    ({ skill, code, verdict }) => !idleKinds.has(skill) && code === '' && verdict !== 'refuted',
  );
  const skills = skillRuns.length - 1 - newest;
  const calls = modelCalls - (skillRuns[newest]?.modelCalls ?? 0);
  return skills >= idleSkills || calls >= idleCalls;
}

/**
 * Watches whether a task still gets anywhere: whether a household comes into states that it was not in before.
 *
 * A state is what lies where, what is open and what is held; where robots stand is no part of it.
 */
export class ProgressWatch {
  readonly #household: Household;
  readonly #seen = new Set<string>();
  #skills = 0;
  #calls = 0;

  constructor(household: Household) {
    this.#household = household;
    this.#seen.add(this.#state());
  }

  noteCall(): void {
    this.#calls += 1;
  }

  /** Called after each skill. */
  noteSkill(): void {
    this.#skills += 1;
    const state = this.#state();
    if (this.#seen.has(state)) return;
    this.#seen.add(state);
    this.#skills = 0;
    this.#calls = 0;
  }

  /** A livelock: a bound ended the task, and its last skills or model calls brought nothing about that was new. */
  isLivelock(outcome: TaskOutcome): boolean {
    return boundEnds.has(outcome) && (this.#skills >= idleSkills || this.#calls >= idleCalls);
  }

  #state(): string {
    const { things, robots, scene } = this.#household;
    return JSON.stringify([
      [...things.values()].map((thing) => thing.supportId),
      [...robots.values()].map((robot) => robot.heldId),
      scene.map.articulations.map((part) => this.#household.isOpen(part.id)),
    ]);
  }
}
