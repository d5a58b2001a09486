import { DiagnosticUpdater, type RosNode, type StreamMonitor } from '@efferent/ros';
import { Pace } from './sim-status.ts';

/** What a report asks of the running simulation. */
export interface SimVitals {
  /** Steps a second that are due now; undefined while paused. */
  readonly stepRateHz: () => number | undefined;
  readonly timeS: () => number;
  readonly collisions: () => number;
  /** Time between two pictures, ms: drawing one may take no longer. */
  readonly picturePeriodMs: number;
  /** Of the pictures so far: how many were skipped, and how long the newest took. */
  readonly camera: { readonly skipped: number; readonly renderMs: number };
  /** Steps dropped so far because the machine was too slow. */
  readonly droppedSteps: () => number;
}

/** How the simulation keeps up, on `/diagnostics`; by steady time, by which it is paced. */
export class SimDiagnostics {
  readonly #node: RosNode;
  readonly #vitals: SimVitals;
  readonly #pace: Pace;
  readonly #steps: StreamMonitor;
  readonly #pictures: StreamMonitor;
  #dropped = 0;
  #skipped = 0;

  constructor(node: RosNode, vitals: SimVitals) {
    this.#node = node;
    this.#vitals = vitals;
    this.#pace = new Pace(node.steadyClock.nowNs());
    const diagnostics = new DiagnosticUpdater(node, node.steadyClock);
    this.#steps = diagnostics.watch('physics', {
      get rateHz() {
        return vitals.stepRateHz();
      },
      values: () => this.#paceValues(),
    });
    this.#pictures = diagnostics.watch('pictures', { maxLatencyMs: vitals.picturePeriodMs });
  }

  /** Does the steps that are due. @param due - how many */
  advance(due: number, step: () => void): void {
    const startNs = this.#node.steadyClock.nowNs();
    for (let i = 0; i < due; i++) {
      step();
      this.#steps.tick();
    }
    this.#pace.busyMs += Number(this.#node.steadyClock.nowNs() - startNs) * 1e-6;
    const dropped = this.#vitals.droppedSteps();
    this.#steps.drop(dropped - this.#dropped);
    this.#dropped = dropped;
  }

  /** Counts a picture that was published. */
  countPicture(): void {
    const { skipped, renderMs } = this.#vitals.camera;
    this.#pictures.tick();
    this.#pictures.took(renderMs);
    this.#pictures.drop(skipped - this.#skipped);
    this.#skipped = skipped;
  }

  #paceValues(): readonly (readonly [string, string | number])[] {
    const { timeS, collisions } = this.#vitals;
    const { realTimeFactor, busyShare } = this.#pace.report(this.#node.steadyClock.nowNs(), timeS());
    return [
      ['real_time_factor', realTimeFactor.toFixed(3)],
      ['busy_share', busyShare.toFixed(3)],
      ['collisions', collisions()],
    ];
  }
}
