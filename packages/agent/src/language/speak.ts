import type { Command, NounPhrase, Preposition, PrepositionalPhrase } from './command.ts';

const prepositionWords: Readonly<Record<Preposition, string>> = {
  in: 'in',
  on: 'on',
  to: 'to',
  from: 'from',
  near: 'next to',
};

/** Writes commands as one English sentence that the parser reads as the same commands. */
export function speakCommands(commands: readonly Command[]): string {
  return commands.map((command, index) => speakNext(command, commands[index - 1])).join('');
}

/** Writes a noun phrase with what describes it: "the mug that is on the table". */
export function speakPhrase(phrase: NounPhrase): string {
  const modifiers = phrase.modifiers.map((modifier) =>
    modifier.preposition === 'from' ? ` ${speakWhere(modifier)}` : ` that is ${speakWhere(modifier)}`,
  );
  const except = phrase.except.length === 0 ? '' : ` except ${phrase.except.map(speakPhrase).join(' and ')}`;
  return `${phrase.text}${modifiers.join('')}${except}`;
}

/** Writes a prepositional phrase: "on the shelf". */
export function speakWhere({ preposition, object }: PrepositionalPhrase): string {
  if (object.pronoun === 'there') return 'there';
  return `${prepositionWords[preposition]} ${speakPhrase(object)}`;
}

function speakNext(command: Command, before: Command | undefined): string {
  if (before === undefined) return speak(command);
  // Without "then" a clause that repeats the verb stands without it; that is how unordered clauses are said.
  const repeats = !command.after && command.verb === before.verb && 'objects' in command;
  if (repeats && (command.verb === 'put' || command.verb === 'bring')) return ` and ${speakRest(command)}`;
  return `, then ${speak(command)}`;
}

const verbWords: Readonly<Record<Command['verb'], string>> = {
  put: 'put',
  bring: 'bring',
  'put-away': 'put away',
  'throw-away': 'throw away',
  pick: 'pick up',
  release: 'put down',
  open: 'open',
  close: 'close',
  find: 'find',
  look: 'look at',
  clear: 'clear',
  go: 'go to',
  press: 'press',
  wipe: 'wipe',
  offer: 'hold',
  stow: 'stow the arm',
};

function speak(command: Command): string {
  if (command.verb === 'look' && command.objects.length === 0) return 'look around';
  const rest = speakRest(command);
  return rest === '' ? verbWords[command.verb] : `${verbWords[command.verb]} ${rest}`;
}

function speakRest(command: Command): string {
  const objects = 'objects' in command ? command.objects.map(speakPhrase).join(' and ') : '';
  switch (command.verb) {
    case 'put':
      return [objects, ...command.chain.map(speakWhere)].join(' ');
    case 'bring':
      return command.to === undefined ? objects : `${objects} to ${speakPhrase(command.to)}`;
    case 'clear':
      return command.to === undefined ? objects : `${objects} ${speakWhere(command.to)}`;
    case 'go':
      return speakPhrase(command.to);
    case 'wipe':
      return command.with === undefined ? objects : `${objects} with ${speakPhrase(command.with)}`;
    case 'offer':
      return `${objects} to ${speakPhrase(command.to)}`;
    default:
      return objects;
  }
}
