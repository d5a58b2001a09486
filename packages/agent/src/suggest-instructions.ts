import type { PredicateName } from '@efferent/skills';
import type { BeliefView, ObjectView } from './belief/belief-view.ts';
import { isVessel } from './belief/relations.ts';
import { isCup, isDrinkingVessel, isSpill, isWiper } from './language/lexicon.ts';

/** More than this nobody waits for when one choice after the other lights up. */
const most = 10;
/** Things that are less sure than this are not offered. */
const leastConfidence = 0.5;
/** A thing whose middle is lower than this lies on the floor, m. */
const floorM = 0.15;
/** Furniture of which less than this is known is offered to be looked at; and where less than this was seen from near, after all else. */
const littleKnown = 0.3;
const littleSeen = 0.5;

/**
 * Says what could be asked of the agent now, by what it believes: what is in the hand first, then what fell, what was spilt,
 * what is in view, what is pressed, opens or closes, then what else is known, then where it has not looked,
 * and what it can look for by itself. For people who choose and cannot type.
 *
 * @param effects - what the skills of the robots bring about: what needs others is not offered
 */
export function suggestInstructions(
  view: BeliefView,
  effects: ReadonlySet<PredicateName>,
): readonly string[] {
  const can = (...needed: readonly PredicateName[]) => needed.every((effect) => effects.has(effect));
  const believed = view.objects.filter(
    ({ confidence, missing }) => !missing && confidence >= leastConfidence,
  );
  const known = believed.filter(({ className }) => !isSpill(className));
  const heldIds = view.robots.map(({ held }) => held);
  const held = known.filter(({ id }) => heldIds.includes(id));
  const bowl = known.find(({ className }) => isVessel(className));
  const loose = known
    .filter((thing) => !heldIds.includes(thing.id) && !isVessel(thing.className))
    .sort((a, b) => Number(b.visible) - Number(a.visible) || b.confidence - a.confidence);
  const puts = [...held, ...loose.filter(({ visible }) => visible)]
    .filter(({ support }) => can('holding', 'in') && bowl !== undefined && support !== bowl.id)
    .map((thing) => `put the ${nameOf(thing)} in the ${bowl === undefined ? '' : nameOf(bowl)}`);
  const fallen = loose
    .filter(({ positionM, relation }) => can('holding') && relation === 'on' && positionM[2] < floorM)
    .map((thing) => `pick up the ${nameOf(thing)}`);
  const isSomebodyHere = view.places.some(({ hasPerson }) => hasPerson);
  const isHandedOver =
    can('holding', 'on') && (!isSomebodyHere || view.places.some(({ delivery }) => delivery !== undefined));
  const brings = loose
    .filter(({ support, visible }) => isHandedOver && (visible || support !== bowl?.id))
    .map((thing) => `bring me the ${nameOf(thing)}`);
  const isOffered = isSomebodyHere && can('holding', 'offered');
  const vessels = isOffered ? [...held, ...loose].filter(({ className }) => isDrinkingVessel(className)) : [];
  // One cup is as good as another, and can be looked for; only of several it is said which.
  const cups = vessels.filter(({ className }) => isCup(className));
  const anyCup = isOffered ? ['hold a cup to my mouth'] : [];
  const drinks = [
    ...(cups.length > 0 ? anyCup : []),
    ...(cups.length > 1 ? vessels : vessels.filter((vessel) => !cups.includes(vessel))).map(
      (vessel) => `hold the ${nameOf(vessel)} to my mouth`,
    ),
  ];
  const isWiped = can('holding', 'wiped');
  const spills =
    isWiped && known.some(({ className }) => isWiper(className))
      ? believed.filter(({ className }) => isSpill(className)).map((thing) => `wipe up the ${nameOf(thing)}`)
      : [];
  const dirty = believed.filter(({ className }) => isSpill(className)).map(({ support }) => support);
  const tables = view.fixtures
    .filter(({ kind, isSurface, hasAccess }) => isWiped && kind === 'table' && isSurface && hasAccess)
    .filter(({ id, contentsKnown }) => dirty.includes(id) || contentsKnown < littleKnown)
    .map(({ label }) => `wipe the ${label}`);
  const buttons = view.fixtures
    .filter(({ kind, hasAccess }) => can('pressed') && kind === 'button' && hasAccess)
    .map(({ label }) => `press the ${label}`);
  const doors = view.fixtures
    .filter(({ opens, hasAccess }) => opens && hasAccess)
    .filter(({ state }) => (state === 'open' && can('closed')) || (state === 'closed' && can('open')))
    .map(({ label, state }) => `${state === 'open' ? 'close' : 'open'} the ${label}`);
  const surfaces = view.fixtures.filter(
    ({ isSurface, hasAccess, behind }) => can('inspected') && isSurface && hasAccess && behind === undefined,
  );
  const looks = surfaces
    .filter(({ contentsKnown }) => contentsKnown < littleKnown)
    .map(({ label }) => `look at the ${label}`);
  // From afar the small things are missed.
  const looksFromNear = surfaces
    .filter(({ closelySeenShare }) => closelySeenShare < littleSeen)
    .map(({ label }) => `look at the ${label}`);
  const all = [
    ...puts.slice(0, 1),
    ...fallen.slice(0, 2),
    ...spills.slice(0, 1),
    ...brings.slice(0, 3),
    ...drinks.slice(0, 2),
    ...buttons.slice(0, 2),
    ...doors.slice(0, 3),
    ...looks.slice(0, 3),
    ...puts.slice(1, 3),
    ...brings.slice(3),
    ...doors,
    ...looks,
    ...looksFromNear,
    ...anyCup,
    ...tables,
  ];
  return [...new Set(all)].slice(0, most);
}

const nameOf = ({ className }: ObjectView): string => className.replaceAll(/[-_]/g, ' ');
