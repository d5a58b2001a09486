import type { BeliefView, FixtureView, ObjectView } from '../belief/belief-view.ts';
import { isColor } from '../language/colors.ts';
import { spokenName } from '../language/lexicon.ts';

/** Tells whether a detected class is what a noun means: `mug` fits `mug` and `red-mug`. */
export const classMatches = (className: string, wanted: readonly string[]): boolean =>
  wanted.some((name) => className === name || className.endsWith(`-${name}`));

/** Tells whether a detected class is what a reference looks for; a blue mug is not found in a red one. */
export function fitsReference(className: string, wanted: readonly string[]): boolean {
  const [first = '', ...rest] = (wanted[0] ?? '').split('-');
  return rest.length > 0 && isColor(first) ? wanted.includes(className) : classMatches(className, wanted);
}

/** How to call an object so that a person knows which one is meant. */
export function labelOf(view: BeliefView, id: string): string {
  const object = view.objects.find((candidate) => candidate.id === id);
  if (object !== undefined) {
    const twins = view.objects.filter((other) => other.className === object.className && !other.missing);
    return twins.length > 1 ? spokenName(id) : spokenName(object.className);
  }
  const fixture = view.fixtures.find((candidate) => candidate.id === id);
  const place = view.places.find((candidate) => candidate.id === id);
  return fixture?.label ?? place?.label ?? spokenName(id);
}

/** Where an object is, in words: "on the table". */
export function whereabouts(view: BeliefView, object: ObjectView): string {
  if (object.relation === 'held-by') return 'in my hand';
  return object.support === '' ? 'somewhere' : `${object.relation} the ${labelOf(view, object.support)}`;
}

/** Lists what the belief holds, for messages: "apple, banana, bowl". */
export function knownObjects(view: BeliefView): string {
  const known = view.objects.filter((object) => !object.missing);
  const counts = new Map<string, number>();
  for (const { className } of known) counts.set(className, (counts.get(className) ?? 0) + 1);
  const names = known.map(({ id, className }) => spokenName(counts.get(className) === 1 ? className : id));
  return names.length === 0 ? 'none yet' : [...new Set(names)].sort().join(', ');
}

export const isOpenVolume = (view: BeliefView, fixture: FixtureView): boolean =>
  fixture.behind === undefined ||
  view.fixtures.find((other) => other.id === fixture.behind)?.state === 'open';

/** How far from a thing still counts as next to it, m. */
const nextToM = 0.45;
/** Slack around a delivery area, m. */
const deliverySlackM = 0.06;

/** Tells whether an object stands in the delivery area of a place, or next to a thing. */
export function isNear(view: BeliefView, objectId: string, near: string): boolean {
  const object = view.objects.find((candidate) => candidate.id === objectId);
  if (object === undefined || object.missing || object.relation === 'held-by') return false;
  const area = view.places.find((place) => place.id === near)?.delivery;
  if (area !== undefined) {
    const dx = object.positionM[0] - area.centerM[0];
    const dy = object.positionM[1] - area.centerM[1];
    const along = Math.cos(area.yawRad) * dx + Math.sin(area.yawRad) * dy;
    const across = -Math.sin(area.yawRad) * dx + Math.cos(area.yawRad) * dy;
    return (
      Math.abs(along) <= area.sizeM[0] / 2 + deliverySlackM &&
      Math.abs(across) <= area.sizeM[1] / 2 + deliverySlackM
    );
  }
  const thing =
    view.objects.find((candidate) => candidate.id === near)?.positionM ??
    view.places.find((candidate) => candidate.id === near)?.positionM;
  return (
    thing !== undefined &&
    Math.hypot(object.positionM[0] - thing[0], object.positionM[1] - thing[1]) <= nextToM
  );
}

/** Every name that the belief gives to something. */
export const idsOf = (view: BeliefView): ReadonlySet<string> =>
  new Set([
    ...view.objects.map((object) => object.id),
    ...view.fixtures.map((fixture) => fixture.id),
    ...view.places.map((place) => place.id),
  ]);
