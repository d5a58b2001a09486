import type { Command, NounPhrase } from './command.ts';
import { isStandIn } from './new-instruction.ts';
import { adjectives } from './noun-phrase.ts';
import { speakPhrase } from './speak.ts';

/** A noun phrase of a command that can be exchanged. */
export interface Slot {
  readonly phrase: NounPhrase;
  /** What is acted on, or where it goes. */
  readonly role: 'thing' | 'place';
  /** Which command. */
  readonly command: number;
  /** Which of its objects; 0 for a place. */
  readonly index: number;
}

/** Lists what commands act on and where they take it. */
export function slotsOf(commands: readonly Command[]): readonly Slot[] {
  return commands.flatMap((command, at) => {
    const things = 'objects' in command ? command.objects : [];
    const place = placeOf(command);
    return [
      ...things.map((phrase, index): Slot => ({ phrase, role: 'thing', command: at, index })),
      ...(place === undefined ? [] : [{ phrase: place, role: 'place', command: at, index: 0 } as const]),
    ];
  });
}

function placeOf(command: Command): NounPhrase | undefined {
  switch (command.verb) {
    case 'put':
      return command.chain.findLast((phrase) => phrase.preposition !== 'from')?.object;
    case 'bring':
    case 'go':
    case 'offer':
      return command.to;
    case 'clear':
      return command.to?.object;
    default:
      return undefined;
  }
}

/** The commands with other phrases in a slot; a command that has nothing to act on any more is left out. */
export function withSlot(
  commands: readonly Command[],
  slot: Slot,
  phrases: readonly NounPhrase[],
): readonly Command[] {
  const command = commands[slot.command]!;
  const changed =
    slot.role === 'thing' ? withThings(command, slot.index, phrases) : withPlace(command, phrases[0]!);
  return changed === undefined
    ? commands.filter((_, index) => index !== slot.command)
    : commands.with(slot.command, changed);
}

function withThings(command: Command, index: number, phrases: readonly NounPhrase[]): Command | undefined {
  if (!('objects' in command)) return command;
  const objects = command.objects.toSpliced(index, 1, ...phrases);
  return objects.length === 0 ? undefined : { ...command, objects };
}

function withPlace(command: Command, object: NounPhrase): Command {
  switch (command.verb) {
    case 'put': {
      const at = command.chain.findLastIndex((phrase) => phrase.preposition !== 'from');
      return { ...command, chain: command.chain.with(at, { ...command.chain[at]!, object }) };
    }
    case 'bring':
    case 'go':
    case 'offer':
      return { ...command, to: object };
    case 'clear':
      return command.to === undefined ? command : { ...command, to: { ...command.to, object } };
    default:
      return command;
  }
}

/**
 * Finds what a correction is about.
 *
 * @param now - what is meant from now on; its noun or kind tells which slot
 * @param insteadOf - what was named as wrong, when it was
 * @returns the slot, or a question to the person
 */
export function findSlot(
  slots: readonly Slot[],
  now: NounPhrase,
  insteadOf: NounPhrase | undefined,
): Slot | string {
  const wrong = insteadOf !== undefined && insteadOf.pronoun === undefined && !isStandIn(insteadOf);
  if (wrong) {
    const meant = slots.filter((slot) => isCalled(slot.phrase, insteadOf));
    return meant.at(-1) ?? `I was not asked for ${insteadOf.text}.`;
  }
  const things = slots.filter((slot) => slot.role === 'thing' && slot.phrase.meaning !== undefined);
  if (isStandIn(now)) return onlyOne(narrowed(things, now), now);
  const same = slots.filter(
    (slot) => slot.phrase.meaning !== undefined && bareNoun(slot.phrase) === bareNoun(now),
  );
  if (same.length > 0) return same.at(-1)!;
  const alike = slots.filter((slot) => slot.phrase.meaning?.kind === now.meaning?.kind);
  const isGoods = now.meaning?.kind === 'object' || now.meaning?.kind === 'category';
  const goods = things.filter((slot) => slot.phrase.meaning?.kind !== 'fixture');
  return onlyOne(isGoods && alike.length === 0 ? goods : alike, now);
}

/** Its noun; a name such as "left drawer" without what tells it from its siblings. */
export const bareNoun = (phrase: NounPhrase): string =>
  (phrase.meaning?.noun ?? 'one')
    .split(' ')
    .filter((word, index, words) => index === words.length - 1 || !adjectives.has(word))
    .join(' ');

/** Same noun; and of the colours and places said, none contradicts. */
function isCalled(phrase: NounPhrase, said: NounPhrase): boolean {
  if (phrase.meaning === undefined || bareNoun(phrase) !== bareNoun(said)) return false;
  const telling = said.adjectives.filter((word) => word !== 'other' && word !== 'different');
  return phrase.adjectives.length === 0 || telling.every((word) => phrase.adjectives.includes(word));
}

/** "the red one" is about a thing that was called by another colour, where only some were called by one. */
function narrowed(things: readonly Slot[], now: NounPhrase): readonly Slot[] {
  if (things.length < 2 || now.adjectives.length === 0) return things;
  const described = things.filter((slot) => slot.phrase.adjectives.length > 0);
  return described.length === 0 ? things : described;
}

function onlyOne(slots: readonly Slot[], now: NounPhrase): Slot | string {
  const [first, second] = slots;
  if (first === undefined) return `I do not know instead of what you mean ${now.text}.`;
  if (second === undefined) return first;
  const names = slots.map((slot) => speakPhrase(slot.phrase)).join(' or ');
  return `Instead of ${names}? Say for example "${now.text} instead of ${speakPhrase(first.phrase)}".`;
}
