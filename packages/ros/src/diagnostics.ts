import type { Clock } from '@efferent/core/clock';
import { type MessageTypes, messageConstants } from '@efferent/interfaces';
import type { RosNode } from './port.ts';
import { qosProfiles } from './qos.ts';
import { stampFromNs } from './stamp.ts';

const levels = messageConstants['diagnostic_msgs/msg/DiagnosticStatus'];

/** Levels of diagnostic_msgs/msg/DiagnosticStatus. */
export const diagnosticLevel = {
  ok: levels.OK,
  warn: levels.WARN,
  error: levels.ERROR,
  stale: levels.STALE,
} as const;

/** How one thing fares. */
export interface DiagnosticReport {
  readonly level: MessageTypes['diagnostic_msgs/msg/DiagnosticStatus']['level'];
  /** In a few words, for people. */
  readonly message: string;
  readonly values: readonly (readonly [key: string, value: string | number])[];
}

const periodNs = 1_000_000_000n;

/** Publishes how the parts of a node fare on `/diagnostics`, once a second. */
export class DiagnosticUpdater {
  readonly #node: RosNode;
  readonly #clock: Clock;
  readonly #parts: { readonly name: string; report(): DiagnosticReport }[] = [];
  readonly #publisher;

  /** @param clock - of the second and of rates: the node's ROS clock, or its steady one for what runs by that */
  constructor(node: RosNode, clock: Clock = node.clock) {
    this.#node = node;
    this.#clock = clock;
    this.#publisher = node.createPublisher(
      'diagnostic_msgs/msg/DiagnosticArray',
      '/diagnostics',
      qosProfiles.default,
    );
    node.createTimer(periodNs, () => this.#publish(), clock);
  }

  /** Adds a part; `report` is called once a period. */
  add(name: string, report: () => DiagnosticReport): void {
    this.#parts.push({ name, report });
  }

  /** Adds a stream of messages. */
  watch(name: string, terms: StreamTerms): StreamMonitor {
    const monitor = new StreamMonitor(terms, this.#clock.nowNs());
    this.add(name, () => monitor.report(this.#clock.nowNs()));
    return monitor;
  }

  #publish(): void {
    const { name: node, namespace } = this.#node;
    const prefix = namespace === '/' ? `/${node}` : `${namespace}/${node}`;
    this.#publisher.publish({
      header: { stamp: stampFromNs(this.#node.clock.nowNs()) },
      status: this.#parts.map(({ name, report }) => {
        const { level, message, values } = report();
        return {
          level,
          name: `${prefix} ${name}`,
          message,
          hardware_id: namespace,
          values: values.map(([key, value]) => ({ key, value: String(value) })),
        };
      }),
    });
  }
}

/** What is expected of a stream. */
export interface StreamTerms {
  /** Events a second of the updater's clock; undefined for a stream that comes on demand. */
  readonly rateHz?: number | undefined;
  /** Oldest message that is fit for use, s. */
  readonly maxAgeS?: number;
  /** How long an event may take, ms. */
  readonly maxLatencyMs?: number;
  /** What else a report tells. */
  readonly values?: () => DiagnosticReport['values'];
}

/** Rates are counted over so many reports, as in diagnostic_updater. */
const windowReports = 5;
/** A rate may be off by this part of the nominal one, as in diagnostic_updater. */
const rateTolerance = 0.1;

interface Window {
  readonly sinceNs: bigint;
  events: number;
  drops: number;
  latencyMs: number;
  ageS: number;
}

/** Watches the rate, age, latency and losses of a stream. */
export class StreamMonitor {
  readonly #terms: StreamTerms;
  readonly #windows: Window[] = [];
  #total = 0;

  constructor(terms: StreamTerms, nowNs: bigint) {
    this.#terms = terms;
    this.#open(nowNs);
  }

  /** Counts an event. @param ageS - time since the stamp of what came, s */
  tick(ageS = 0): void {
    const window = this.#newest;
    window.events++;
    this.#total++;
    if (ageS > window.ageS) window.ageS = ageS;
  }

  /** Counts what was lost or left out. */
  drop(count = 1): void {
    this.#newest.drops += count;
  }

  /** Notes how long the work on an event took. */
  took(latencyMs: number): void {
    if (latencyMs > this.#newest.latencyMs) this.#newest.latencyMs = latencyMs;
  }

  /** Tells of the last reports' time, and begins the next one's. */
  report(nowNs: bigint): DiagnosticReport {
    const sum = (of: (window: Window) => number) =>
      this.#windows.reduce((total, window) => total + of(window), 0);
    const most = (of: (window: Window) => number) => Math.max(...this.#windows.map(of));
    const elapsedS = Number(nowNs - this.#windows[0]!.sinceNs) * 1e-9;
    const events = sum((window) => window.events);
    const found = {
      rateHz: elapsedS > 0 ? events / elapsedS : 0,
      drops: sum((window) => window.drops),
      ageS: most((window) => window.ageS),
      latencyMs: most((window) => window.latencyMs),
    };
    if (this.#windows.length === windowReports) this.#windows.shift();
    this.#open(nowNs);
    const { rateHz, maxAgeS, maxLatencyMs } = this.#terms;
    const values: (readonly [string, string | number])[] = [['rate_hz', found.rateHz.toFixed(2)]];
    if (rateHz !== undefined) values.push(['expected_hz', rateHz]);
    values.push(['events_since_start', this.#total], ['drops', found.drops]);
    if (maxAgeS !== undefined)
      values.push(['oldest_s', found.ageS.toFixed(3)], ['oldest_allowed_s', maxAgeS]);
    if (maxLatencyMs !== undefined)
      values.push(['longest_latency_ms', found.latencyMs.toFixed(1)], ['longest_allowed_ms', maxLatencyMs]);
    values.push(...(this.#terms.values?.() ?? []));
    return { ...this.#judge(found, events), values };
  }

  #judge(
    found: {
      readonly rateHz: number;
      readonly drops: number;
      readonly ageS: number;
      readonly latencyMs: number;
    },
    events: number,
  ): Pick<DiagnosticReport, 'level' | 'message'> {
    const {
      rateHz,
      maxAgeS = Number.POSITIVE_INFINITY,
      maxLatencyMs = Number.POSITIVE_INFINITY,
    } = this.#terms;
    const { ok, warn, error, stale } = diagnosticLevel;
    if (events === 0 && rateHz === undefined) return { level: ok, message: 'idle' };
    if (this.#total === 0) return { level: stale, message: 'nothing has come yet' };
    if (events === 0) return { level: error, message: 'nothing comes any more' };
    if (found.ageS > maxAgeS) return { level: error, message: 'what comes is too old' };
    if (rateHz !== undefined && found.rateHz < rateHz * (1 - rateTolerance))
      return { level: warn, message: 'comes too seldom' };
    if (rateHz !== undefined && found.rateHz > rateHz * (1 + rateTolerance))
      return { level: warn, message: 'comes too often' };
    if (found.latencyMs > maxLatencyMs) return { level: warn, message: 'takes too long' };
    if (found.drops > 0) return { level: warn, message: 'losses' };
    return { level: ok, message: 'as expected' };
  }

  get #newest(): Window {
    return this.#windows.at(-1)!;
  }

  #open(sinceNs: bigint): void {
    this.#windows.push({ sinceNs, events: 0, drops: 0, latencyMs: 0, ageS: 0 });
  }
}
