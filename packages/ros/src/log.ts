import { describeError } from '@efferent/core/errors';
import type { Logger } from './port.ts';

/** Levels of rcl_interfaces/msg/Log. */
export const logLevels = { debug: 10, info: 20, warn: 30, error: 40, fatal: 50 } as const;
export type LogLevel = keyof typeof logLevels;

export interface LogRecord {
  readonly level: LogLevel;
  /** Full name of the node, e.g. `/stretch/gate`. */
  readonly node: string;
  /** ROS time, ns. */
  readonly stampNs: bigint;
  /** What happened, noun-verb, e.g. `skill-started`. */
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Gets every record at or above the node's level. */
export type LogSink = (record: LogRecord) => void;

/** Writes one line a record to standard error. */
export const standardErrorSink: LogSink = (record) => {
  process.stderr.write(`${formatLogRecord(record)}\n`);
};

/** Formats a record as `12.345678 WARN  /stretch/gate: command-rejected reason="too old"`. */
export function formatLogRecord(record: LogRecord): string {
  const seconds = (Number(record.stampNs) / 1e9).toFixed(6);
  return `${seconds} ${record.level.toUpperCase().padEnd(5)} ${record.node}: ${logText(record)}`;
}

/** Event and fields in one line, as `/rosout` carries them. */
export function logText({ event, fields }: Pick<LogRecord, 'event' | 'fields'>): string {
  const parts = Object.entries(fields).map(([name, value]) => `${name}=${fieldText(value)}`);
  return [event, ...parts].join(' ');
}

/** Builds a logger that stamps its records and passes on those at or above `level`. */
export function createLogger(
  node: string,
  level: LogLevel,
  nowNs: () => bigint,
  sinks: readonly LogSink[],
): Logger {
  const least = logLevels[level];
  const log = (recordLevel: LogLevel, event: string, fields: Readonly<Record<string, unknown>> = {}) => {
    if (logLevels[recordLevel] < least) return;
    const record: LogRecord = { level: recordLevel, node, stampNs: nowNs(), event, fields };
    for (const sink of sinks) sink(record);
  };
  return {
    debug: (event, fields) => log('debug', event, fields),
    info: (event, fields) => log('info', event, fields),
    warn: (event, fields) => log('warn', event, fields),
    error: (event, fields) => log('error', event, fields),
  };
}

function fieldText(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:+-]+$/.test(value) ? value : JSON.stringify(value);
  if (typeof value === 'bigint' || typeof value === 'number') return String(value);
  if (value instanceof Error) return JSON.stringify(describeError(value));
  return (
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'bigint' ? String(part) : part)) ??
    String(value)
  );
}
