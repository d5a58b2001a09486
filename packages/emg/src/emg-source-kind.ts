import { type Clock, ConfigurationError } from '@efferent/core';
import type { EmgLink, EmgSource } from './emg-source.ts';

/** One thing that a user may set of a source: a parameter of the node, `-p name:=value` in the command line. */
export interface SourceSetting {
  readonly name: string;
  readonly default: string | number;
  /** For people, with the unit. */
  readonly description: string;
  /** Whole numbers only. */
  readonly integer?: boolean;
  /** Smallest and largest value of a number. */
  readonly range?: readonly [number, number];
  /** The only values. */
  readonly choices?: readonly (string | number)[];
  /** What a text must look like; the description says it in words. */
  readonly pattern?: RegExp;
}

/** A value for every setting of a kind, checked; see {@link settingsFrom}. */
export type SourceSettings = Readonly<Record<string, string | number>>;

/** What a source gets from whoever runs it. */
export interface EmgSourceContext {
  /** Stamps the frames. It may jump, or run slowly, as a simulator's does: what has to keep pace goes by `steadyClock`. */
  readonly clock: Clock;
  /** Counts the time that passes for people and devices. */
  readonly steadyClock: Clock;
  /** Calls back every `periodNs` of steady time until cancelled. */
  readonly every: (periodNs: bigint, callback: () => void) => { cancel(): void };
  /** Hears of every change of the link. */
  readonly onLink: (link: EmgLink) => void;
  /** Ends a search in {@link EmgSourceKind.open}. */
  readonly signal: AbortSignal;
}

/** Returns a time of the steady clock as a time of the clock that stamps frames. */
export function stampOf(steadyNs: bigint, { clock, steadyClock }: EmgSourceContext): bigint {
  return clock.nowNs() - (steadyClock.nowNs() - steadyNs);
}

/** A way to get raw samples, chosen by its name with the node's parameter `source`. */
export interface EmgSourceKind {
  readonly settings: readonly SourceSetting[];
  /**
   * Makes a source. A kind that must find its stream to describe it reports the link as `connecting` before it waits.
   *
   * @param settings - one value for each of {@link EmgSourceKind.settings}
   * @throws {@link ConfigurationError} when the values do not go together
   * @throws {@link HardwareError} when it was not found in time; the caller may try again
   */
  open(settings: SourceSettings, context: EmgSourceContext): Promise<EmgSource>;
}

/**
 * Returns a value for every setting of a kind, from what a user gave.
 *
 * @param given - values by name, as text or number
 * @throws {@link ConfigurationError} code `invalid-setting`, naming the setting and what is expected
 */
export function settingsFrom(
  source: string,
  kind: EmgSourceKind,
  given: Readonly<Record<string, string | number>>,
): SourceSettings {
  const names = kind.settings.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (!names.includes(name))
      throw invalid(source, name, `is no setting of this source; expected one of ${names.join(', ')}`);
  }
  return Object.fromEntries(
    kind.settings.map((setting) => [
      setting.name,
      checkedValue(source, setting, given[setting.name] ?? setting.default),
    ]),
  );
}

function checkedValue(source: string, setting: SourceSetting, given: string | number): string | number {
  const { name, choices, range, pattern } = setting;
  const isNumber = typeof setting.default === 'number';
  const value = isNumber ? Number(given) : String(given);
  const got = `got "${given}"`;
  if (isNumber && (String(given).trim() === '' || !Number.isFinite(value)))
    throw invalid(source, name, `${got}, expected a number`);
  if (setting.integer === true && !Number.isInteger(value))
    throw invalid(source, name, `${got}, expected a whole number`);
  if (choices !== undefined && !choices.includes(value))
    throw invalid(source, name, `${got}, expected one of ${choices.join(', ')}`);
  if (range !== undefined && (Number(value) < range[0] || Number(value) > range[1]))
    throw invalid(source, name, `${got}, expected ${range[0]} to ${range[1]}`);
  if (pattern !== undefined && !pattern.test(String(value)))
    throw invalid(source, name, `${got}, expected: ${setting.description}`);
  return value;
}

function invalid(source: string, name: string, problem: string): ConfigurationError {
  return new ConfigurationError({
    code: 'invalid-setting',
    message: `source ${source}: ${name}: ${problem}`,
    fields: { source, setting: name },
  });
}
