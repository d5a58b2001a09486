import { type Atom, atom, formatAtom } from '../belief/atom.ts';
import type { BeliefView, RobotView } from '../belief/belief-view.ts';
import { isWithinReach, reachTarget } from '../belief/reach.ts';
import { isVessel } from '../belief/relations.ts';
import { knownConfidence } from '../belief/truth.ts';
import { isSpill, isWiper } from '../language/lexicon.ts';
import type { RobotOffer } from '../model/language-model.ts';
import type { ProposedReference } from '../model/proposal.ts';

/** What the search assumes to be true now; facts are statements as text. */
export interface SymbolicState {
  readonly facts: ReadonlySet<string>;
  readonly world: SymbolicWorld;
}

/** What does not change while searching. */
export interface SymbolicWorld {
  readonly objects: ReadonlySet<string>;
  readonly vessels: ReadonlySet<string>;
  readonly surfaces: ReadonlySet<string>;
  readonly containers: ReadonlySet<string>;
  readonly openable: ReadonlySet<string>;
  readonly buttons: ReadonlySet<string>;
  /** Things with which one wipes. */
  readonly wipers: ReadonlySet<string>;
  /** What is wiped up and cannot be taken up. */
  readonly spills: ReadonlySet<string>;
  /** Places where a person is. */
  readonly people: ReadonlySet<string>;
  readonly places: ReadonlySet<string>;
  /** The articulation in front of a fixture. */
  readonly behind: ReadonlyMap<string, string>;
  /** Surface for putting a thing aside. */
  readonly asideSurface: string | undefined;
  /** Things that skills failed to reach or hold in this task. */
  readonly unreachable: ReadonlySet<string>;
  readonly robots: readonly SymbolicRobot[];
  /** What things are on or in to begin with, by id. */
  readonly firstSupports: ReadonlyMap<string, string>;
}

/** A robot as the search sees it. */
export interface SymbolicRobot {
  readonly name: string;
  readonly skills: ReadonlySet<string>;
  readonly isFixed: boolean;
  /** Tells whether it can work at a thing, by where it stands; a robot that drives can. */
  reaches(id: string): boolean;
}

/** What is said of one robot's own body; the fact names the robot. */
const ownPredicates: ReadonlySet<string> = new Set(['holding', 'hand-empty', 'at', 'stowed']);

/** Writes a statement as a fact; what is said of a robot's own body holds of that robot only. */
export const factOf = (statement: Atom, robot: string): string =>
  ownPredicates.has(statement.predicate) ? `${formatAtom(statement)} @${robot}` : formatAtom(statement);

/** The statement of a fact, whichever robot it is about. */
export const statementOf = (fact: string): string => fact.split(' @', 1)[0]!;

/** Tells whether a statement holds, of any robot when it is about one. */
export function holdsIn(state: SymbolicState, statement: Atom): boolean {
  return state.world.robots.some((robot) => state.facts.has(factOf(statement, robot.name)));
}

export const stateKey = (state: SymbolicState): string => [...state.facts].sort().join(';');

/** Translates a belief into facts. An articulation of unknown state counts as closed: a look comes before the pull. */
export function symbolicState(
  view: BeliefView,
  team: readonly RobotOffer[],
  references: readonly ProposedReference[],
  assumptions: {
    /** Things that skills failed to reach or hold in this task. */
    readonly unreachable?: ReadonlySet<string>;
    /** Articulations that count as open while nothing is known. */
    readonly openIfUnknown?: ReadonlySet<string>;
    /** Articulations of unknown state count as open and as closed: for a checker that forbids only what cannot be. */
    readonly unknownIsBoth?: boolean;
  } = {},
): SymbolicState {
  const robots = team.map(({ name }) => view.robots.find((candidate) => candidate.name === name));
  const [robot] = robots;
  const facts = new Set<string>();
  const shared = sharedInsides(view);
  for (const { id, missing, confidence, relation, support } of view.objects) {
    if (missing) continue;
    if (confidence >= knownConfidence) facts.add(`known(${id})`);
    if (relation !== 'in' && relation !== 'on') continue;
    facts.add(`${relation}(${id}, ${support})`);
    for (const container of shared.get(support) ?? []) facts.add(`in(${id}, ${container})`);
  }
  for (const fixture of view.fixtures) {
    facts.add(`known(${fixture.id})`);
    if (fixture.opens) {
      const isUnknown = fixture.state === 'unknown';
      const isOpen =
        fixture.state === 'open' || (isUnknown && assumptions.openIfUnknown?.has(fixture.id) === true);
      if (isOpen || (isUnknown && assumptions.unknownIsBoth === true)) facts.add(`open(${fixture.id})`);
      if (!isOpen) facts.add(`closed(${fixture.id})`);
    }
  }
  for (const reference of references) {
    const fixture = view.fixtures.find((candidate) => candidate.id === reference.within);
    if (fixture !== undefined)
      facts.add(`${fixture.isSurface ? 'on' : 'in'}(${reference.name}, ${fixture.id})`);
  }
  for (const [index, { name }] of team.entries()) {
    const { held = '', place = '' } = robots[index] ?? {};
    facts.add(factOf(held === '' ? atom('hand-empty') : atom('holding', held), name));
    if (place !== '') facts.add(factOf(atom('at', place), name));
  }
  const free = view.fixtures.filter((fixture) => fixture.isSurface && fixture.behind === undefined);
  const nearest = [...free].sort(
    (a, b) => gap(a.positionM, robot?.positionM) - gap(b.positionM, robot?.positionM),
  );
  return {
    facts,
    world: {
      objects: new Set([
        ...view.objects.map((object) => object.id),
        ...references.map((reference) => reference.name),
      ]),
      vessels: new Set([
        ...view.objects.filter((object) => isVessel(object.className)).map((object) => object.id),
        ...references
          .filter((reference) => reference.classNames.some(isVessel))
          .map((reference) => reference.name),
      ]),
      surfaces: new Set(view.fixtures.filter((fixture) => fixture.isSurface).map((fixture) => fixture.id)),
      containers: new Set(
        view.fixtures.filter((fixture) => fixture.isContainer).map((fixture) => fixture.id),
      ),
      openable: new Set(view.fixtures.filter((fixture) => fixture.opens).map((fixture) => fixture.id)),
      buttons: new Set(
        view.fixtures.filter((fixture) => fixture.kind === 'button').map((fixture) => fixture.id),
      ),
      wipers: ofClass(view, references, isWiper),
      spills: ofClass(view, references, isSpill),
      people: new Set(view.places.filter((place) => place.hasPerson).map((place) => place.id)),
      places: new Set([
        ...view.places.map((place) => place.id),
        ...view.fixtures.map((fixture) => fixture.id),
      ]),
      behind: new Map(
        view.fixtures
          .filter((fixture) => fixture.behind !== undefined)
          .map((fixture) => [fixture.id, fixture.behind!]),
      ),
      asideSurface: nearest[0]?.id,
      unreachable: assumptions.unreachable ?? new Set(),
      firstSupports: new Map([
        ...references.map(({ name, within }) => [name, within] as const),
        ...view.objects.map(({ id, support }) => [id, support] as const),
      ]),
      robots: team.map(({ name, skills }, index) => ({
        name,
        skills: new Set(skills),
        isFixed: robots[index]?.fixedReachM !== undefined,
        reaches: (id) => reaches(view, robots[index], id, robots.length === 1),
      })),
    },
  };
}

/** Ids of things, and names of those to be found, of some classes. */
const ofClass = (
  view: BeliefView,
  references: readonly ProposedReference[],
  isMeant: (className: string) => boolean,
): ReadonlySet<string> =>
  new Set([
    ...view.objects.filter(({ className }) => isMeant(className)).map(({ id }) => id),
    ...references.filter(({ classNames }) => classNames.some(isMeant)).map(({ name }) => name),
  ]);

/** Tells whether a robot gets at a thing as it is now; what has yet to be found is for the robot that can go there. */
function reaches(view: BeliefView, robot: RobotView | undefined, id: string, isAlone: boolean): boolean {
  const target = reachTarget(view, id);
  if (robot?.fixedReachM === undefined) return target?.hasAccess ?? true;
  return target === undefined ? isAlone : isWithinReach(robot, target);
}

const newestStarts = new WeakMap<
  BeliefView,
  {
    readonly team: readonly RobotOffer[];
    readonly references: readonly ProposedReference[];
    readonly state: SymbolicState;
  }
>();

/** What a checker starts from that forbids only what cannot be: what is unknown counts as open and as closed. */
export function possibleState(
  view: BeliefView,
  team: readonly RobotOffer[],
  references: readonly ProposedReference[],
): SymbolicState {
  const last = newestStarts.get(view);
  if (last?.team === team && last.references === references) return last.state;
  const state = symbolicState(view, team, references, { unknownIsBoth: true });
  newestStarts.set(view, { team, references, state });
  return state;
}

const gap = (a: readonly number[], b: readonly number[] | undefined): number =>
  b === undefined ? 0 : Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);

/** Containers behind the same door, by what is behind one: a thing on a fridge shelf is also in the fridge. */
function sharedInsides(view: BeliefView): ReadonlyMap<string, readonly string[]> {
  const closable = view.fixtures.filter((fixture) => fixture.behind !== undefined);
  return new Map(
    closable.map(({ id, behind }) => [
      id,
      closable
        .filter((other) => other.isContainer && other.id !== id && other.behind === behind)
        .map((other) => other.id),
    ]),
  );
}

/** Ids on or in which a thing is, outwards. */
export function supportsOf(facts: ReadonlySet<string>, id: string): readonly string[] {
  const supports: string[] = [];
  const inIt = `in(${id}, `;
  const onIt = `on(${id}, `;
  for (const fact of facts)
    if (fact.startsWith(inIt) || fact.startsWith(onIt)) supports.push(fact.slice(inIt.length, -1));
  return supports;
}

/** Tells whether nothing closed is around a thing. */
export function isAccessible(state: SymbolicState, id: string, depth = 0): boolean {
  const door = state.world.behind.get(id);
  if (door !== undefined && !state.facts.has(`open(${door})`)) return false;
  return depth > 4 || supportsOf(state.facts, id).every((support) => isAccessible(state, support, depth + 1));
}
