import type { LanguageModelRequest } from './language-model.ts';
import { mapStrings, type Redaction } from './private-strings.ts';

/** Fields whose strings are words of the protocol, and say nothing about a person. */
const protocolFields: ReadonlySet<string> = new Set([
  'purpose',
  'kind',
  'relation',
  'state',
  'speaker',
  'skill',
  'skills',
]);

/**
 * Puts placeholders into everything that a request says, before it is written as text: there a line break, say, is an
 * escape whose letter would hide the beginning of a word.
 *
 * Skills stay as they are: they come from the product and the robot, and code looks them up by name.
 */
export function redactRequest<Output>(
  request: LanguageModelRequest<Output>,
  redaction: Redaction,
): LanguageModelRequest<Output> {
  const hide = <Data>(data: Data): Data =>
    mapStrings(data, (text) => redaction.redact(text), protocolFields) as Data;
  const hideRecord = (record: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(record).map(([key, value]) => [hide(key), hide(value)]));
  const hideLists = (record: Readonly<Record<string, readonly string[]>>) =>
    Object.fromEntries(Object.entries(record).map(([key, values]) => [hide(key), hide(values)]));
  return {
    ...request,
    question: hide(request.question),
    instruction: hide(request.instruction),
    belief: hide(request.belief),
    robots: hide(request.robots),
    history: hide(request.history),
    failures: hide(request.failures),
    answers: hideRecord(request.answers),
    achieved: hide(request.achieved),
    bindings: hideRecord(request.bindings),
    ...(request.recollections === undefined ? {} : { recollections: hide(request.recollections) }),
    ...(request.excluded === undefined ? {} : { excluded: hideLists(request.excluded) }),
  };
}
