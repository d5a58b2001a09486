import type { NounMeaning } from './lexicon.ts';

/** Which of the matching things a noun phrase means. */
export type Quantity =
  /** "the mug": exactly one; two candidates need a question. */
  | { readonly kind: 'definite' }
  /** "a mug", "some mug": any one. */
  | { readonly kind: 'any' }
  /** "all the mugs", "everything": every one. */
  | { readonly kind: 'every' }
  /** "two mugs": this many, any of them. */
  | { readonly kind: 'count'; readonly count: number };

export type Preposition = 'in' | 'on' | 'to' | 'from' | 'near';

/** One prepositional phrase, e.g. "in the bowl". */
export interface PrepositionalPhrase {
  readonly preposition: Preposition;
  readonly object: NounPhrase;
}

export interface NounPhrase {
  /** The words as said, for questions and messages. */
  readonly text: string;
  readonly quantity: Quantity;
  readonly adjectives: readonly string[];
  /** Undefined when the noun is not in the lexicon; a pronoun has none either. */
  readonly meaning: NounMeaning | undefined;
  readonly pronoun: 'it' | 'them' | 'there' | undefined;
  readonly plural: boolean;
  /** Where it is, e.g. "on the table", "from the drawer". */
  readonly modifiers: readonly PrepositionalPhrase[];
  /** "everything except the mug". */
  readonly except: readonly NounPhrase[];
}

/** What one clause asks for, before anything is looked up in the belief. */
export type Command = (
  | {
      /** The last phrase of `chain` is usually the destination; the grounder decides where earlier ones attach. */
      readonly verb: 'put';
      readonly objects: readonly NounPhrase[];
      readonly chain: readonly PrepositionalPhrase[];
    }
  | { readonly verb: 'bring'; readonly objects: readonly NounPhrase[]; readonly to: NounPhrase | undefined }
  | { readonly verb: 'put-away'; readonly objects: readonly NounPhrase[] }
  | { readonly verb: 'throw-away'; readonly objects: readonly NounPhrase[] }
  | { readonly verb: 'pick'; readonly objects: readonly NounPhrase[] }
  | { readonly verb: 'release'; readonly objects: readonly NounPhrase[] }
  | { readonly verb: 'open'; readonly objects: readonly NounPhrase[] }
  | { readonly verb: 'close'; readonly objects: readonly NounPhrase[] }
  | { readonly verb: 'find'; readonly objects: readonly NounPhrase[] }
  | { readonly verb: 'look'; readonly objects: readonly NounPhrase[] }
  | {
      readonly verb: 'clear';
      readonly objects: readonly NounPhrase[];
      readonly to: PrepositionalPhrase | undefined;
    }
  | { readonly verb: 'go'; readonly to: NounPhrase }
  | { readonly verb: 'press'; readonly objects: readonly NounPhrase[] }
  | { readonly verb: 'wipe'; readonly objects: readonly NounPhrase[]; readonly with: NounPhrase | undefined }
  /** Held before the face of somebody: "hold the mug to my mouth". */
  | { readonly verb: 'offer'; readonly objects: readonly NounPhrase[]; readonly to: NounPhrase }
  | { readonly verb: 'stow' }
) & {
  /** True when this clause must wait for the ones before it. */
  readonly after: boolean;
};

export type ParseFailureKind =
  | 'empty'
  | 'unknown-verb'
  | 'unknown-noun'
  | 'missing-object'
  | 'missing-destination'
  | 'unsupported';

/** Why an instruction was not understood, and which words are to blame. */
export interface ParseFailure {
  readonly kind: ParseFailureKind;
  readonly fragment: string;
  /** One sentence for the person. */
  readonly message: string;
}

export type ParseResult =
  | { readonly ok: true; readonly commands: readonly Command[] }
  | { readonly ok: false; readonly failure: ParseFailure };

/** Writes a noun phrase in a canonical form, for tests and logs. */
export function formatNounPhrase(phrase: NounPhrase): string {
  const quantity = phrase.quantity.kind === 'count' ? String(phrase.quantity.count) : phrase.quantity.kind;
  const head = phrase.pronoun ?? [...phrase.adjectives, phrase.meaning?.noun ?? '?'].join(' ');
  const modifiers = phrase.modifiers.map(
    (modifier) => ` ${modifier.preposition} ${formatNounPhrase(modifier.object)}`,
  );
  const except = phrase.except.length === 0 ? '' : ` except ${phrase.except.map(formatNounPhrase).join(' ')}`;
  return phrase.pronoun === undefined ? `${quantity}(${head}${modifiers.join('')}${except})` : head;
}

/** Writes a command in a canonical form, for tests and logs. */
export function formatCommand(command: Command): string {
  const objects = 'objects' in command ? command.objects.map(formatNounPhrase) : [];
  const rest: string[] = [];
  if (command.verb === 'put')
    rest.push(...command.chain.map((p) => `${p.preposition} ${formatNounPhrase(p.object)}`));
  if (command.verb === 'bring')
    rest.push(command.to === undefined ? 'to ?' : `to ${formatNounPhrase(command.to)}`);
  if (command.verb === 'wipe' && command.with !== undefined)
    rest.push(`with ${formatNounPhrase(command.with)}`);
  if (command.verb === 'go' || command.verb === 'offer') rest.push(`to ${formatNounPhrase(command.to)}`);
  if (command.verb === 'clear' && command.to !== undefined) {
    rest.push(`${command.to.preposition} ${formatNounPhrase(command.to.object)}`);
  }
  return [command.after ? `then ${command.verb}` : command.verb, objects.join(' & '), ...rest]
    .filter(Boolean)
    .join(' ');
}
