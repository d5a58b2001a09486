/**
 * Words for things that the agent can talk about before it has seen any of them.
 *
 * The classes that a detector reports are open: {@link Lexicon} adds every class and furniture name it is given.
 */

/** Classes that a noun may mean, most literal first. */
const nounClasses: Readonly<Record<string, readonly string[]>> = {
  apple: ['apple'],
  orange: ['orange'],
  banana: ['banana'],
  lemon: ['lemon'],
  lime: ['lime'],
  pear: ['pear'],
  peach: ['peach'],
  plum: ['plum'],
  strawberry: ['strawberry'],
  tomato: ['tomato'],
  carrot: ['carrot'],
  potato: ['potato'],
  onion: ['onion'],
  egg: ['egg'],
  bread: ['bread'],
  mug: ['mug'],
  cup: ['cup', 'mug', 'glass'],
  glass: ['glass', 'cup'],
  'coffee cup': ['mug', 'cup'],
  bowl: ['bowl'],
  dish: ['dish', 'bowl', 'plate'],
  plate: ['plate'],
  bottle: ['bottle'],
  'water bottle': ['bottle'],
  can: ['can', 'soup-can', 'soda-can'],
  tin: ['can', 'soup-can', 'tin'],
  soda: ['soda-can', 'can'],
  'soda can': ['soda-can', 'can'],
  'soup can': ['soup-can', 'can'],
  soup: ['soup-can', 'can'],
  box: ['box', 'cereal-box', 'cracker-box'],
  'cereal box': ['cereal-box', 'box'],
  cereal: ['cereal-box', 'box'],
  'cracker box': ['cracker-box', 'box'],
  milk: ['milk', 'milk-carton', 'carton'],
  'milk carton': ['milk-carton', 'milk', 'carton'],
  carton: ['carton', 'milk-carton', 'milk'],
  jar: ['jar'],
  spoon: ['spoon'],
  fork: ['fork'],
  knife: ['knife'],
  sponge: ['sponge'],
  towel: ['towel'],
  cloth: ['cloth', 'towel'],
  wiper: ['sponge', 'cloth', 'towel'],
  spill: ['spill'],
  stain: ['spill', 'stain'],
  puddle: ['spill', 'puddle'],
  book: ['book'],
  notebook: ['book', 'notebook'],
  'pocket book': ['book'],
  magazine: ['magazine'],
  remote: ['remote', 'remote-control'],
  'remote control': ['remote', 'remote-control'],
  'tv remote': ['remote', 'remote-control'],
  phone: ['phone'],
  'snack bar': ['snack-bar'],
  'chocolate bar': ['snack-bar'],
  'tea box': ['tea-box'],
  tea: ['tea-box'],
  headphone: ['headphones', 'headphones-case'],
  'headphones case': ['headphones-case'],
  candle: ['candle'],
  vase: ['vase'],
  plant: ['plant'],
  cushion: ['cushion'],
  pillow: ['cushion', 'pillow'],
  'tissue box': ['tissue-box'],
  tissue: ['tissue-box'],
  'pill box': ['pill-box'],
  pill: ['pill-box'],
  medicine: ['pill-box'],
  'glasses case': ['glasses-case'],
  spectacle: ['glasses-case'],
  car: ['toy-car', 'car'],
  'toy car': ['toy-car', 'car'],
  teddy: ['teddy', 'teddy-bear'],
  'teddy bear': ['teddy', 'teddy-bear'],
  bear: ['teddy-bear', 'teddy'],
  ball: ['ball'],
  block: ['block', 'cube'],
  cube: ['cube', 'block'],
  cutlery: ['spoon', 'fork', 'knife'],
  silverware: ['spoon', 'fork', 'knife'],
};

/** Words for a kind of things; a mass or plural use means every one of them. */
const categoryClasses: Readonly<Record<string, readonly string[]>> = {
  fruit: ['apple', 'orange', 'banana', 'lemon', 'lime', 'pear', 'peach', 'plum', 'strawberry'],
  vegetable: ['tomato', 'carrot', 'potato', 'onion'],
  drink: ['can', 'soda-can', 'bottle', 'milk', 'milk-carton', 'carton'],
  toy: ['toy-car', 'ball', 'teddy', 'teddy-bear', 'doll', 'block', 'cube'],
  crockery: ['mug', 'cup', 'glass', 'bowl', 'plate', 'dish'],
  food: [
    'apple',
    'orange',
    'banana',
    'lemon',
    'lime',
    'pear',
    'peach',
    'plum',
    'strawberry',
    'tomato',
    'carrot',
    'potato',
    'onion',
    'egg',
    'bread',
    'soup-can',
    'cereal-box',
    'cracker-box',
  ],
};

/** Nouns for anything that can be moved. */
const anythingNouns = new Set(['thing', 'object', 'item', 'stuff', 'everything', 'anything', 'something']);

/** Furniture kinds by the words people use for them. */
const fixtureKinds: Readonly<Record<string, string>> = {
  table: 'table',
  'dining table': 'table',
  'kitchen table': 'table',
  desk: 'table',
  counter: 'counter',
  countertop: 'counter',
  worktop: 'counter',
  'kitchen counter': 'counter',
  drawer: 'drawer',
  fridge: 'fridge',
  refrigerator: 'fridge',
  freezer: 'fridge',
  door: 'door',
  cupboard: 'cupboard',
  cabinet: 'cabinet',
  sink: 'sink',
  basin: 'sink',
  shelf: 'shelf',
  shelve: 'shelf',
  bookshelf: 'shelf',
  rack: 'shelf',
  board: 'shelf',
  bin: 'bin',
  trash: 'bin',
  'trash can': 'bin',
  'trash bin': 'bin',
  'garbage can': 'bin',
  garbage: 'bin',
  'rubbish bin': 'bin',
  rubbish: 'bin',
  'waste bin': 'bin',
  wastebasket: 'bin',
  dustbin: 'bin',
  oven: 'oven',
  stove: 'stove',
  microwave: 'microwave',
  dishwasher: 'dishwasher',
  sofa: 'sofa',
  couch: 'sofa',
  settee: 'sofa',
  sideboard: 'sideboard',
  basket: 'basket',
  chair: 'chair',
  switch: 'button',
  'light switch': 'button',
  light: 'button',
  lamp: 'button',
  button: 'button',
};

/** Classes with which one wipes. */
const wiperClasses = ['sponge', 'cloth', 'dishcloth', 'towel', 'rag', 'wiper'];
/** Classes of what is wiped up and cannot be taken up. */
const spillClasses = ['spill', 'stain', 'puddle'];
/** Classes from which one drinks. */
const cupClasses = ['mug', 'cup', 'glass'];
const drinkingClasses = [...cupClasses, 'bottle'];
/** Classes of what hurts a face. */
const sharpClasses = ['knife', 'fork', 'scissors', 'razor', 'needle', 'candle', 'lighter'];
/** Where what is drunk or eaten is held to. */
const faceNouns = ['mouth', 'lip', 'face'];

const isOneOf = (className: string, classes: readonly string[]): boolean =>
  classes.some((name) => className === name || className.endsWith(`-${name}`));

/** Tells whether one wipes with things of a class. */
export const isWiper = (className: string): boolean => isOneOf(className, wiperClasses);

/** Tells whether a class is that of something to be wiped up, which no gripper takes. */
export const isSpill = (className: string): boolean => isOneOf(className, spillClasses);

/** Tells whether a thing of a class may be held before a face: nothing that cuts or stings. */
export const isOfferable = (className: string): boolean => !isOneOf(className, sharpClasses);

/** Tells whether things of a class are cups of one kind or another. */
export const isCup = (className: string): boolean => isOneOf(className, cupClasses);

/** Tells whether one drinks from things of a class. */
export const isDrinkingVessel = (className: string): boolean => isOneOf(className, drinkingClasses);

const irregularSingulars: Readonly<Record<string, string>> = {
  knives: 'knife',
  shelves: 'shelf',
  loaves: 'loaf',
  glasses: 'glass',
  dishes: 'dish',
  boxes: 'box',
  peaches: 'peach',
  benches: 'bench',
  tomatoes: 'tomato',
  potatoes: 'potato',
  people: 'person',
};
const invariantNouns = new Set([
  'glass',
  'bus',
  'fruit',
  'food',
  'stuff',
  'cutlery',
  'silverware',
  'crockery',
]);

/** What a noun stands for. */
export type NounMeaning =
  | { readonly kind: 'object'; readonly noun: string; readonly classes: readonly string[] }
  | { readonly kind: 'category'; readonly noun: string; readonly classes: readonly string[] }
  | { readonly kind: 'anything'; readonly noun: string }
  | { readonly kind: 'fixture'; readonly noun: string; readonly fixtureKind: string }
  | { readonly kind: 'person'; readonly noun: string };

/** Strips a plural; returns the singular and whether it was a plural form. */
export function singularOf(word: string): { readonly singular: string; readonly plural: boolean } {
  const irregular = irregularSingulars[word];
  if (irregular !== undefined) return { singular: irregular, plural: true };
  if (invariantNouns.has(word) || word.length < 3 || word.endsWith('ss'))
    return { singular: word, plural: false };
  if (word.endsWith('ies') && word.length > 4) return { singular: `${word.slice(0, -3)}y`, plural: true };
  if (word.endsWith('s')) return { singular: word.slice(0, -1), plural: true };
  return { singular: word, plural: false };
}

/** Words that a class id such as `cereal-box` or `soup_can` is spoken as. */
export const spokenName = (id: string): string => id.replace(/[-_]+/g, ' ');

/** The nouns of one world: the built-in ones and the names that its map and detector use. */
export class Lexicon {
  /** Classes that the detector reports, by what they are spoken as. */
  readonly #classes = new Map<string, Set<string>>();
  readonly #fixtureNames = new Map<string, string>();

  /** Adds a class that the detector reports, e.g. `cereal-box`. */
  addClass(className: string): void {
    const spoken = spokenName(className);
    const alike = this.#classes.get(spoken);
    if (alike === undefined) this.#classes.set(spoken, new Set([className]));
    else alike.add(className);
  }

  /** Adds a kind of furniture that the map uses, spoken as `name`. */
  addFixtureKind(name: string, kind: string): void {
    this.#fixtureNames.set(spokenName(name).toLowerCase(), kind);
  }

  /** Reads up to three words as one noun, or undefined. */
  lookUp(words: readonly string[]): { readonly meaning: NounMeaning; readonly plural: boolean } | undefined {
    const last = words[words.length - 1];
    if (last === undefined || words.length > 3) return undefined;
    const { singular, plural } = singularOf(last);
    const noun = [...words.slice(0, -1), singular].join(' ');
    const exact = words.join(' ');
    const meaning = this.#meaningOf(noun) ?? this.#meaningOf(exact);
    return meaning === undefined ? undefined : { meaning, plural: plural && meaning.noun === noun };
  }

  #meaningOf(noun: string): NounMeaning | undefined {
    const category = categoryClasses[noun];
    if (category !== undefined) return { kind: 'category', noun, classes: category };
    if (anythingNouns.has(noun)) return { kind: 'anything', noun };
    if (noun === 'me' || noun === 'us' || noun === 'person' || noun === 'user' || faceNouns.includes(noun))
      return { kind: 'person', noun };
    const classes = nounClasses[noun] ?? [];
    const seen = [...(this.#classes.get(noun) ?? [])];
    if (classes.length > 0 || seen.length > 0) {
      return { kind: 'object', noun, classes: [...new Set([...seen, ...classes])] };
    }
    const fixtureKind = this.#fixtureNames.get(noun) ?? fixtureKinds[noun];
    return fixtureKind === undefined ? undefined : { kind: 'fixture', noun, fixtureKind };
  }
}

/** Tells whether a noun means a place before a face. */
export const isAtFace = ({ kind, noun }: NounMeaning): boolean =>
  kind === 'person' && faceNouns.includes(noun);

/** Tells whether a class belongs to a category such as `fruit`. */
export const isInCategory = (className: string, category: string): boolean =>
  categoryClasses[category]?.includes(className) ?? false;
