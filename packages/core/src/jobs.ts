/** What a piece of asynchronous work (an inference, a language model call) is called and costs. */
export interface JobDescription {
  readonly name: string;
  /** Latency that a lockstep episode charges for this job on the virtual clock, ms. Ignored in real time. */
  readonly modelledLatencyMs: number;
}

/**
 * Runs asynchronous work whose duration must count.
 *
 * In real time the work simply runs. In lockstep, virtual time stands still while the work is open and its result
 * is delivered at start + `modelledLatencyMs`, so that an episode does not depend on the machine's speed.
 * Every await in a node that is not on a ROS call must go through here.
 */
export interface JobRunner {
  run<T>(job: JobDescription, work: () => Promise<T>): Promise<T>;
}

/** The real-time runner: does the work, adds nothing. */
export const immediateJobRunner: JobRunner = { run: (_job, work) => work() };
