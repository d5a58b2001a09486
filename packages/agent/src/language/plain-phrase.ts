import type { NounPhrase } from './command.ts';

/** The noun phrase for one thing that is meant without having been described. */
export const plainPhrase = (text: string, meaning: NounPhrase['meaning']): NounPhrase => ({
  text,
  quantity: { kind: 'definite' },
  adjectives: [],
  meaning,
  pronoun: undefined,
  plural: false,
  modifiers: [],
  except: [],
});
