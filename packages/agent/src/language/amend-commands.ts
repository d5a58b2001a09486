import type { Command, NounPhrase, PrepositionalPhrase } from './command.ts';
import { type Correction, isStandIn } from './new-instruction.ts';
import { bareNoun, findSlot, slotsOf, withSlot } from './phrase-slots.ts';
import { speakCommands, speakPhrase, speakWhere } from './speak.ts';

export type Amended =
  | {
      readonly kind: 'amended';
      readonly commands: readonly Command[];
      /** What is different, for the person: "the blue mug instead of the red mug". */
      readonly change: string;
      /** The phrase that means something else now, as it was. */
      readonly before?: NounPhrase;
      /** Set for "the other mug": the phrase must not mean what was chosen for `before`. */
      readonly other?: NounPhrase;
    }
  /** Nothing of the task is left. */
  | { readonly kind: 'emptied' }
  /** It speaks of something else than the task: an instruction of its own. */
  | { readonly kind: 'unrelated' }
  | { readonly kind: 'unclear'; readonly message: string };

const unclear = (message: string): Amended => ({ kind: 'unclear', message });

/** Applies a correction to the commands of a task. */
export function amendCommands(commands: readonly Command[], correction: Correction): Amended {
  switch (correction.kind) {
    case 'other':
      return chooseOther(commands, correction.phrase, correction.of);
    case 'things':
      return exchange(commands, correction.now, correction.insteadOf);
    case 'place':
      return moveTo(commands, correction.now, correction.insteadOf);
    case 'more-things':
      return addThings(commands, correction.things);
    case 'more-commands': {
      const more = correction.commands;
      return { kind: 'amended', commands: [...commands, ...more], change: `also ${speakCommands(more)}` };
    }
    case 'fewer-things':
      return dropThings(commands, correction.things);
    case 'restated':
      return restate(commands, correction.commands);
  }
}

/** Puts what earlier commands speak of in place of "it", "them" and "there". */
export function withoutPronouns(
  commands: readonly Command[],
  earlier: readonly Command[],
): readonly Command[] {
  const [first, ...rest] = commands;
  if (first === undefined || !('objects' in first)) return commands;
  const slots = slotsOf(earlier);
  const lastThing = slots.findLast((slot) => slot.role === 'thing');
  const things = slots.filter((slot) => slot.role === 'thing' && slot.command === lastThing?.command);
  const doors = slots.filter((slot) => slot.phrase.meaning?.kind === 'fixture').slice(-1);
  const meant = first.verb === 'open' || first.verb === 'close' ? doors : things;
  if (meant.length === 0) return commands;
  const objects = first.objects.flatMap((phrase) =>
    isPronoun(phrase) ? meant.map((slot) => slot.phrase) : [phrase],
  );
  return [{ ...first, objects }, ...rest];
}

function chooseOther(commands: readonly Command[], phrase: NounPhrase, of: NounPhrase | undefined): Amended {
  const slot = findSlot(slotsOf(commands), phrase, of);
  if (typeof slot === 'string') return unclear(slot);
  const noun = bareNoun(slot.phrase);
  const words = ['other', ...phrase.adjectives.filter((word) => word !== 'other' && word !== 'different')];
  const other: NounPhrase = {
    ...slot.phrase,
    quantity: { kind: 'definite' },
    adjectives: words,
    ...(slot.phrase.meaning === undefined ? {} : { meaning: { ...slot.phrase.meaning, noun } }),
    text: `the ${words.join(' ')} ${noun}`,
    modifiers: phrase.modifiers,
  };
  return {
    kind: 'amended',
    commands: withSlot(commands, slot, [other]),
    change: `${other.text} instead of ${speakPhrase(slot.phrase)}`,
    before: slot.phrase,
    other,
  };
}

function exchange(
  commands: readonly Command[],
  now: readonly NounPhrase[],
  insteadOf: NounPhrase | undefined,
): Amended {
  const slot = findSlot(slotsOf(commands), now[0]!, insteadOf);
  if (typeof slot === 'string') return unclear(slot);
  if (slot.role === 'place' && now.length > 1)
    return unclear(`I can take things to one place only, not to ${now.map(speakPhrase).join(' and ')}.`);
  const phrases = now.map((phrase) => named(phrase, slot.phrase));
  return {
    kind: 'amended',
    commands: withSlot(commands, slot, phrases),
    change: `${phrases.map(speakPhrase).join(' and ')} instead of ${speakPhrase(slot.phrase)}`,
    before: slot.phrase,
  };
}

/** "the red one" takes its noun from the phrase that it corrects. */
function named(phrase: NounPhrase, corrected: NounPhrase): NounPhrase {
  if (!isStandIn(phrase) || corrected.meaning === undefined) return phrase;
  const noun = `${bareNoun(corrected)}${phrase.plural ? 's' : ''}`;
  return {
    ...phrase,
    meaning: { ...corrected.meaning, noun: bareNoun(corrected) },
    text: phrase.text.replace(/\bthings?$/, noun),
  };
}

function moveTo(
  commands: readonly Command[],
  now: PrepositionalPhrase,
  insteadOf: NounPhrase | undefined,
): Amended {
  const named = insteadOf?.pronoun === undefined ? insteadOf : undefined;
  const places = slotsOf(commands).filter((slot) => slot.role === 'place');
  const meant =
    named === undefined ? places : places.filter((slot) => slot.phrase.meaning?.noun === named.meaning?.noun);
  if (named !== undefined && meant.length === 0)
    return unclear(`I am not to bring anything to ${named.text}.`);
  const different = new Set(meant.map((slot) => speakPhrase(slot.phrase)));
  if (different.size > 1)
    return unclear(`Instead of what? Say for example "not ${[...different][0]}, ${speakWhere(now)}".`);
  const indices = meant.length === 0 ? [commands.length - 1] : meant.map((slot) => slot.command);
  const changed = commands.map((command, index) =>
    indices.includes(index) ? takenTo(command, now) : command,
  );
  if (changed.includes(undefined))
    return unclear(`I do not know what "${speakWhere(now)}" changes about "${speakCommands(commands)}".`);
  const [before] = meant;
  return {
    kind: 'amended',
    commands: changed.filter((command) => command !== undefined),
    change:
      before === undefined ? speakWhere(now) : `${speakWhere(now)} instead of ${speakPhrase(before.phrase)}`,
    ...(before === undefined ? {} : { before: before.phrase }),
  };
}

/** The command with another destination; undefined when it has none. */
function takenTo(command: Command, now: PrepositionalPhrase): Command | undefined {
  const { after } = command;
  switch (command.verb) {
    case 'put':
      return { ...command, chain: [...command.chain.filter((each) => each.preposition === 'from'), now] };
    case 'bring':
      return now.preposition === 'to'
        ? { ...command, to: now.object }
        : { verb: 'put', objects: command.objects, chain: [now], after };
    case 'put-away':
    case 'throw-away':
    case 'release':
      return { verb: 'put', objects: command.objects, chain: [now], after };
    case 'clear':
      return { ...command, to: now };
    case 'go':
      return { ...command, to: now.object };
    case 'look':
      return { ...command, objects: [now.object] };
    case 'pick':
    case 'find':
      return { ...command, objects: command.objects.map((object) => ({ ...object, modifiers: [now] })) };
    default:
      return undefined;
  }
}

function addThings(commands: readonly Command[], things: readonly NounPhrase[]): Amended {
  const index = commands.findLastIndex((command) => 'objects' in command && command.objects.length > 0);
  const command = commands[index];
  if (command === undefined || !('objects' in command))
    return unclear(`What should I do with ${things.map(speakPhrase).join(' and ')}?`);
  const last = command.objects.at(-1)!;
  const more = things.map((phrase) => named(phrase, last));
  return {
    kind: 'amended',
    commands: commands.with(index, { ...command, objects: [...command.objects, ...more] }),
    change: `also ${more.map(speakPhrase).join(' and ')}`,
  };
}

/** Leaves things out; of "the fruit" a kind can be left out too. "not this one" of a single thing asks for another. */
function dropThings(commands: readonly Command[], things: readonly NounPhrase[]): Amended {
  let left = commands;
  for (const thing of things) {
    const slots = slotsOf(left).filter((slot) => slot.role === 'thing');
    const every = slots.find((slot) => slot.phrase.quantity.kind === 'every' && includes(slot.phrase, thing));
    if (every !== undefined) {
      const except = [...every.phrase.except, thing];
      left = withSlot(left, every, [{ ...every.phrase, except }]);
      continue;
    }
    const slot = findSlot(slots, thing, thing);
    if (typeof slot === 'string') return unclear(slot);
    left = withSlot(left, slot, []);
  }
  if (left.length === 0) return { kind: 'emptied' };
  return { kind: 'amended', commands: left, change: `without ${things.map(speakPhrase).join(' and ')}` };
}

const includes = (all: NounPhrase, thing: NounPhrase): boolean => {
  if (all.meaning?.kind === 'anything') return true;
  const classes =
    all.meaning?.kind === 'category' || all.meaning?.kind === 'object' ? all.meaning.classes : [];
  return thing.meaning?.kind === 'object' && thing.meaning.classes.some((name) => classes.includes(name));
};

/** "no, put it on the shelf": takes the place of the command that speaks of the same thing. */
function restate(commands: readonly Command[], restated: readonly Command[]): Amended {
  const [first] = restated;
  const hasPronoun = first !== undefined && 'objects' in first && first.objects.some(isPronoun);
  const full = withoutPronouns(restated, commands);
  const nouns = new Set(full.flatMap(nounsOf));
  const index = hasPronoun
    ? commands.findLastIndex((command) => nounsOf(command).length > 0)
    : commands.findLastIndex((command) => nounsOf(command).some((noun) => nouns.has(noun)));
  if (index < 0) return { kind: 'unrelated' };
  const { after } = commands[index]!;
  const changed = [
    ...commands.slice(0, index),
    ...full.map((command, at) => (at === 0 ? { ...command, after } : command)),
    ...commands.slice(index + 1),
  ];
  return { kind: 'amended', commands: changed, change: speakCommands(full) };
}

const isPronoun = (phrase: NounPhrase): boolean => phrase.pronoun === 'it' || phrase.pronoun === 'them';

const nounsOf = (command: Command): readonly string[] =>
  'objects' in command ? command.objects.flatMap((phrase) => phrase.meaning?.noun ?? []) : [];
