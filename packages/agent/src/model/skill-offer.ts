import type { PredicateName, SkillContract } from '@efferent/skills';
import type MiniSearch from 'minisearch';
import type { RobotOffer } from './language-model.ts';

/** With as many skills or fewer all are told. */
export const mostToldWhole = 16;
/** Skills that are told for what the words of the instruction have in common with them. */
const mostMatching = 8;
/** Skills that are told for each kind of statement that they bring about, so that every precondition can be met. */
const mostPerEffect = 2;

/** How people speak of what a skill brings about; the names of a user's own skills need not say it. */
const wordsOfEffects: Readonly<Partial<Record<PredicateName, string>>> = {
  in: 'put place insert drop throw away discard store pack into inside fill',
  on: 'put place set lay bring serve deliver clear tidy move down onto',
  holding: 'pick grab grasp take get fetch bring hold lift carry remove collect',
  open: 'open pull',
  closed: 'close shut push',
  at: 'go drive navigate come move return head walk',
  inspected: 'look see check inspect examine find search where',
  known: 'find search locate where',
  stowed: 'stow fold retract arm home',
  'hand-empty': 'release let go put down',
  pressed: 'press push button switch turn light on off',
  wiped: 'wipe clean mop up spill stain',
  offered: 'hold mouth face drink sip offer',
};

const stopWords = new Set(
  'a an and are as at be by for from has if in into is it its of on or that the them then to was when with'.split(
    ' ',
  ),
);

/** Of what is offered, the part that a prompt tells. */
export interface Offer {
  readonly skills: readonly SkillContract[];
  readonly robots: readonly RobotOffer[];
}

/**
 * Chooses the skills that a model is told of, where there are too many for a prompt: those whose name, description and effects
 * share words with the instruction, and for every kind of statement the usual ones that bring it about, among them driving,
 * looking and opening what is in the way.
 *
 * What was told once in a task stays, so that the prompt's beginning does.
 */
export class SkillOffer {
  readonly #told = new Set<string>();
  /** Texts for which skills were chosen already. */
  readonly #served = new Set<string>();

  /**
   * @param said - the instruction, and what the person answered
   * @returns skills in the order that they came, and the robots with these skills
   */
  async choose(said: readonly string[], { skills, robots }: Offer): Promise<Offer> {
    if (skills.length <= mostToldWhole) return { skills, robots };
    const text = said.join(' ');
    if (!this.#served.has(text)) {
      const { index, usual } = await libraryOf(skills);
      const matching = namesFor(index, text, ['name', 'description', 'parameters', 'effects']);
      for (const name of [...matching.slice(0, mostMatching), ...usual]) this.#told.add(name);
      this.#served.add(text);
    }
    return {
      skills: skills.filter((skill) => this.#told.has(skill.name)),
      robots: robots.map((robot) => ({
        ...robot,
        skills: robot.skills.filter((name) => this.#told.has(name)),
      })),
    };
  }
}

/** Names of skills by what they bring about. */
function makersOf(skills: readonly SkillContract[]): ReadonlyMap<PredicateName, readonly string[]> {
  const makers = new Map<PredicateName, string[]>();
  for (const skill of skills)
    for (const { predicate, negated } of skill.effects)
      if (!negated) makers.set(predicate, [...(makers.get(predicate) ?? []), skill.name]);
  return makers;
}

interface SkillText {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly parameters: string;
  readonly effects: string;
}

/** What is made of a robot's skills once. */
interface Library {
  readonly index: MiniSearch<SkillText>;
  /** Skills that are told whatever was said. */
  readonly usual: readonly string[];
}

const libraries = new WeakMap<readonly SkillContract[], Library>();

async function libraryOf(skills: readonly SkillContract[]): Promise<Library> {
  const known = libraries.get(skills);
  if (known !== undefined) return known;
  const index = await makeIndex(skills);
  const library = { index, usual: usualSkills(index, skills) };
  libraries.set(skills, library);
  return library;
}

/** For every kind of statement the skills that bring it about and say so best. */
const usualSkills = (index: MiniSearch<SkillText>, skills: readonly SkillContract[]): readonly string[] =>
  [...makersOf(skills)].flatMap(([effect, makers]) => {
    const named = namesFor(index, wordsOfEffects[effect] ?? effect, ['name', 'description']);
    return [...named.filter((name) => makers.includes(name)), ...makers].slice(0, mostPerEffect);
  });

async function makeIndex(skills: readonly SkillContract[]): Promise<MiniSearch<SkillText>> {
  // Most robots have few skills: then nothing is searched, and nothing loaded.
  const { default: Search } = await import('minisearch');
  const index = new Search<SkillText>({
    fields: ['name', 'description', 'parameters', 'effects'],
    processTerm: (term) => (stopWords.has(term.toLowerCase()) ? null : term.toLowerCase()),
    searchOptions: { boost: { name: 3, effects: 1.5 }, prefix: (term) => term.length > 3, fuzzy: 0.15 },
  });
  index.addAll(
    skills.map((skill) => ({
      id: skill.name,
      name: skill.name.replaceAll('-', ' '),
      description: skill.description,
      parameters: skill.parameters.map((parameter) => parameter.description).join(' '),
      effects: skill.effects
        .filter((term) => !term.negated)
        .map((term) => wordsOfEffects[term.predicate] ?? '')
        .join(' '),
    })),
  );
  return index;
}

/** Names of the skills that share words with a text, best by BM25 first. */
const namesFor = (index: MiniSearch<SkillText>, text: string, fields: string[]): readonly string[] =>
  index.search(text, { fields }).map(({ id }) => String(id));
