import { createHash } from 'node:crypto';
import type { ChatQuestion } from './chat-model.ts';

/** What identifies a question: everything that is sent, and the model that it is sent to. */
export type QuestionRecord = Readonly<Record<string, unknown>> & {
  readonly model: string;
  readonly purpose: string;
};

/** Writes a question so that equal ones are equal, without what is not sent. A picture is named by its hash. */
export function questionRecord(model: string, question: ChatQuestion): QuestionRecord {
  const { picture, repair, ...rest } = question;
  return {
    model,
    ...rest,
    ...(repair === undefined ? {} : { repairedAnswer: repair.answer, complaint: repair.complaint }),
    ...(picture === undefined ? {} : { picture: sha256(picture.bytes) }),
  };
}

/** The key of a recorded question, whatever the order of its fields. */
export const questionKey = (record: QuestionRecord): string => sha256(canonicalJson(record));

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inner]) => `${JSON.stringify(name)}:${canonicalJson(inner)}`);
  return `{${fields.join(',')}}`;
}

/**
 * Says in what a question differs from a recorded one.
 *
 * @returns one phrase a field; texts by their first line that differs
 */
export function differences(asked: QuestionRecord, recorded: QuestionRecord): readonly string[] {
  const names = [...new Set([...Object.keys(asked), ...Object.keys(recorded)])];
  return names
    .filter((name) => canonicalJson(asked[name]) !== canonicalJson(recorded[name]))
    .map((name) => describeDifference(name, asked[name], recorded[name]));
}

function describeDifference(name: string, asked: unknown, recorded: unknown): string {
  const a = textOf(asked).split('\n');
  const b = textOf(recorded).split('\n');
  const line = a.findIndex((each, index) => each !== b[index]);
  const at = line < 0 ? a.length : line;
  const where = a.length > 1 || b.length > 1 ? ` line ${at + 1}` : '';
  const [mine, theirs] = [quote(a[at]), quote(b[at])];
  return mine === theirs ? `${name}${where} differs` : `${name}${where} is ${mine}, recorded was ${theirs}`;
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : canonicalJson(value ?? null));

const longestQuote = 100;
const quote = (line: string | undefined): string =>
  line === undefined
    ? 'missing'
    : `"${line.length > longestQuote ? `${line.slice(0, longestQuote)}…` : line}"`;
