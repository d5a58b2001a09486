import type { MapKind } from '@efferent/robot';
import { isInCategory } from '../language/lexicon.ts';

/** What is known of things of a kind before one is seen. */
export interface Kind {
  /** After this time without a look, half of them are somewhere else, s. */
  readonly halfLifeS: number;
  /** Weights of the kinds of furniture and parts at which they usually are. */
  readonly places: Readonly<Record<string, number>>;
}

const minutes = 60;
const dishPlaces = {
  table: 0.3,
  counter: 0.3,
  shelf: 0.2,
  sink: 0.15,
  drawer: 0.04,
  fridge: 0.02,
  bin: 0.01,
};

/** Common sense about kinds of household things; a map's `kinds` say what is special about one household. */
const commonKinds: Readonly<Record<string, Kind>> = {
  cutlery: {
    halfLifeS: 20 * minutes,
    places: { drawer: 0.5, table: 0.15, counter: 0.15, sink: 0.15, shelf: 0.03, fridge: 0.01, bin: 0.01 },
  },
  fruit: {
    halfLifeS: 30 * minutes,
    places: { table: 0.35, counter: 0.3, fridge: 0.2, shelf: 0.1, sink: 0.05, drawer: 0.02, bin: 0.02 },
  },
  drink: {
    halfLifeS: 10 * minutes,
    places: { fridge: 0.35, counter: 0.25, table: 0.2, shelf: 0.15, sink: 0.03, drawer: 0.02, bin: 0.02 },
  },
  cup: { halfLifeS: 10 * minutes, places: dishPlaces },
  crockery: { halfLifeS: 30 * minutes, places: dishPlaces },
  food: {
    halfLifeS: 30 * minutes,
    places: { fridge: 0.3, counter: 0.25, table: 0.2, shelf: 0.2, drawer: 0.02, sink: 0.02, bin: 0.02 },
  },
  cleaning: {
    halfLifeS: 30 * minutes,
    places: { sink: 0.35, counter: 0.3, drawer: 0.15, table: 0.1, shelf: 0.08, bin: 0.03, fridge: 0.01 },
  },
  other: {
    halfLifeS: 30 * minutes,
    places: { table: 0.28, counter: 0.26, shelf: 0.26, drawer: 0.12, sink: 0.05, fridge: 0.03, bin: 0.03 },
  },
};
/** Classes that are no category of the lexicon; the others of {@link commonKinds} are. */
const ownKinds: Readonly<Record<string, readonly string[]>> = {
  cutlery: ['spoon', 'fork', 'knife'],
  cup: ['mug', 'cup', 'glass'],
  cleaning: ['sponge', 'towel', 'cloth', 'brush'],
};
const categories = ['fruit', 'drink', 'crockery', 'food'] as const;
/** Drawers and doors are moved less often than what people carry about, more often than furniture, s. */
export const articulationHalfLifeS = 60 * minutes;
/** What lies in or on something is known for about as long as the things themselves stay, s. */
export const contentsHalfLifeS = 15 * minutes;
/** A kind of furniture that is not listed gets this weight. */
export const otherPlaceWeight = 0.05;

/** The share of a belief that is left after `ageS` without a look, (0, 1]. */
export const decay = (ageS: number, halfLifeS: number): number => 2 ** (-Math.max(0, ageS) / halfLifeS);

/** Knows kinds of things by class name: what the map says of this household, else common sense. */
export class Kinds {
  readonly #special: readonly MapKind[];
  readonly #known = new Map<string, Kind>();

  constructor(special: readonly MapKind[]) {
    this.#special = special;
  }

  /** Returns the kind of a class such as `mug` or `red-mug`. */
  of(className: string): Kind {
    let kind = this.#known.get(className);
    if (kind === undefined) {
      kind = this.#find(className);
      this.#known.set(className, kind);
    }
    return kind;
  }

  #find(className: string): Kind {
    const common = commonKinds[commonName(className)]!;
    const special =
      this.#special.find(({ name }) => className === name || className.endsWith(`-${name}`)) ??
      this.#special.find(({ name }) => isInCategory(plainName(className), name));
    return {
      halfLifeS: special?.halfLifeS ?? common.halfLifeS,
      places: special?.places ?? common.places,
    };
  }
}

const plainName = (className: string): string => className.split('-').at(-1) ?? className;

function commonName(className: string): string {
  const plain = plainName(className);
  const own = Object.keys(ownKinds).find((name) => ownKinds[name]!.includes(plain));
  const isIn = (name: string) => isInCategory(className, name) || isInCategory(plain, name);
  return own ?? categories.find(isIn) ?? 'other';
}
