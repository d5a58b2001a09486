import { startsWith } from './tokens.ts';

/** What a verb asks for; the clause grammar has one rule for each. */
export type VerbFrame =
  | 'put'
  | 'bring'
  | 'take'
  | 'move'
  | 'pick'
  | 'release'
  | 'open'
  | 'close'
  | 'find'
  | 'look'
  | 'clear'
  | 'go'
  | 'press'
  | 'wipe'
  | 'drink'
  | 'throw-away'
  | 'stow'
  | 'want'
  | 'ensure';

const frames: Readonly<Record<VerbFrame, string>> = {
  put: 'put|place|set|lay|stick|insert|leave|position|stack|store|drop|arrange|put down|set down|lay down',
  bring: 'bring|fetch|deliver|hand|give|pass|serve|bring over|bring back',
  take: 'take|carry|get|collect|retrieve|take hold of',
  move: 'move|transfer|relocate|shift',
  pick: 'pick up|pick|grab|grasp|hold|lift up|lift|get hold of|grab hold of|remove',
  release: 'let go of|release',
  open: 'open up|pull open|pull|open',
  close: 'close up|push shut|push|close|shut',
  find: 'search for|look for|hunt for|find|locate|spot|see|where is|where are|is there|are there|show me|tell me where',
  look: 'look around|have a look at|have a look around|take a look at|take a look around|look at|look inside of|look inside|look into|look in|look on|look|inspect|check|examine|scan|what is in|what is on|what is inside|what do you see|what can you see|explore',
  clear: 'clear off|clear up|clear out|clear|clean off|clean up|clean|tidy up|tidy|empty out|empty',
  go: 'go to|drive to|move to|move over to|navigate to|head to|head over to|travel to|walk to|return to|come to|go over to|go back to|drive over to|go|drive|navigate|come here|come',
  press:
    'press down on|press down|press on|press|turn on|turn off|turn|switch on|switch off|switch|flip|toggle|click',
  wipe: 'wipe clean|wipe up|wipe off|wipe down|wipe away|wipe|mop up|mop|scrub',
  drink:
    'let me drink out of|let me drink from|let me drink|help me drink from|help me drink|let me have a sip of',
  'throw-away': 'throw away|throw out|dispose of|discard|toss|throw|get rid of',
  stow: 'stow your arm|stow the arm|stow|fold your arm|fold the arm|retract the arm',
  want: 'i want|i would like|i need|i would love',
  ensure: 'make sure that|make sure|ensure that|ensure',
};

const gerunds: Readonly<Record<string, string>> = {
  putting: 'put',
  setting: 'set',
  getting: 'get',
  shutting: 'shut',
  wiping: 'wipe',
  mopping: 'mop',
  flipping: 'flip',
  dropping: 'drop',
  grabbing: 'grab',
  placing: 'place',
  moving: 'move',
  taking: 'take',
  giving: 'give',
  closing: 'close',
  locating: 'locate',
  driving: 'drive',
  coming: 'come',
  tidying: 'tidy',
};

interface Verb {
  readonly frame: VerbFrame;
  readonly words: readonly string[];
}

const verbs: readonly Verb[] = Object.entries(frames)
  .flatMap(([frame, list]) =>
    list.split('|').map((text) => ({ frame: frame as VerbFrame, words: text.split(' ') })),
  )
  .sort((a, b) => b.words.length - a.words.length);

/** "putting" to "put"; other words stay. */
export function baseForm(word: string): string {
  const irregular = gerunds[word];
  if (irregular !== undefined) return irregular;
  return /^[a-z]{3,}ing$/.test(word) && word !== 'nothing' && word !== 'string' ? word.slice(0, -3) : word;
}

/** Reads the verb at `position`, longest first, also as a gerund. */
export function matchVerb(
  tokens: readonly string[],
  position: number,
): { readonly frame: VerbFrame; readonly text: string; readonly length: number } | undefined {
  const first = tokens[position];
  if (first === undefined) return undefined;
  const base = baseForm(first);
  const rest = [base, ...tokens.slice(position + 1, position + 5)];
  const hit = verbs.find(
    (verb) => startsWith(tokens, position, verb.words) || startsWith(rest, 0, verb.words),
  );
  return hit === undefined
    ? undefined
    : { frame: hit.frame, text: hit.words.join(' '), length: hit.words.length };
}
