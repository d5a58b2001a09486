import { steadyWallClock } from '@efferent/core';
import { qosProfiles, type RosNode } from '@efferent/ros';
import { type Figure, figure, percentile } from './figure.ts';

/** A pause longer than this is the end of a motion, not a late command, ms. */
const motionGapMs = 200;

/**
 * Judges the 100 Hz command stream.
 *
 * The gate reports of every tick how late it ran (`/diagnostics`); beside it, this process notes when the commands
 * arrive here, which adds the wire and its own scheduling.
 */
export class CommandStreamProbe {
  readonly #latenessMs: number[] = [];
  readonly #arrivalGapsMs: number[] = [];
  #droppedTicks = Number.NaN;
  /** NaN until the gate has said something, so that silence misses the target. */
  #longestGapMs = Number.NaN;
  #lastArrivalMs: number | undefined;
  /** Dropped ticks of the gate's first report: it speaks of the time before this probe, when nodes were still starting. */
  #droppedBefore: number | undefined;
  readonly #begun = Promise.withResolvers<void>();

  constructor(node: RosNode, robot: string) {
    node.createSubscription(
      'diagnostic_msgs/msg/DiagnosticArray',
      '/diagnostics',
      { qos: qosProfiles.default },
      ({ status }) => {
        const stream = status.find((each) => each.name === `/${robot}/gate command stream`);
        if (stream === undefined) return;
        const dropped = Number(stream.values.find(({ key }) => key === 'dropped_ticks')?.value);
        if (this.#droppedBefore === undefined) {
          this.#droppedBefore = dropped;
          this.#begun.resolve();
          return;
        }
        this.#droppedTicks = dropped - this.#droppedBefore;
        for (const { key, value } of stream.values) {
          if (key === 'longest_gap_us')
            this.#longestGapMs = Math.max(this.#longestGapMs || 0, Number(value) / 1000);
          if (key === 'lateness_us' && value !== '')
            for (const lateness of value.split(',')) this.#latenessMs.push(Number(lateness) / 1000);
        }
      },
    );
    const arrived = () => {
      const nowMs = Number(steadyWallClock.nowNs()) / 1e6;
      const gapMs = nowMs - (this.#lastArrivalMs ?? Number.NEGATIVE_INFINITY);
      if (gapMs < motionGapMs) this.#arrivalGapsMs.push(gapMs);
      this.#lastArrivalMs = nowMs;
    };
    node.createSubscription('std_msgs/msg/Float64MultiArray', `/${robot}/joint_pose_cmd`, {}, arrived);
  }

  /** Resolves when the measurement has begun: after the gate's first report, which is of the time before. */
  begun(): Promise<void> {
    return this.#begun.promise;
  }

  figures(prefix: string): Figure[] {
    const lateness = Float64Array.from(this.#latenessMs).sort();
    const gaps = Float64Array.from(this.#arrivalGapsMs).sort();
    const n = lateness.length;
    return [
      figure(`${prefix}command-lateness-p99`, percentile(lateness, 0.99), 'ms', { target: ['<=', 2], n }),
      figure(`${prefix}command-lateness-p99.9`, percentile(lateness, 0.999), 'ms', { target: ['<=', 5], n }),
      figure(`${prefix}command-longest-gap`, this.#longestGapMs, 'ms', { target: ['<=', 20], n }),
      figure(`${prefix}dropped-ticks`, this.#droppedTicks, '1', { n }),
      figure(`${prefix}joint-command-arrival-gap-p50`, percentile(gaps, 0.5), 'ms', { n: gaps.length }),
      figure(`${prefix}joint-command-arrival-gap-p99`, percentile(gaps, 0.99), 'ms', { n: gaps.length }),
    ];
  }

  details(): Readonly<Record<string, unknown>> {
    return { ticks: this.#latenessMs.length, jointCommands: this.#arrivalGapsMs.length };
  }
}
