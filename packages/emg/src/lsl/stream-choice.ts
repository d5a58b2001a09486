import { ConfigurationError, HardwareError } from '@efferent/core';
import { type DiscoveryOptions, findStreams, type StreamQuery } from './discovery.ts';
import { fetchFullInfo } from './inlet.ts';
import type { LslStreamInfo } from './stream-info.ts';

/** Microvolt in one unit; names as senders write them, in lower case. */
const microvoltsIn: Readonly<Record<string, number>> = {
  microvolts: 1,
  microvolt: 1,
  uv: 1,
  µv: 1,
  μv: 1,
  millivolts: 1e3,
  millivolt: 1e3,
  mv: 1e3,
  volts: 1e6,
  volt: 1e6,
  v: 1e6,
};

/** A stream with what makes it electromyography. */
export interface EmgStream {
  readonly info: LslStreamInfo;
  /** Indices of the stream's channels that are used. */
  readonly channels: readonly number[];
  /** Microvolt in one unit of each used channel. */
  readonly microvoltsPerUnit: readonly number[];
}

/**
 * Finds the one stream that matches.
 *
 * @param unit - `uV`, `mV` or `V`, for a stream that declares none; empty takes what it declares
 * @throws {@link HardwareError} code `stream-not-found`, `ambiguous-stream` or `no-connection`
 * @throws {@link ConfigurationError} code `unusable-stream` that says what it lacks
 */
export async function findEmgStream(
  query: StreamQuery,
  unit: string,
  options: DiscoveryOptions,
): Promise<EmgStream> {
  const found = await findStreams(query, options);
  const [info, ...others] = found;
  if (info === undefined) throw await notFound(query, options);
  if (others.length > 0) {
    throw new HardwareError({
      code: 'ambiguous-stream',
      message: `LSL: ${found.length} streams match: ${found.map(describeStream).join('; ')}; name one of them`,
    });
  }
  return useStream(await fetchFullInfo(info, options.timeoutMs), unit);
}

/** Tells which of a stream's channels are used and what their numbers mean; arguments as {@link findEmgStream}'s. */
export function useStream(info: LslStreamInfo, unit: string): EmgStream {
  if (info.channelFormat === 'string') throw unusable(info, 'it carries texts; expected numbers');
  if (!(info.nominalRateHz >= 100)) {
    throw unusable(info, `its rate is ${info.nominalRateHz} Hz; expected a regular one of at least 100 Hz`);
  }
  const all = Array.from({ length: info.channelCount }, (_, channel) => channel);
  const declared = all.filter((channel) => info.channels[channel]?.type.toLowerCase() === 'emg');
  const channels = declared.length > 0 ? declared : all;
  const microvoltsPerUnit = channels.map((channel) => {
    const name = unit || (info.channels[channel]?.unit ?? '');
    const microvolts = microvoltsIn[name.toLowerCase()];
    if (microvolts === undefined) {
      const says = name === '' ? 'declares no unit' : `has the unit "${name}"`;
      throw unusable(info, `channel ${channel} ${says}; give unit:=uV, mV or V`);
    }
    return microvolts;
  });
  return { info, channels, microvoltsPerUnit };
}

/** Names a stream for people. */
export function describeStream(info: LslStreamInfo): string {
  const { name, type, channelCount, nominalRateHz, hostname, sourceId } = info;
  return `"${name}" (${type || 'no type'}, ${channelCount} channels, ${nominalRateHz} Hz, source id "${sourceId}", on ${hostname})`;
}

async function notFound(query: StreamQuery, options: DiscoveryOptions): Promise<HardwareError> {
  const wanted = Object.entries(query)
    .filter(([, value]) => value !== '' && value !== undefined)
    .map(([field, value]) => `${field} "${value}"`)
    .join(' and ');
  const there = await findStreams({}, { ...options, timeoutMs: 500 });
  const seen = there.length === 0 ? 'there are none' : `there are ${there.map(describeStream).join('; ')}`;
  return new HardwareError({
    code: 'stream-not-found',
    message: `LSL: no stream with ${wanted} on this machine${options.peers?.length ? ` or ${options.peers.join(', ')}` : ''}; ${seen}. Start the sender; name other machines with peers:=ADDRESS`,
  });
}

function unusable(info: LslStreamInfo, reason: string): ConfigurationError {
  return new ConfigurationError({
    code: 'unusable-stream',
    message: `LSL stream ${describeStream(info)} is no EMG: ${reason}`,
    fields: { stream: info.name },
  });
}
