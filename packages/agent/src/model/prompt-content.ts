import type { RelationView } from '../belief/belief-view.ts';
import type { LanguageModelRequest } from './language-model.ts';

/** What a prompt tells a model: everything of a request but how its answer is asked for and taken. */
export type PromptContent = Omit<LanguageModelRequest<unknown>, AskingField>;

/** Fields of a request that say how its answer is asked for and taken; a picture travels beside the prompt. */
export type AskingField = (typeof askingFields)[number];

const askingFields = [
  'schema',
  'maxOutputTokens',
  'maxAttempts',
  'picture',
  'sample',
  'onPartial',
  'signal',
] as const satisfies readonly (keyof LanguageModelRequest<unknown>)[];

/** What of a request stands in its prompt. */
export function contentOf(request: PromptContent & { readonly [asked in AskingField]?: unknown }) {
  const content: PromptContent & { [asked in AskingField]?: unknown } = { ...request };
  for (const field of askingFields) delete content[field];
  return content as PromptContent;
}

/** Fields of fixtures that the map gives: they stay the same while a robot works, and stand in the part that servers keep. */
const fixedFields: ReadonlySet<string> = new Set([
  'id',
  'label',
  'names',
  'furnitureId',
  'room',
  'kind',
  'isSurface',
  'isContainer',
  'opens',
  'behind',
  'sizeM',
]);

/** The part of a fixture that the map gives. */
export const fixedPart = (fixture: object): object =>
  Object.fromEntries(Object.entries(fixture).filter(([name]) => fixedFields.has(name)));

/** The part of a fixture that is believed, with its id. */
export const believedPart = (fixture: object): object =>
  Object.fromEntries(Object.entries(fixture).filter(([name]) => name === 'id' || !fixedFields.has(name)));

/** Writes an edge of the world graph in short: there are many. */
export const relationData = ({ subject, relation, object, confidence, stampS, source }: RelationView) =>
  source === 'map' ? [subject, relation, object] : [subject, relation, object, confidence, stampS, source];

/** Reads an edge; what the map says is sure and timeless. */
export function readRelation(data: unknown): unknown {
  if (!Array.isArray(data)) return data;
  const [subject, relation, object, confidence = 1, stampS = 0, source = 'map'] = data as unknown[];
  return { subject, relation, object, confidence, stampS, source };
}
