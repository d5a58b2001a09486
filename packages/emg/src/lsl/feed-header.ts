import { ContractError, HardwareError } from '@efferent/core';
import { numericFormats } from './channel-format.ts';
import type { LslStreamInfo } from './stream-info.ts';

/** The protocol that both ends of this package speak. */
export const protocolVersion = 110;
/** More bytes without an end are taken for a sender that does not speak LSL. */
export const longestHeader = 16_384;

/** What a feed's answer settles. */
export interface FeedAnswer {
  readonly littleEndian: boolean;
}

/**
 * Writes the request for a stream's feed.
 * @param bufferSamples - how many samples the sender keeps for a reader that is slow
 */
export function formatFeedRequest(info: LslStreamInfo, bufferSamples: number): string {
  const valueSize = info.channelFormat === 'string' ? 0 : numericFormats[info.channelFormat].bytes;
  return formatHeader(`LSL:streamfeed/${protocolVersion} ${info.uid}`, [
    ['Native-Byte-Order', 1234],
    ['Endian-Performance', 0],
    ['Has-IEEE754-Floats', 1],
    ['Supports-Subnormals', 1],
    ['Value-Size', valueSize],
    ['Data-Protocol-Version', protocolVersion],
    ['Max-Buffer-Length', bufferSamples],
    ['Max-Chunk-Length', 0],
    ['Hostname', info.hostname],
    ['Source-Id', info.sourceId],
    ['Session-Id', info.sessionId],
  ]);
}

/** Writes the answer to a feed request that is granted. */
export function formatFeedAnswer(uid: string): string {
  return formatHeader(`LSL/${protocolVersion} 200 OK`, [
    ['UID', uid],
    ['Byte-Order', 1234],
    ['Suppress-Subnormals', 0],
    ['Data-Protocol-Version', protocolVersion],
  ]);
}

function formatHeader(firstLine: string, fields: readonly (readonly [string, string | number])[]): string {
  const lines = fields.map(([name, value]) => `${name}: ${String(value).replaceAll(/[\r\n]/g, ' ')}`);
  return `${[firstLine, ...lines].join('\r\n')}\r\n\r\n`;
}

/** Reads `Name: value` lines; names in lower case, comments after `;` dropped. */
export function parseHeaderFields(lines: readonly string[]): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const value = line.slice(colon + 1).split(';', 1)[0] as string;
    fields.set(line.slice(0, colon).trim().toLowerCase(), value.trim());
  }
  return fields;
}

/**
 * Reads the answer to a feed request.
 *
 * @param header - all lines before the blank one
 * @throws {@link HardwareError} code `stream-gone` when the stream is not served there any more
 * @throws {@link ContractError} code `feed-refused` when the other end speaks another protocol
 */
export function parseFeedAnswer(header: string, uid: string): FeedAnswer {
  const [status = '', ...lines] = header.split('\r\n');
  const [, code] = /^LSL\/\d+ (\d{3})\b/.exec(status) ?? [];
  if (code === '404') throw gone('it answers 404');
  if (code !== '200') throw refused(`"${status.slice(0, 80)}" instead of "LSL/110 200 OK"`);
  const fields = parseHeaderFields(lines);
  if (fields.has('uid') && fields.get('uid') !== uid) throw gone('another stream answers in its place');
  const version = fields.get('data-protocol-version');
  if (version !== String(protocolVersion)) throw refused(`data protocol ${version}, expected 110`);
  const byteOrder = fields.get('byte-order') ?? '1234';
  if (!['0', '1234', '4321'].includes(byteOrder)) throw refused(`byte order ${byteOrder}`);
  return { littleEndian: byteOrder !== '4321' };
}

function gone(reason: string): HardwareError {
  return new HardwareError({
    code: 'stream-gone',
    message: `LSL stream is no longer served at its address: ${reason}`,
  });
}

function refused(reason: string): ContractError {
  return new ContractError({
    code: 'feed-refused',
    message: `LSL feed refused: ${reason}; efferent speaks protocol 110 (liblsl 1.10 and later)`,
  });
}
