import { ContractError, parseXml, type XmlElement } from '@efferent/core';
import { isChannelFormat, type LslChannelFormat } from './channel-format.ts';

/** One channel as its sender describes it; empty where it says nothing. */
export interface LslChannel {
  readonly label: string;
  /** E.g. `microvolts`. */
  readonly unit: string;
  /** E.g. `EMG`. */
  readonly type: string;
}

/** What a stream carries. */
export interface LslStreamDescription {
  readonly name: string;
  /** Kind of content, e.g. `EMG`. */
  readonly type: string;
  readonly channelCount: number;
  readonly channelFormat: LslChannelFormat;
  /** Samples a second; 0 when samples come irregularly. */
  readonly nominalRateHz: number;
  /** Stays the same when the sender starts anew; empty when the sender has none. */
  readonly sourceId: string;
  /** One a channel; empty when the sender describes none, and in what discovery tells. */
  readonly channels: readonly LslChannel[];
}

/** A stream that somebody serves. */
export interface LslStreamInfo extends LslStreamDescription {
  /** Differs between starts of the same source. */
  readonly uid: string;
  readonly hostname: string;
  readonly sessionId: string;
  /** Protocol version times 100, e.g. 110. */
  readonly version: number;
  /** When it was opened, s on the sender's clock. */
  readonly createdAtS: number;
  /** IPv4 address it answered from; empty before discovery. */
  readonly address: string;
  readonly dataPort: number;
  readonly servicePort: number;
}

/** Session that streams belong to unless somebody configures another. */
export const defaultSession = 'default';

/** Writes a stream's XML; `isFull` adds the channels. */
export function formatStreamInfo(info: LslStreamInfo, isFull: boolean): string {
  const fields: readonly (readonly [string, string | number])[] = [
    ['name', info.name],
    ['type', info.type],
    ['channel_count', info.channelCount],
    ['channel_format', info.channelFormat],
    ['source_id', info.sourceId],
    ['nominal_srate', info.nominalRateHz],
    ['version', info.version / 100],
    ['created_at', info.createdAtS],
    ['uid', info.uid],
    ['session_id', info.sessionId],
    ['hostname', info.hostname],
    ['v4address', info.address],
    ['v4data_port', info.dataPort],
    ['v4service_port', info.servicePort],
    ['v6address', ''],
    ['v6data_port', 0],
    ['v6service_port', 0],
  ];
  const lines = fields.map(([name, value]) => `  <${name}>${escapeXml(String(value))}</${name}>`);
  const desc = isFull && info.channels.length > 0 ? formatChannels(info.channels) : '  <desc />';
  return `<?xml version="1.0"?>\n<info>\n${lines.join('\n')}\n${desc}\n</info>\n`;
}

function formatChannels(channels: readonly LslChannel[]): string {
  const rows = channels.map(
    ({ label, unit, type }) =>
      `      <channel><label>${escapeXml(label)}</label><unit>${escapeXml(unit)}</unit><type>${escapeXml(type)}</type></channel>`,
  );
  return `  <desc>\n    <channels>\n${rows.join('\n')}\n    </channels>\n  </desc>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Reads a stream's XML.
 *
 * @param from - who sent it, for messages
 * @throws {@link ContractError} code `invalid-stream-info` that names the field
 */
export function parseStreamInfo(xml: string, from: string): LslStreamInfo {
  const root = parseXml(xml, `LSL stream info of ${from}`, (_, reason) => invalid(from, reason));
  const text = (name: string) => childText(root, name);
  const number = (name: string, smallest: number, largest: number): number => {
    const value = Number(text(name));
    if (text(name) === '' || !(value >= smallest && value <= largest)) {
      throw invalid(from, `<${name}> is "${text(name)}"; expected a number from ${smallest} to ${largest}`);
    }
    return value;
  };
  const channelFormat = text('channel_format');
  if (!isChannelFormat(channelFormat)) throw invalid(from, `<channel_format> is "${channelFormat}"`);
  if (text('name') === '') throw invalid(from, '<name> is missing');
  if (text('uid') === '') throw invalid(from, '<uid> is missing');
  return {
    name: text('name'),
    type: text('type'),
    channelCount: Math.trunc(number('channel_count', 1, 100_000)),
    channelFormat,
    nominalRateHz: number('nominal_srate', 0, 1e7),
    sourceId: text('source_id'),
    uid: text('uid'),
    hostname: text('hostname'),
    sessionId: text('session_id'),
    version: Math.round(number('version', 1, 100) * 100),
    createdAtS: Number(text('created_at')) || 0,
    address: text('v4address'),
    dataPort: number('v4data_port', 0, 65_535),
    servicePort: number('v4service_port', 0, 65_535),
    channels: channelsOf(root),
  };
}

function channelsOf(root: XmlElement): readonly LslChannel[] {
  const list = childOf(childOf(root, 'desc'), 'channels')?.children ?? [];
  return list
    .filter(({ name }) => name === 'channel')
    .map((channel) => ({
      label: childText(channel, 'label'),
      unit: childText(channel, 'unit'),
      type: childText(channel, 'type'),
    }));
}

function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

function childText(element: XmlElement, name: string): string {
  return childOf(element, name)?.text?.content ?? '';
}

function invalid(from: string, reason: string): ContractError {
  return new ContractError({
    code: 'invalid-stream-info',
    message: `LSL stream of ${from}: ${reason}; its sender does not follow the protocol`,
    fields: { from },
  });
}
