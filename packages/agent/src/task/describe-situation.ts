import type { BeliefView } from '../belief/belief-view.ts';
import type { RobotOffer } from '../model/language-model.ts';
import { labelOf, whereabouts } from '../reasoner/things.ts';

/** Says in a few sentences what is known: the hands, the things and where they are, what is open. */
export function describeSituation(view: BeliefView, robots: readonly RobotOffer[]): string {
  const hands = robots.map(({ name }) => {
    const held = view.robots.find((candidate) => candidate.name === name)?.held ?? '';
    return `${name} holds ${held === '' ? 'nothing' : `the ${labelOf(view, held)}`}.`;
  });
  const seen = view.objects
    .filter((object) => !object.missing && object.relation !== 'held-by')
    .map((object) => `${object.id} ${whereabouts(view, object)}`);
  const lost = view.objects.filter((object) => object.missing).map((object) => object.id);
  const parts = view.fixtures
    .filter((fixture) => fixture.opens && fixture.state !== 'unknown')
    .map((fixture) => `${fixture.id} is ${fixture.state}`);
  return [
    ...hands,
    seen.length === 0 ? 'No object is known.' : `Known: ${seen.join(', ')}.`,
    ...(lost.length === 0 ? [] : [`Not where they were: ${lost.join(', ')}.`]),
    ...(parts.length === 0 ? [] : [`${parts.join(', ')}.`]),
  ].join(' ');
}
